import Valkey, { Cluster, type RedisOptions } from 'iovalkey';
import type { Credentials } from '../sources';
import type { StandInTopology, StoreTrust } from '../topology';
import { tlsOf } from '../valkey';
import { SharedClients, type ClientCare } from './shared-clients';
import { APPLICATION_NAME } from './tier-under-test';

/** One server that takes Valkey's protocol over TLS. */
export interface ValkeyServerUnderTest {
  /** `sessions/primary`, `sessions/r1`. */
  readonly label: string;
  readonly host: string;
  readonly port: number;
}

/** A Valkey store, and how the smoke test reaches it. */
export interface ValkeyUnderTest {
  readonly store: string;
  /** `cluster`: `primary` is any server of it, or the address that answers for all, and the client asks it for the others. */
  readonly mode: 'single' | 'cluster';
  readonly primary: ValkeyServerUnderTest;
  readonly replicas: readonly ValkeyServerUnderTest[];
  /** The smoke test's own user. */
  readonly login: () => Promise<Credentials>;
  readonly trust: StoreTrust;
  /** What somebody else runs on this machine. @default - what the kit runs, or ElastiCache */
  readonly standIn?: StandInTopology;
  /** How long one connection, or one command, may take, in milliseconds. */
  readonly timeoutMs: number;
  /** Those of the smoke test itself. Whoever made them closes them. */
  readonly clients: ValkeyClients;
}

const CARE: ClientCare<Connection> = { isOpen: ({ status }) => status !== 'end', close: (client) => end(client) };

/** Clients that the checks of a run share: of each server, and of all that hold slots. */
export class ValkeyClients {
  readonly ofServer = new SharedClients<Valkey>(CARE);
  readonly ofSlots = new SharedClients<Cluster>(CARE);

  /** Never throws. */
  async close(): Promise<void> {
    await Promise.all([this.ofServer.close(), this.ofSlots.close()]);
  }
}

/** What one server and a cluster take alike. */
export type ValkeyClient = Pick<
  Valkey,
  | 'set'
  | 'get'
  | 'del'
  | 'ttl'
  | 'exists'
  | 'expire'
  | 'hset'
  | 'hgetall'
  | 'lpush'
  | 'lrange'
  | 'sadd'
  | 'scard'
  | 'sismember'
  | 'zadd'
  | 'zrevrange'
  | 'keys'
>;

/** Runs `work` on one server: as the smoke test, or on a connection of its own as somebody else. Whoever logs in with nothing is a stranger. */
export async function onServer<T>(
  store: ValkeyUnderTest,
  { label, host, port }: ValkeyServerUnderTest,
  work: (client: Valkey) => Promise<T>,
  as?: Credentials | 'nobody',
): Promise<T> {
  const connect = (login: Credentials | 'nobody') =>
    connected(new Valkey({ ...optionsOf(store), ...(login !== 'nobody' && login), host, port }));
  if (as !== undefined) return apart(connect(as), work);
  return asking(await store.clients.ofServer.of(label, async () => connect(await store.login())), work);
}

/** Runs `work` on the store as an application would: on its primary, or on whichever server of a cluster holds a key. */
export async function onStore<T>(
  store: ValkeyUnderTest,
  work: (client: ValkeyClient) => Promise<T>,
  as?: Credentials,
): Promise<T> {
  if (store.mode === 'single') return onServer(store, store.primary, work, as);
  const { label, host, port } = store.primary;
  const connect = (login: Credentials) =>
    connected(
      new Cluster([{ host, port }], {
        redisOptions: { ...optionsOf(store), ...login },
        // An address of ElastiCache is looked up by TLS, whose certificate names it.
        dnsLookup: (address, done) => done(null, address),
        slotsRefreshTimeout: store.timeoutMs,
        clusterRetryStrategy: () => null,
        enableOfflineQueue: false,
        lazyConnect: true,
      }),
    );
  if (as !== undefined) return apart(connect(as), work);
  return asking(await store.clients.ofSlots.of(label, async () => connect(await store.login())), work);
}

const optionsOf = ({ trust, timeoutMs }: ValkeyUnderTest): RedisOptions => ({
  ...(trust.kind !== 'plaintext' && { tls: tlsOf(trust) }),
  connectionName: APPLICATION_NAME,
  connectTimeout: timeoutMs,
  commandTimeout: timeoutMs,
  // A check ends with what happened first, and not by trying again.
  retryStrategy: () => null,
  maxRetriesPerRequest: 0,
  enableOfflineQueue: false,
  // It would ask INFO, which not every user may.
  enableReadyCheck: false,
  lazyConnect: true,
});

interface Connection {
  readonly status: string;
  connect(): Promise<void>;
  disconnect(): void;
  on(event: 'error', listener: (error: unknown) => void): unknown;
}

/** What a client that is in use heard last from its servers, beside answers. */
const heard = new WeakMap<Connection, unknown>();

async function connected<C extends Connection>(client: C): Promise<C> {
  client.on('error', (error) => heard.set(client, error));
  try {
    await asking(client, () => client.connect());
    return client;
  } catch (error) {
    end(client);
    throw error;
  }
}

async function apart<C extends Connection, T>(connecting: Promise<C>, work: (client: C) => Promise<T>): Promise<T> {
  const client = await connecting;
  try {
    return await asking(client, work);
  } finally {
    end(client);
  }
}

async function asking<C extends Connection, T>(client: C, work: (client: C) => Promise<T>): Promise<T> {
  try {
    return await work(client);
  } catch (error) {
    // What the server said before it hung up tells more than that it did.
    throw saysLess(error) ? (heard.get(client) ?? error) : error;
  }
}

/** Of a client that has ended it would only start a timer, which keeps the process for two seconds. */
function end(client: Connection): void {
  if (client.status !== 'end') client.disconnect();
}

/** That a connection ended, or that nobody has logged in on it: the answer to the login tells why. */
const saysLess = (error: unknown): boolean =>
  error instanceof Error && /^(Connection is closed|NOAUTH)/.test(error.message);
