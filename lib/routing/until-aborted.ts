import { onAbort } from './on-abort';

/**
 * Runs `work` until it is done or `signal` aborts, whichever is first. Then `interrupt` ends what still runs and says how it ended: what it
 * throws is thrown. Nobody hears of what `work` does after that.
 */
export async function untilAborted<T>(
  signal: AbortSignal | undefined,
  interrupt: (reason: unknown) => Promise<never>,
  work: () => Promise<T>,
): Promise<T> {
  if (!signal) return work();
  if (signal.aborted) return interrupt(signal.reason);
  let endHearing = (): void => undefined;
  const aborted = new Promise<void>((resolve) => {
    endHearing = onAbort(signal, resolve);
  });
  try {
    const running = work();
    await Promise.race([running, aborted]);
    return signal.aborted ? await interrupt(signal.reason) : await running;
  } finally {
    endHearing();
  }
}
