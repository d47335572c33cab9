import type { Credentials } from '../sources';
import { usesOf } from '../provision';
import { SMOKE_KEYS, type Access, type StoreTopology, type Topology, type ValkeyTopology } from '../topology';
import { SmokeFailure, type Check, type CheckContext, type Evidence } from './check';
import type { TierUnderTest } from './tier-under-test';
import { onServer, onStore, type ValkeyUnderTest } from './valkey-under-test';

/** Seconds after which what a check wrote is gone, if nobody removed it. */
const EXPIRY_SECONDS = 60;

/** Who may reach a cache is exactly the services table: each service in it holds its rights, all others are refused. */
export function valkeyAccessChecks(
  tier: TierUnderTest,
  store: ValkeyUnderTest,
  { secrets }: Pick<ValkeyTopology, 'secrets'>,
): readonly Check[] {
  const uses = usesOf(tier.topology, store.store);
  return [
    refusesOthers(tier, store, uses),
    ...Object.entries(uses).map(([service, access]) => holdsRights(tier, store, { service, access, secrets })),
  ];
}

interface User {
  readonly service: string;
  readonly access: Access;
  readonly secrets: ValkeyTopology['secrets'];
}

function holdsRights(tier: TierUnderTest, store: ValkeyUnderTest, { service, access, secrets }: User): Check {
  return {
    name: 'holds-rights',
    store: store.store,
    subject: `${store.store} as ${service}`,
    promise: `Service ${service} logs in and may ${access}, no less and no more.`,
    run: async (context): Promise<Evidence> => {
      const secret = secrets.services[service];
      if (secret === undefined) throw new SmokeFailure('the topology does not say how the service logs in');
      const login = await tier.secrets.read(secret);
      const refused = await refusals(store, context, login);
      const expected = access === 'read' ? ['writes', 'dangerous'] : ['dangerous'];
      if (refused.join() !== expected.join()) {
        throw new SmokeFailure(`refused: ${refused.join(', ') || 'nothing'}, where it may ${access}`, {
          evidence: { access, refused },
        });
      }
      return { access, refused };
    },
  };
}

/** What a user may not do, of reading, writing, and what harms others. Nothing of it stays. */
async function refusals(
  store: ValkeyUnderTest,
  { run }: CheckContext,
  login: Credentials,
): Promise<readonly ('reads' | 'writes' | 'dangerous')[]> {
  const key = `${SMOKE_KEYS}${run}:rights`;
  return onStore(
    store,
    async (client) => {
      const reads = await isRefused(() => client.get(key));
      const writes = await isRefused(() => client.set(key, run, 'EX', EXPIRY_SECONDS));
      if (!writes) await client.del(key);
      // It lists nothing, and blocks whoever else asks: of those that are refused it does the least where it is not.
      const dangerous = await isRefused(() => client.keys(key));
      return [
        ...(reads ? ['reads' as const] : []),
        ...(writes ? ['writes' as const] : []),
        ...(dangerous ? ['dangerous' as const] : []),
      ];
    },
    login,
  );
}

async function isRefused(ask: () => Promise<unknown>): Promise<boolean> {
  try {
    await ask();
    return false;
  } catch (error) {
    if (error instanceof Error && error.message.startsWith('NOPERM')) return true;
    throw error;
  }
}

/** Every service that does not use the store tries to log in with what it has for another one. */
function refusesOthers(tier: TierUnderTest, store: ValkeyUnderTest, uses: Readonly<Record<string, Access>>): Check {
  return {
    name: 'refuses-strangers',
    store: store.store,
    subject: store.store,
    promise: 'Only the services that use the store get in.',
    run: async () => {
      const refused: Record<string, string> = {};
      for (const service of Object.keys(tier.topology.services).filter((name) => uses[name] === undefined)) {
        const secret = secretOf(service, tier.topology);
        if (secret !== undefined) refused[service] = await refusalOf(store, await tier.secrets.read(secret), service);
      }
      return { mayConnect: Object.keys(uses), refusedWith: refused };
    },
  };
}

async function refusalOf(store: ValkeyUnderTest, login: Credentials, service: string): Promise<string> {
  try {
    await onServer(store, store.primary, (client) => client.ping(), login);
  } catch (error) {
    const [word = ''] = error instanceof Error ? error.message.split(' ') : [];
    if (word === 'WRONGPASS' || word === 'NOAUTH') return word;
    throw error;
  }
  throw new SmokeFailure(`service ${service} logged in, which has no business here`, {
    evidence: { strangers: [service] },
  });
}

/** Any secret that a service has anywhere; undefined for one that has none. */
function secretOf(service: string, { stores }: Topology): string | undefined {
  return Object.values(stores)
    .flatMap((store: StoreTopology) => {
      if (store.kind === 'shardedPostgres') return Object.values(store.shards).map(({ secrets }) => secrets);
      return 'secrets' in store ? [store.secrets] : [];
    })
    .map(({ services }) => services[service])
    .find((secret) => secret !== undefined);
}
