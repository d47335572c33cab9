import { setTimeout as pause } from 'node:timers/promises';
import { isPolystoreError } from '../errors';
import { errorGroupOf, type PoolOptions } from '../postgres';
import type { Access, Endpoint } from '../topology';
import { isPrimaryLoss } from './server-errors';

/** @see https://www.postgresql.org/docs/17/transaction-iso.html */
export type IsolationLevel = 'read committed' | 'repeatable read' | 'serializable';

/** How a transaction runs. What is set here ends with it: nothing stays on the connection. */
export interface TransactionOptions {
  /** @default - the server's, `read committed` unless it was changed */
  readonly isolation?: IsolationLevel;
  /**
   * `read`: the server refuses writes in it, and a service that may only read may run it. It runs on the primary either way.
   * @default 'write'
   */
  readonly access?: Access;
  /** Longest time that a statement may take on the server, in milliseconds. At most what the router's pool allows. @default - the pool's */
  readonly statementTimeoutMs?: number;
  /** Longest wait for a lock, in milliseconds. @default - the server's */
  readonly lockTimeoutMs?: number;
  /** Longest time between two statements, in milliseconds; then the server ends the connection. @default - the server's */
  readonly idleTimeoutMs?: number;
  /**
   * How often the whole transaction is run again after it lost a race (SQLSTATE 40001), a deadlock (40P01), or its server before COMMIT was
   * sent, or met a statement that was prepared before its table changed, 0 to 10 times, after a short random wait that grows. `work` must be safe to run again: what it did in the database was rolled back,
   * what it did elsewhere was not.
   * @default 0
   */
  readonly retries?: number;
}

/** The most that a timeout of PostgreSQL may be, in milliseconds. */
const MAX_TIMEOUT_MS = 2_147_483_647;

const MAX_RETRIES = 10;

const TIMEOUTS = {
  statementTimeoutMs: 'statement_timeout',
  lockTimeoutMs: 'lock_timeout',
  idleTimeoutMs: 'idle_in_transaction_session_timeout',
} as const;

const ISOLATION_LEVELS: ReadonlySet<string> = new Set<IsolationLevel>([
  'read committed',
  'repeatable read',
  'serializable',
]);

/** Where a transaction runs. */
export interface TransactionSite {
  readonly endpoint: Pick<Endpoint, 'via'>;
  readonly options: Pick<PoolOptions, 'statementTimeoutMs'>;
}

/**
 * The statements that begin a transaction, in one round trip. SET LOCAL ends with the transaction. Through a pooled endpoint the limit of the
 * pool is set here too, since its connections have none.
 * @throws {RangeError} for an option out of its range
 */
export function beginSql(given: TransactionOptions, { endpoint, options: pool }: TransactionSite): string {
  const { statementTimeoutMs } = pool;
  const options =
    endpoint.via === 'pooled' && statementTimeoutMs !== undefined ? { statementTimeoutMs, ...given } : given;
  const { isolation, access } = options;
  const modes = [isolation && `isolation level ${checkIsolation(isolation)}`, access === 'read' && 'read only'];
  const settings = Object.entries(TIMEOUTS).flatMap(([option, setting]) => {
    const ms = options[option as keyof typeof TIMEOUTS];
    if (ms === undefined) return [];
    const most = (option === 'statementTimeoutMs' ? statementTimeoutMs : undefined) ?? MAX_TIMEOUT_MS;
    return `set local ${setting} = ${checkInteger(option, ms, 1, most)}`;
  });
  return [['begin', ...modes.filter(Boolean)].join(' '), ...settings].join('; ');
}

/** Runs `attempt` again as often as the options say, as long as nothing of it stands. An abort ends the wait between two attempts. */
export async function retryLostRaces<T>(
  retries: number,
  signal: AbortSignal | undefined,
  attempt: () => Promise<T>,
): Promise<T> {
  checkInteger('retries', retries, 0, MAX_RETRIES);
  for (let retry = 0; ; retry++) {
    try {
      return await attempt();
    } catch (error) {
      if (retry >= retries || !isUndone(error)) throw error;
    }
    // An abort is told by the next attempt, in the words of the tier.
    await pause(backoffMs(retry), undefined, signal && { signal }).catch(() => undefined);
  }
}

/** Whether nothing of a transaction stands, for a reason that may be over the next time. */
const isUndone = (error: unknown): boolean =>
  errorGroupOf(error) === 'serialization' ||
  (isPrimaryLoss(error) && error.retryable) ||
  isPolystoreError(error, 'STATEMENT_OUTDATED');

/** Full jitter: rivals that met once don't meet again. @see https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/ */
export function backoffMs(retry: number): number {
  return Math.random() * Math.min(500, 10 * 2 ** retry);
}

function checkIsolation(isolation: string): string {
  if (ISOLATION_LEVELS.has(isolation)) return isolation;
  throw new RangeError(`isolation must be one of ${[...ISOLATION_LEVELS].join(', ')}, got ${isolation}`);
}

function checkInteger(name: string, value: number, least: number, most: number): number {
  if (Number.isInteger(value) && value >= least && value <= most) return value;
  throw new RangeError(`${name} must be an integer in [${least}, ${most}], got ${value}`);
}
