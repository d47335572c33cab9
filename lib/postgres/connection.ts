import { Socket } from 'node:net';
import { Client, Pool, type ClientConfig, type PoolClient, type QueryResult, type QueryResultRow } from 'pg';
import type { ServerTopology, Trust } from '../topology';
import { hasOtherPassword, type Login } from './login';
import { checkPoolOptions, poolConfigOf, SILENCE_MS, type PoolOptions } from './pool-options';
import { PingingPool } from './pinging-pool';
import { sendInTurn } from './send-together';
import { RenewingPool } from './renewing-pool';
import { encryptionOf, type TestTrust } from './trust';

export type PgClient = Client;
export type PgPool = Pool;
export type PgPoolClient = PoolClient;
export type { QueryResult, QueryResultRow } from 'pg';

/** The subset of a client or pool that the kit calls to run a statement. */
export interface Queryable {
  query<R extends QueryResultRow = QueryResultRow>(text: string, values?: unknown[]): Promise<QueryResult<R>>;
}

/** One database on one server, and who logs in. */
export interface ConnectionTarget {
  readonly server: ServerTopology;
  readonly database: string;
  readonly credentials: Login;
  readonly trust: Trust | TestTrust;
  /** What each connection begins with, as `search_path`. Names and values without spaces and backslashes. @default - the settings of the role */
  readonly settings?: Readonly<Record<string, string>>;
}

export interface ClientOptions {
  /**
   * Longest time to connect, and longest time that the server may take over a statement, in milliseconds. A server that says
   * nothing at all is given up half a second later, and one behind a pooled endpoint is not told of the limit.
   * @default 10000
   */
  readonly timeoutMs?: number;
  /** Shown in `pg_stat_activity`. @default 'polystore' */
  readonly applicationName?: string;
}

const DEFAULT_TIMEOUT_MS = 10_000;

/**
 * When the operating system first asks a host whether it is there, on a connection on which nothing moves; Node has it ask every second from then on,
 * ten times. Left to the system it is two hours, in which a statement waits for a host that is gone without a word.
 * @see https://nodejs.org/docs/latest-v20.x/api/net.html#socketsetkeepaliveenable-initialdelay
 */
const KEEP_ALIVE_MS = 10_000;

/** How long a connection may take to say goodbye before its socket is cut. */
const GOODBYE_MS = 1_000;

/**
 * Opens one connection. The caller ends it. TLS is always on and the server's certificate is verified.
 * A connection that is lost later never crashes the process: the next statement on it rejects.
 * A password that is refused is asked for once more, where it comes from a source that may have another by then.
 */
export async function openClient(target: ConnectionTarget, options: ClientOptions = {}): Promise<PgClient> {
  const { password } = target.credentials;
  if (typeof password === 'string') return connectClient(target, options);
  const seen = password.version;
  try {
    return await connectClient(target, options);
  } catch (refusal) {
    if (await hasOtherPassword(password, seen, refusal)) return connectClient(target, options);
    throw refusal;
  }
}

async function connectClient(target: ConnectionTarget, options: ClientOptions): Promise<PgClient> {
  const timeoutMs = options.timeoutMs ?? DEFAULT_TIMEOUT_MS;
  const client = new Client({
    ...loginOf(target, options.applicationName),
    connectionTimeoutMillis: timeoutMs,
    query_timeout: timeoutMs + SILENCE_MS,
    // A parameter at startup is more than RDS Proxy takes.
    ...(target.server.endpoint.via === 'direct' && { statement_timeout: timeoutMs }),
  });
  client.on('error', ignoreLostConnection);
  try {
    await client.connect();
  } catch (error) {
    // pg leaves the socket of a failed login open until the server closes it.
    client.end().catch(ignoreLostConnection);
    throw error;
  }
  return client;
}

/** Opens a connection for `work` and ends it, whatever happens. */
export async function withClient<T>(
  target: ConnectionTarget,
  work: (client: PgClient) => Promise<T>,
  options: ClientOptions = {},
): Promise<T> {
  const client = await openClient(target, options);
  try {
    return await work(client);
  } finally {
    await closeClient(client);
  }
}

/** Ends a connection; one whose server has gone silent is cut after a second. Never throws. */
export async function closeClient(client: PgClient): Promise<void> {
  const cut = setTimeout(() => client.connection.stream.destroy(), GOODBYE_MS);
  await client.end().catch(ignoreLostConnection);
  clearTimeout(cut);
}

