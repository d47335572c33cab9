import type { PoolConfig } from 'pg';
import type { Endpoint } from '../topology';
import { cachingClientOf } from './caching-client';

/** Of a pool of connections to one server, for one login. */
export interface PoolOptions {
  /** Most connections open at once. @default 10 */
  readonly max?: number;
  /**
   * Connections that stay open once they were needed, although nobody uses them, until they reach `recycleAfterMs`; those beyond are
   * overflow, closed after `idleTimeoutMs`.
   * @default 0
   */
  readonly min?: number;
  /** An unused connection beyond `min` is closed after this, in milliseconds; never at 0. @default 10000 */
  readonly idleTimeoutMs?: number;
  /**
   * A connection older than this is closed as soon as nobody uses it, in milliseconds, also where `min` or fewer are open; the next statement
   * that needs one opens another.
   * @default - connections are not closed for their age
   */
  readonly recycleAfterMs?: number;
  /**
   * A connection that nobody has used for a while is asked whether it is alive before it is handed out, and replaced where it is not.
   * @default - it is handed out unasked: what a dead one does to a statement is an error like any other
   */
  readonly prePing?: PrePing;
  /**
   * Whether connections that nobody uses hold the process, which would end otherwise, until `idleTimeoutMs` have passed, or let it end.
   * @default 'holdProcess'
   */
  readonly whenIdle?: 'holdProcess' | 'releaseProcess';
  /**
   * Statements with parameters are prepared once a connection, and then only named to the server. Not through a pooled endpoint, which would give
   * the name to another connection.
   * @default - each is parsed and planned each time
   */
  readonly statementCache?: StatementCacheOptions;
  /** Longest wait for a connection, in milliseconds. @default 5000 */
  readonly connectTimeoutMs?: number;
  /**
   * Longest time that a statement may take on the server, in milliseconds. Through a pooled endpoint, which takes no such parameter, it is only
   * how long an answer is waited for.
   * @default - no limit
   */
  readonly statementTimeoutMs?: number;
  /** Shown in `pg_stat_activity`. @default 'polystore' */
  readonly applicationName?: string;
}

/** When a connection is asked whether it is alive. */
export interface PrePing {
  /**
   * It was unused for so long, in milliseconds; at 0 each is asked each time. Time counts by the wall clock, too, so that a process that was
   * frozen asks as well.
   */
  readonly afterIdleMs: number;
}

/** Which statements stay prepared. */
export interface StatementCacheOptions {
  /** Most on each connection; those that were not used for longest are closed. Each takes memory of the server. */
  readonly max: number;
}

/** As pg's own. */
export const DEFAULT_POOL_MAX = 10;
const DEFAULT_IDLE_TIMEOUT_MS = 10_000;
export const DEFAULT_CONNECT_TIMEOUT_MS = 5_000;

/**
 * How much longer we wait for an answer than the server is told to work: so a slow statement ends as the server's own `cancelled`,
 * and only a server that has gone silent ends as `unavailable`.
 */
export const SILENCE_MS = 500;

/** Connections are no cheaper than that: each begins with TLS and a login. */
const LEAST_RECYCLE_MS = 1_000;

/**
 * A timer set for longer fires at once.
 * @see https://nodejs.org/api/timers.html#settimeoutcallback-delay-args
 */
const LONGEST_TIMER_MS = 2_147_483_647;

/** What pg is told of a pool of connections by an endpoint. */
export function poolConfigOf(options: PoolOptions, via: Endpoint['via']): PoolConfig {
  return {
    max: options.max ?? DEFAULT_POOL_MAX,
    min: options.min ?? 0,
    idleTimeoutMillis: options.idleTimeoutMs ?? DEFAULT_IDLE_TIMEOUT_MS,
    allowExitOnIdle: options.whenIdle === 'releaseProcess',
    connectionTimeoutMillis: options.connectTimeoutMs ?? DEFAULT_CONNECT_TIMEOUT_MS,
    ...(options.recycleAfterMs !== undefined && { maxLifetimeSeconds: options.recycleAfterMs / 1_000 }),
    ...(options.statementTimeoutMs !== undefined && {
      ...(via === 'direct' && { statement_timeout: options.statementTimeoutMs }),
      query_timeout: options.statementTimeoutMs + SILENCE_MS,
    }),
    ...(via === 'direct' && options.statementCache && { Client: cachingClientOf(options.statementCache.max) }),
  };
}

/** @throws {RangeError} that names the option, what it got and what is allowed */
export function checkPoolOptions(options: PoolOptions): void {
  const { max = DEFAULT_POOL_MAX } = options;
  checkWithin('pool.max', max, 1, Infinity);
  checkWithin('pool.min', options.min, 0, max);
  checkWithin('pool.idleTimeoutMs', options.idleTimeoutMs, 0, LONGEST_TIMER_MS);
  checkWithin('pool.recycleAfterMs', options.recycleAfterMs, LEAST_RECYCLE_MS, LONGEST_TIMER_MS);
  checkWithin('pool.prePing.afterIdleMs', options.prePing?.afterIdleMs, 0, LONGEST_TIMER_MS);
  checkWithin('pool.statementCache.max', options.statementCache?.max, 1, Infinity);
  checkWithin('pool.connectTimeoutMs', options.connectTimeoutMs, 1, LONGEST_TIMER_MS);
  checkWithin('pool.statementTimeoutMs', options.statementTimeoutMs, 1, LONGEST_TIMER_MS - SILENCE_MS);
}

function checkWithin(name: string, value: number | undefined, least: number, most: number): void {
  if (value === undefined || (Number.isInteger(value) && value >= least && value <= most)) return;
  const range = most === Infinity ? `[${least}, ∞)` : `[${least}, ${most}]`;
  throw new RangeError(`${name} must be an integer in ${range}, got ${value}`);
}
