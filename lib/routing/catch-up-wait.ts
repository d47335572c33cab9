import { setTimeout as pause } from 'node:timers/promises';

/** Time between two looks at a replica that sessions wait for, in milliseconds. */
const INTERVAL_MS = 2;

interface Waiter {
  readonly lsn: bigint;
  readonly finish: (hasReached: boolean) => void;
}

/** Those who wait until a replica has replayed what they have seen. However many there are, it is asked once at a time. */
export class CatchUpWait {
  private readonly waiting = new Set<Waiter>();
  private asking: Promise<void> | undefined;

  /** `ask` resolves to how far the replica has come; undefined where it can't be asked, which ends the questions. */
  constructor(private readonly ask: () => Promise<bigint | undefined>) {}

  /** Resolves to whether the replica has come as far as `lsn` within `ms` milliseconds. */
  waitFor(lsn: bigint, ms: number): Promise<boolean> {
    return new Promise((resolve) => {
      const waiter: Waiter = {
        lsn,
        finish: (hasReached) => {
          clearTimeout(timer);
          this.waiting.delete(waiter);
          resolve(hasReached);
        },
      };
      const timer = setTimeout(() => waiter.finish(false), ms);
      this.waiting.add(waiter);
      this.asking ??= this.askOn().finally(() => (this.asking = undefined));
    });
  }

  /** The replica has come so far, as somebody has learned. */
  reached(lsn: bigint): void {
    for (const waiter of this.waiting) if (lsn >= waiter.lsn) waiter.finish(true);
  }

  /** Ends every wait. */
  async close(): Promise<void> {
    for (const waiter of this.waiting) waiter.finish(false);
    await this.asking;
  }

  private async askOn(): Promise<void> {
    while (this.waiting.size > 0) {
      const lsn = await this.ask();
      // Whoever waits is answered by its own timer, or by the next probe.
      if (lsn === undefined) return;
      this.reached(lsn);
      if (this.waiting.size > 0) await pause(INTERVAL_MS);
    }
  }
}
