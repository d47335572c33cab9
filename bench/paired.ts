import { setImmediate as nextTurn } from 'node:timers/promises';

/** What a figure must be; in the unit of its {@link PairedResult}. */
export type Limit = { readonly atLeast: number } | { readonly atMost: number };

/** A figure with its uncertainty. */
export interface PairedResult {
  /** Median over the runs: a ratio of ours to the baseline (`×`), or a time of ours alone. */
  readonly median: number;
  /** 95 % interval of the median. */
  readonly low: number;
  readonly high: number;
  readonly runs: number;
  readonly unit: '×' | 's';
  /** What was measured, in words with absolute figures: `140 ns against 2.1 µs`. */
  readonly detail: string;
}

/** A promise of speed: one row of `npm run bench`. */
export interface Benchmark {
  readonly name: string;
  readonly limit: Limit;
  /** Stops what it has started, also when it fails. After an abort it rejects as soon as the run under way is done. */
  run(signal: AbortSignal): Promise<PairedResult>;
}

/** Promises of speed that are measured in turns, because whichever came first would slow down the next: a row each. */
export interface BenchmarkSeries {
  readonly rows: readonly Pick<Benchmark, 'name' | 'limit'>[];
  /** Resolves to a result a row. Otherwise as of a {@link Benchmark}. */
  run(signal: AbortSignal): Promise<readonly PairedResult[]>;
}

/** Runs in a measurement; each gives one ratio, or one time. */
export const RUNS = 10;

/** Measures once and returns a rate or a time; both sides of a pair in the same unit. */
export type Measure = () => Promise<number> | number;

export interface RunOptions {
  /** Ends it between two runs. */
  readonly signal: AbortSignal;
  /** @default {@link RUNS} */
  readonly runs?: number;
}

/**
 * The ratio of ours to the baseline, measured side by side: one warm-up each, then alternating runs, so that what slows this machine down
 * slows both sides. `words` tells the medians of both.
 */
export async function paired(
  ours: Measure,
  baseline: Measure,
  words: (ours: number, baseline: number) => string,
  options: RunOptions,
): Promise<PairedResult> {
  const [one, other] = await inTurns([ours, baseline], options);
  return ratioOf(one as readonly number[], other as readonly number[], words);
}

/** Measures each of several once a run, after a warm-up of each. Resolves to what each measured, run by run. */
export async function inTurns<T>(
  sides: readonly (() => Promise<T> | T)[],
  { signal, runs = RUNS }: RunOptions,
): Promise<readonly (readonly T[])[]> {
  const measured = sides.map((): T[] => []);
  const forth = [...sides.keys()];
  const back = [...forth].reverse();
  for (let run = -1; run < runs; run++) {
    // The order alternates: whoever comes second finds warm caches, and the garbage of the first.
    for (const side of run % 2 === 0 || run < 0 ? forth : back) {
      // Where a measurement never waits, a Ctrl-C is heard here.
      await nextTurn();
      signal.throwIfAborted();
      const value = await (sides[side] as () => Promise<T> | T)();
      if (run >= 0) (measured[side] as T[]).push(value);
    }
  }
  return measured;
}

/** The ratio of ours to the other's, run by run. `words` tells the medians of both. */
export function ratioOf(
  ours: readonly number[],
  other: readonly number[],
  words: (ours: number, other: number) => string,
): PairedResult {
  const ratios = ours.map((value, run) => value / (other[run] as number));
  return { ...summarize(ratios), unit: '×', detail: words(medianOf(ours), medianOf(other)) };
}

/** Median, and its 95 % interval by order statistics: it supposes nothing of how the values are spread. */
export function summarize(values: readonly number[]): Pick<PairedResult, 'median' | 'low' | 'high' | 'runs'> {
  const sorted = [...values].sort((one, other) => one - other);
  const rank = intervalRank(sorted.length);
  return {
    median: medianOf(sorted),
    low: sorted[rank] as number,
    high: sorted[sorted.length - 1 - rank] as number,
    runs: sorted.length,
  };
}

/** `miss` only if the whole interval lies beyond the limit: noise alone never fails a figure. */
export function verdictOf({ low, high }: Pick<PairedResult, 'low' | 'high'>, limit: Limit): 'ok' | 'miss' {
  const isBeyond = 'atLeast' in limit ? high < limit.atLeast : low > limit.atMost;
  return isBeyond ? 'miss' : 'ok';
}

export function medianOf(values: readonly number[]): number {
  const sorted = [...values].sort((one, other) => one - other);
  const middle = sorted.length / 2;
  return ((sorted[Math.ceil(middle) - 1] as number) + (sorted[Math.floor(middle)] as number)) / 2;
}

/**
 * How many values at each end lie outside a 95 % interval of the median. Each value is as likely above the true median as below, so the
 * count of those below is binomial; of five values or fewer not even all reach 95 %, so then none lies outside.
 */
function intervalRank(count: number): number {
  let outside = 0;
  let ways = 1;
  let below = 0;
  for (; outside <= 0.05; below++) {
    outside += 2 * ways * 0.5 ** count;
    ways = (ways * (count - below)) / (below + 1);
  }
  return Math.max(0, below - 2);
}