/** Lets the process end although this connection is open. */
export function detachClient({ connection: { stream } }: PgClient): void {
  if (stream instanceof Socket) stream.unref();
}

/** Connections of each pool, idle and in use: what {@link closePool} may have to cut. */
const connectionsOf = new WeakMap<PgPool, Set<PgPoolClient>>();

/**
 * Makes a pool; connections open when they are first needed. The caller ends it, best with {@link closePool}.
 * @throws {RangeError} as {@link checkPoolOptions}
 */
export function openPool(target: ConnectionTarget, options: PoolOptions = {}): PgPool {
  checkPoolOptions(options);
  const config = {
    ...loginOf(target, options.applicationName),
    ...poolConfigOf(options, target.server.endpoint.via),
  };
  const { password } = target.credentials;
  const source = typeof password === 'string' ? undefined : password;
  const pool = options.prePing ? new PingingPool(config, source, options.prePing) : new RenewingPool(config, source);
  // An idle client that loses its server emits on the pool, one in use on itself; without a listener Node ends the process.
  pool.on('error', ignoreLostConnection);
  const connections = new Set<PgPoolClient>();
  connectionsOf.set(pool, connections);
  pool.on('connect', (client) => {
    client.on('error', ignoreLostConnection);
    connections.add(client);
    if (target.server.endpoint.via === 'pooled') sendInTurn(client);
  });
  pool.on('remove', (client) => connections.delete(client));
  return pool;
}

/**
 * Ends a pool: waits until running statements are done and every connection is back, at most `graceMs` milliseconds, then cuts what is left.
 * Never throws.
 */
export async function closePool(pool: PgPool, graceMs: number): Promise<void> {
  const connections = connectionsOf.get(pool) ?? new Set();
  const ending = pool.end();
  refuseWaiting(pool);
  await settled(ending, graceMs);
  const allGone = new Promise<void>((resolve) => {
    const check = (): void => (connections.size === 0 ? resolve() : undefined);
    pool.on('remove', check);
    check();
  });
  await settled(allGone, GOODBYE_MS);
  for (const client of connections) client.connection.stream.destroy();
}

/** A pool that refuses everybody, as one that was closed. */
export function closedPool(): PgPool {
  const pool = new Pool();
  void pool.end();
  return pool;
}

/** Part of pg's pool that its types don't have. */
interface Queueing {
  /** Who waits for a connection. */
  readonly _pendingQueue?: { readonly callback: (error: Error) => void }[];
}

/** pg serves nobody who waits once a pool ends, and lets each wait until its time is over. */
function refuseWaiting(pool: PgPool): void {
  const waiting = (pool as Queueing)._pendingQueue?.splice(0) ?? [];
  for (const { callback } of waiting) callback(new Error('Cannot use a pool after calling end on the pool'));
}

/** Whether a pool waits for a connection that its server has not let in yet. */
export const isConnecting = (pool: PgPool): boolean => (connectionsOf.get(pool)?.size ?? 0) < pool.totalCount;

/** Waits until `work` is done, well or not, but at most `ms` milliseconds. */
async function settled(work: Promise<void>, ms: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const tooLong = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  await Promise.race([work.catch(ignoreLostConnection), tooLong]);
  clearTimeout(timer);
}

function loginOf(
  { server, database, credentials, trust, settings }: ConnectionTarget,
  applicationName = 'polystore',
): ClientConfig {
  return {
    host: server.endpoint.host,
    port: server.endpoint.port,
    database,
    user: credentials.username,
    password: passwordOf(credentials),
    application_name: applicationName,
    keepAlive: true,
    keepAliveInitialDelayMillis: KEEP_ALIVE_MS,
    ssl: encryptionOf(server.endpoint, trust),
    ...(settings && { options: startupOptions(settings) }),
  };
}

/** Whether a target can be told from an impostor. @throws {PolystoreError} DOCUMENT_MISSING where the authorities are missing that it is known by */
export function checkTrust({ server, trust }: ConnectionTarget): void {
  encryptionOf(server.endpoint, trust);
}

/** pg calls a function for each connection that it opens. */
const passwordOf = ({ password }: Login): string | (() => Promise<string>) =>
  typeof password === 'string' ? password : () => password.read();

const startupOptions = (settings: Readonly<Record<string, string>>): string =>
  Object.entries(settings)
    .map(([name, value]) => `-c ${name}=${value}`)
    .join(' ');

function ignoreLostConnection(): void {
  // The statement that meets the lost connection reports it.
}
