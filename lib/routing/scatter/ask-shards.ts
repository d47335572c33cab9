import { setMaxListeners } from 'node:events';
import { isPolystoreError, PolystoreError } from '../../errors';
import { errorGroupOf, type QueryResult, type QueryResultRow } from '../../postgres';
import { onAbort } from '../on-abort';

export interface ScatterOptions {
  /** How many shards are asked at once. @default 8 */
  readonly concurrency?: number;
  /** Longest time for all shards together, in milliseconds; what still runs then is cancelled on the server. @default 30000 */
  readonly deadlineMs?: number;
  /**
   * What happens when a shard is lost, too busy, or not done at the deadline. `refused`: the call fails. `allowed`: it returns what the others
   * said, and `missing` names the shard with the reason. An error of SQL fails the call either way.
   * @default 'refused'
   */
  readonly partial?: 'refused' | 'allowed';
}

/** A shard of which the result says nothing, and why. */
export interface MissingShard {
  readonly shard: string;
  readonly reason: string;
}

/** A shard that can be read. */
export interface ReadableShard {
  readonly shard: string;
  read(text: string, values: readonly unknown[], signal: AbortSignal): Promise<QueryResult>;
}

export interface Statement {
  readonly text: string;
  readonly values: readonly unknown[];
}

export interface ShardAnswer {
  readonly shard: string;
  readonly result: QueryResult<QueryResultRow>;
}

/** What was answered, in the order of the shards, and by whom nothing was. */
export interface ShardAnswers {
  readonly answers: readonly ShardAnswer[];
  readonly missing: readonly MissingShard[];
}

const DEFAULT_CONCURRENCY = 8;
const DEFAULT_DEADLINE_MS = 30_000;
/** The longest that a timer of Node can wait. */
const MAX_DEADLINE_MS = 2_147_483_647;

type Outcome = { readonly result: QueryResult } | { readonly error: unknown };

/**
 * Asks every shard for one statement each. The first that fails ends the others, as do the deadline and `signal`: what they still run is
 * cancelled, and nobody waits for it.
 * @throws {PolystoreError} SCATTER_FAILED naming every shard that failed; CANCELLED where `signal` aborted
 * @throws {RangeError} for an option out of its range
 */
export async function askShards(
  store: string,
  shards: readonly ReadableShard[],
  statementFor: (shard: string) => Statement,
  { concurrency = DEFAULT_CONCURRENCY, deadlineMs = DEFAULT_DEADLINE_MS, partial = 'refused' }: ScatterOptions,
  signal: AbortSignal | undefined,
): Promise<ShardAnswers> {
  checkInteger('concurrency', concurrency, 1, 10_000);
  checkInteger('deadlineMs', deadlineMs, 1, MAX_DEADLINE_MS);
  if (signal?.aborted) throw cancelled(store, signal);
  const outcomes = new Map<string, Outcome>();
  const controller = new AbortController();
  // Every shard listens to it, however many there are.
  setMaxListeners(Infinity, controller.signal);
  let end = (): void => undefined;
  const ended = new Promise<void>((resolve) => (end = resolve));
  const abort = (): void => {
    controller.abort();
    end();
  };
  const waiting = [...shards];
  const askNext = async (): Promise<void> => {
    for (let next = waiting.shift(); next && !controller.signal.aborted; next = waiting.shift()) {
      try {
        const { text, values } = statementFor(next.shard);
        const result = await next.read(text, values, controller.signal);
        if (!controller.signal.aborted) outcomes.set(next.shard, { result });
      } catch (error) {
        if (controller.signal.aborted) return;
        outcomes.set(next.shard, { error });
        if (partial === 'refused' || !isShardLost(error)) abort();
      }
    }
  };
  const deadline = setTimeout(abort, deadlineMs);
  const endHearing = signal && onAbort(signal, abort);
  const workers = Array.from({ length: Math.min(concurrency, shards.length) }, askNext);
  try {
    await Promise.race([Promise.all(workers), ended]);
  } finally {
    clearTimeout(deadline);
    endHearing?.();
  }
  if (signal?.aborted) throw cancelled(store, signal);
  return judge(store, shards, outcomes, `no answer within ${deadlineMs} ms`, partial);
}

/** Whether a shard could not answer, rather than refuse the statement: others may be taken without it, where that is allowed. */
function isShardLost(error: unknown): boolean {
  if (isPolystoreError(error)) return error.retryable;
  return ['tooManyConnections', 'serialization', 'cancelled'].includes(errorGroupOf(error));
}

function judge(
  store: string,
  shards: readonly ReadableShard[],
  outcomes: ReadonlyMap<string, Outcome>,
  silence: string,
  partial: 'refused' | 'allowed',
): ShardAnswers {
  const answers: ShardAnswer[] = [];
  const lost: MissingShard[] = [];
  const errors: { shard: string; error: unknown }[] = [];
  for (const { shard } of shards) {
    const outcome = outcomes.get(shard);
    if (!outcome) lost.push({ shard, reason: silence });
    else if ('result' in outcome) answers.push({ shard, result: outcome.result });
    else {
      errors.push({ shard, error: outcome.error });
      lost.push({ shard, reason: reasonOf(outcome.error) });
    }
  }
  const isRefused = errors.some(({ error }) => !isShardLost(error));
  if (lost.length === 0 || (partial === 'allowed' && answers.length > 0 && !isRefused)) {
    return { answers, missing: lost };
  }
  // Those that were ended because another failed have not failed themselves.
  const failed = errors.length > 0 && (isRefused || partial === 'refused') ? errors.map(reasonAt) : lost;
  throw scatterFailed(store, failed, shards.length, errors);
}

const reasonAt = ({ shard, error }: { shard: string; error: unknown }): MissingShard => ({
  shard,
  reason: reasonOf(error),
});

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

function scatterFailed(
  store: string,
  failed: readonly MissingShard[],
  asked: number,
  errors: readonly { readonly error: unknown }[],
): PolystoreError<'SCATTER_FAILED'> {
  const list = failed.map(({ shard, reason }) => `${shard}: ${reason}`).join('; ');
  const retryable = errors.every(({ error }) => isShardLost(error));
  return new PolystoreError(
    'SCATTER_FAILED',
    `store "${store}": ${failed.length} of ${asked} shards gave no answer (${list})`,
    {
      details: { store, shards: Object.fromEntries(failed.map(({ shard, reason }) => [shard, reason])) },
      retryable,
      ...(retryable && {
        next: "Retry, allow more time with deadlineMs, or take what the others say with partial: 'allowed'.",
      }),
      cause: errors[0]?.error,
    },
  );
}

const cancelled = (store: string, { reason }: AbortSignal): PolystoreError<'CANCELLED'> =>
  new PolystoreError(
    'CANCELLED',
    `store "${store}": the caller's signal aborted the statement before every shard had answered`,
    {
      details: { store },
      cause: reason,
    },
  );

/** @throws {RangeError} */
export function checkInteger(name: string, value: number, least: number, most: number): void {
  if (Number.isInteger(value) && value >= least && value <= most) return;
  throw new RangeError(`${name} must be an integer in [${least}, ${most}], got ${value}`);
}
