/** What one run of requests came to. */
export interface LoadResult {
  /** Requests a second. */
  readonly perSecond: number;
  /** Ninety-nine of a hundred requests were answered within this, in milliseconds. */
  readonly p99Ms: number;
}

/** Sends one request, and resolves when it is answered. `client` counts from 0. */
export type Send = (id: number, client: number) => Promise<unknown>;

/** Rows that requests are about: ids from 1. */
export const ROWS = 1_000;

/** Lets so many clients send one request after the other for so long. */
export async function load(send: Send, clients: number, forMs: number): Promise<LoadResult> {
  const latencies: number[] = [];
  const began = performance.now();
  const until = began + forMs;
  let sent = 0;
  await Promise.all(
    Array.from({ length: clients }, async (_, client) => {
      for (let now = performance.now(); now < until;) {
        await send((sent++ % ROWS) + 1, client);
        const answered = performance.now();
        latencies.push(answered - now);
        now = answered;
      }
    }),
  );
  const seconds = (performance.now() - began) / 1000;
  return { perSecond: latencies.length / seconds, p99Ms: percentile(latencies, 0.99) };
}

/** The smallest of the values that `part` of them, in (0, 1], do not exceed. */
export function percentile(values: readonly number[], part: number): number {
  const sorted = [...values].sort((one, other) => one - other);
  const value = sorted[Math.ceil(sorted.length * part) - 1];
  if (value === undefined) throw new RangeError(`no percentile of ${values.length} values at ${part}`);
  return value;
}
