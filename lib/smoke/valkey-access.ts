import { randomUUID } from 'node:crypto';
import type { Credentials } from '../sources';
import { usesOf } from '../provision/target-database';
import { credentialOf, SMOKE_KEYS, type Access, type CacheTopology, type ValkeyTopology } from '../topology';
import { signCacheLogin } from '../valkey';
import { SmokeFailure, type Check, type CheckContext, type Evidence } from './check';
import type { Users } from './users';
import { onServer, onStore, type ValkeyUnderTest } from './valkey-under-test';

/** Seconds after which what a check wrote is gone, if nobody removed it. */
const EXPIRY_SECONDS = 60;

/** Who may reach a cache is exactly the services table: each service in it holds its rights, all others are refused. */
export function valkeyAccessChecks(
  users: Users,
  store: ValkeyUnderTest,
  { secrets, cache }: Pick<ValkeyTopology, 'secrets' | 'cache'>,
): readonly Check[] {
  const uses = usesOf(users.topology, store.store);
  return [
    refusesOthers(users, store, uses),
    ...Object.entries(uses).map(([service, access]) =>
      holdsRights(users, store, { service, access, secrets, ...(cache && { cache }) }),
    ),
  ];
}

interface User {
  readonly service: string;
  readonly access: Access;
  readonly secrets: ValkeyTopology['secrets'];
  readonly cache?: CacheTopology;
}

function holdsRights(users: Users, store: ValkeyUnderTest, user: User): Check {
  const { service, access } = user;
  return {
    name: 'holds-rights',
    store: store.store,
    subject: `${store.store} as ${service}`,
    promise: `Service ${service} logs in and may ${access}, no less and no more.`,
    run: async (context): Promise<Evidence> => {
      const refused = await refusals(store, context, await loginAs(user, users));
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

/** What a service logs in with: what its secret holds, or a token that is signed for it. */
async function loginAs({ service, secrets, cache }: User, users: Users): Promise<Credentials> {
  const credential = credentialOf(secrets, service);
  if (credential?.kind === 'secret') return users.secrets.read(credential.secret);
  if (credential === undefined || cache === undefined)
    throw new SmokeFailure('the topology does not say how the service logs in');
  const { role: user, region } = credential;
  const { signing: credentials } = users;
  const password = await signCacheLogin({ cache, user, region, ...(credentials && { credentials }) });
  return { username: user, password };
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

/** Every service that does not use the store tries to log in: with what it has for another cache, or by its own name with whatever password. */
function refusesOthers(users: Users, store: ValkeyUnderTest, uses: Readonly<Record<string, Access>>): Check {
  return {
    name: 'refuses-strangers',
    store: store.store,
    subject: store.store,
    promise: 'Only the services that use the store get in.',
    run: async () => {
      const refused: Record<string, string> = {};
      for (const service of Object.keys(users.topology.services).filter((name) => uses[name] === undefined)) {
        refused[service] = await refusalOf(store, await loginOf(service, users), service);
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

/** What a service has for any cache. Of other kinds of stores the proof of caches can read no secret, and none of them would tell more. */
async function loginOf(service: string, { topology: { stores }, secrets }: Users): Promise<Credentials> {
  const secret = Object.values(stores)
    .map((store) => (store.kind === 'valkey' ? store.secrets.services[service] : undefined))
    .find((found) => found !== undefined);
  return secret === undefined ? { username: service, password: randomUUID() } : secrets.read(secret);
}
