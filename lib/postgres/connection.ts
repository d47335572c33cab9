import { readFileSync } from 'node:fs';
import { Client, Pool, type ClientConfig, type PoolClient, type QueryResult, type QueryResultRow } from 'pg';
import type { ServerTopology, Trust } from '../topology';

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
  readonly credentials: { readonly username: string; readonly password: string };
  readonly trust: Trust;
}

export interface ClientOptions {
  /** Longest time to connect, and longest time that any statement may take, in milliseconds. @default 10000 */
  readonly timeoutMs?: number;
  /** Shown in `pg_stat_activity`. @default 'polystore' */
  readonly applicationName?: string;
}

export interface PoolOptions {
  /** Most connections open at once. @default 10 */
  readonly max?: number;
  /** An unused connection is closed after this, in milliseconds. @default 10000 */
  readonly idleTimeoutMs?: number;
  /** Longest wait for a connection, in milliseconds. @default 5000 */
  readonly connectTimeoutMs?: number;
  /** Longest time that a statement may take on the server, in milliseconds. @default - no limit */
  readonly statementTimeoutMs?: number;
  /** Shown in `pg_stat_activity`. @default 'polystore' */
  readonly applicationName?: string;
}

const DEFAULT_TIMEOUT_MS = 10_000;

/**
 * Opens one connection. The caller ends it. TLS is always on and the server's certificate is verified.
 * A connection that is lost later never crashes the process: the next statement on it rejects.
 */
export async function openClient(target: ConnectionTarget, options: ClientOptions = {}): Promise<PgClient> {
  const timeoutMs = options.timeoutMs ?? DEFAULT_TIMEOUT_MS;
  const client = new Client({
    ...loginOf(target, options.applicationName),
    connectionTimeoutMillis: timeoutMs,
    query_timeout: timeoutMs,
    statement_timeout: timeoutMs,
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
    await client.end().catch(ignoreLostConnection);
  }
}

/** Makes a pool; connections open when they are first needed. The caller ends it. */
export function openPool(target: ConnectionTarget, options: PoolOptions = {}): PgPool {
  const pool = new Pool({
    ...loginOf(target, options.applicationName),
    max: options.max ?? 10,
    idleTimeoutMillis: options.idleTimeoutMs ?? DEFAULT_TIMEOUT_MS,
    connectionTimeoutMillis: options.connectTimeoutMs ?? 5_000,
    statement_timeout: options.statementTimeoutMs,
  });
  // An idle client that loses its server emits here; without a listener Node ends the process.
  pool.on('error', ignoreLostConnection);
  return pool;
}

function loginOf(
  { server, database, credentials, trust }: ConnectionTarget,
  applicationName = 'polystore',
): ClientConfig {
  return {
    host: server.endpoint.host,
    port: server.endpoint.port,
    database,
    user: credentials.username,
    password: credentials.password,
    application_name: applicationName,
    keepAlive: true,
    ssl: { ca: authorityOf(trust), rejectUnauthorized: true },
  };
}

/** Certificate authorities by file; they never change while a process runs. */
const authorities = new Map<string, string>();

function authorityOf(trust: Trust): string {
  const path = trust.kind === 'file' ? trust.path : trust.bundlePath;
  const known = authorities.get(path);
  if (known !== undefined) return known;
  const pem = readFileSync(path, 'utf8');
  authorities.set(path, pem);
  return pem;
}

function ignoreLostConnection(): void {
  // The statement that meets the lost connection reports it.
}
