import { setTimeout as pause } from 'node:timers/promises';

/**
 * Asks again until `condition` holds, and returns what it returned; fails with `what` when `deadlineMs` have passed.
 * A condition that throws holds not yet.
 */
export async function eventually<T>(what: string, condition: () => Promise<T> | T, deadlineMs = 10_000): Promise<T> {
  const deadline = performance.now() + deadlineMs;
  let last: unknown;
  while (performance.now() < deadline) {
    try {
      const value = await condition();
      if (value) return value;
      last = value;
    } catch (error) {
      last = error;
    }
    await pause(20);
  }
  throw new Error(`not within ${deadlineMs} ms: ${what} (last: ${String(last)})`);
}
