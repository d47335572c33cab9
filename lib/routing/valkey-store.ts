import { setTimeout as delay } from 'node:timers/promises';
import { secretLogin, type SecretSource } from '../sources';
import { credentialOf, trustOf, type Endpoint, type Trust, type ValkeyTopology } from '../topology';
import { connectValkey, signCacheLogin, type ValkeyClient, type ValkeyLogin, type ValkeyOptions } from '../valkey';
import { cacheUnavailable } from './cache-unavailable';
import { requireAccess, unknownLogin, type Grant, type RouterLogin } from './grant';
import type { Lifetime } from './lifetime';
import type { ValkeyHandle } from './valkey-handle';

/** What opening a cache needs of its router. */
export interface ValkeyStoreContext {
  readonly topology: { readonly trust: Trust };
  readonly secrets: SecretSource;
  readonly login: RouterLogin;
  readonly lifetime: Lifetime;
  readonly valkey: ValkeyOptions;
}

/** The clients of a cache. With slots, both know the same servers. */
interface Clients {
  readonly primary: ValkeyClient;
  /** The primary's where there are no replicas. */
  readonly replicas: ValkeyClient;
}

/** How long a client may take to finish what was asked of it, in milliseconds. */
const QUIT_MS = 5_000;

/** A store of kind `valkey` in use: two clients that connect when they are first asked something. */
export class ValkeyStore implements ValkeyHandle {
  readonly kind = 'valkey';
  readonly store: string;

  private constructor(
    private readonly context: ValkeyStoreContext,
    private readonly grant: Grant,
    private topology: ValkeyTopology,
    private clients: Clients,
  ) {
    this.store = grant.store;
  }

  /** Reads the secret; opens no connection. @throws {PolystoreError} DOCUMENT_MISSING, DOCUMENT_INVALID */
  static async open(context: ValkeyStoreContext, grant: Grant, topology: ValkeyTopology): Promise<ValkeyStore> {
    return new ValkeyStore(context, grant, topology, await clientsOf(context, grant, topology));
  }

  get spreadsKeys(): boolean {
    return this.topology.slots !== undefined;
  }

  client(): ValkeyClient {
    requireAccess(this.grant, 'write');
    this.context.lifetime.check(this.store);
    return this.clients.primary;
  }

  readClient(): ValkeyClient {
    requireAccess(this.grant, 'read');
    this.context.lifetime.check(this.store);
    return this.clients.replicas;
  }

  /** Another topology of the same cache: where its servers are others, both clients are made anew, and the old ones end what they do. */
  async refresh(
    topology: ValkeyTopology,
  ): Promise<{ readonly added: readonly string[]; readonly removed: readonly string[] }> {
    if (JSON.stringify(topology) === JSON.stringify(this.topology)) return { added: [], removed: [] };
    const before = this.clients;
    const names = namesOf(this.topology);
    this.clients = await clientsOf(this.context, this.grant, topology);
    this.topology = topology;
    await end(before);
    const now = namesOf(topology);
    return {
      added: now.filter((name) => !names.includes(name)),
      removed: names.filter((name) => !now.includes(name)),
    };
  }

  close(): Promise<void> {
    return end(this.clients);
  }
}

const namesOf = ({ primary, replicas }: ValkeyTopology): readonly string[] =>
  [primary, ...replicas].map(({ name }) => name);

async function clientsOf(context: ValkeyStoreContext, grant: Grant, topology: ValkeyTopology): Promise<Clients> {
  const { primary, replicas, slots } = topology;
  const login = await loginOf(context, grant, topology);
  const connect = (endpoint: Endpoint, to: 'primary' | 'replicas'): Promise<ValkeyClient> =>
    connectValkey(
      {
        endpoint,
        slots,
        to,
        login,
        trust: trustOf(context.topology, topology),
        tell: (why) => cacheUnavailable(grant.store, endpoint, why),
      },
      context.valkey,
    );
  const writer = await connect(primary.endpoint, 'primary');
  const [reader] = replicas;
  if (slots !== undefined) {
    return {
      primary: writer,
      replicas: slots.replicasAShard > 0 ? await connect(primary.endpoint, 'replicas') : writer,
    };
  }
  return { primary: writer, replicas: reader === undefined ? writer : await connect(reader.endpoint, 'replicas') };
}

/** How this router logs in: the secret is read anew, or a token signed, as often as the client asks. */
async function loginOf(
  { login, secrets }: ValkeyStoreContext,
  { store }: Grant,
  topology: ValkeyTopology,
): Promise<ValkeyLogin> {
  const credential =
    login.kind === 'smoke'
      ? ({ kind: 'secret', secret: topology.secrets.smoke } as const)
      : login.kind === 'service'
        ? credentialOf(topology.secrets, login.service)
        : undefined;
  if (credential === undefined) throw unknownLogin(login, store);
  if (credential.kind === 'iam') {
    const { role: user, region } = credential;
    const { cache } = topology;
    if (cache === undefined) throw unknownLogin(login, store);
    const renew = (): Promise<string> => signCacheLogin({ cache, user, region });
    return { username: user, password: await renew(), renew };
  }
  const { username, password } = await secretLogin(secrets, credential.secret);
  const renew = async (): Promise<string> => {
    await password.renew(password.version);
    return password.read();
  };
  return { username, password: await password.read(), renew };
}

/** Lets clients finish; ends one that has not connected, or does not finish in time. Never throws. */
async function end({ primary, replicas }: Clients): Promise<void> {
  await Promise.all([...new Set([primary, replicas])].map(endOne));
}

async function endOne(client: ValkeyClient): Promise<void> {
  if (client.status !== 'ready') {
    client.disconnect();
    return;
  }
  const over = new AbortController();
  const ended = new Promise<'ended'>((resolve) => client.once('end', () => resolve('ended')));
  const late = delay(QUIT_MS, 'late' as const, { signal: over.signal }).catch(() => 'ended' as const);
  client.quit().catch(() => undefined);
  // Of a client that has ended it would only start a timer, which keeps the process for two seconds.
  if ((await Promise.race([ended, late])) === 'late') client.disconnect();
  over.abort();
}
