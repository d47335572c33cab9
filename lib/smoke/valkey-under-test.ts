import Valkey, { Cluster, type RedisOptions } from 'iovalkey';
import type { Credentials } from '../sources';
import type { StandInTopology, StoreTrust } from '../topology';
import { tlsOf } from '../valkey';
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

/** Runs `work` on a connection of its own to one server. Whoever logs in with nothing is a stranger. */
export async function onServer<T>(
  store: ValkeyUnderTest,
  { host, port }: ValkeyServerUnderTest,
  work: (client: Valkey) => Promise<T>,
  as?: Credentials | 'nobody',
): Promise<T> {
  const login = as ?? (await store.login());
  const client = new Valkey({ ...optionsOf(store), ...(login !== 'nobody' && login), host, port });
  return using(client, work);
}

/** Runs `work` on the store as an application would: on its primary, or on whichever server of a cluster holds a key. */
export async function onStore<T>(
  store: ValkeyUnderTest,
  work: (client: ValkeyClient) => Promise<T>,
  login?: Credentials,
): Promise<T> {
  if (store.mode === 'single') return onServer(store, store.primary, work, login);
  const { host, port } = store.primary;
  const client = new Cluster([{ host, port }], {
    redisOptions: { ...optionsOf(store), ...(login ?? (await store.login())) },
    // An address of ElastiCache is looked up by TLS, whose certificate names it.
    dnsLookup: (address, done) => done(null, address),
    slotsRefreshTimeout: store.timeoutMs,
    clusterRetryStrategy: () => null,
    enableOfflineQueue: false,
    lazyConnect: true,
  });
  return using(client, work);
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

async function using<C extends Connection, T>(client: C, work: (client: C) => Promise<T>): Promise<T> {
  let heard: unknown;
  client.on('error', (error) => (heard ??= error));
  try {
    await client.connect();
    return await work(client);
  } catch (error) {
    // What the server said before it hung up tells more than that it did.
    throw saysLess(error) ? (heard ?? error) : error;
  } finally {
    // Of a client that has ended it would only start a timer, which keeps the process for two seconds.
    if (client.status !== 'end') client.disconnect();
  }
}

/** That a connection ended, or that nobody has logged in on it: the answer to the login tells why. */
const saysLess = (error: unknown): boolean =>
  error instanceof Error && /^(Connection is closed|NOAUTH)/.test(error.message);
