import { setTimeout as pause } from 'node:timers/promises';

/** Time between two looks at a replica that sessions wait for, in milliseconds. */
const INTERVAL_MS = 1;

/** A replica that was found behind is taken to be so again for this long, in milliseconds. */
const REMEMBERED_MS = 1_000;

interface Waiter {
  readonly lsn: bigint;
  readonly finish: (hasReached: boolean) => void;
}

/** Those who wait until a replica has replayed what they have seen. However many there are, it is asked once at a time. */
export class CatchUp {
  private readonly waiting = new Set<Waiter>();
  private asking: Promise<void> | undefined;
  private behindAtMs = -Infinity;

  /** `ask` resolves to how far the replica has come; undefined where it can't be asked, which ends the questions. */
  constructor(private readonly ask: () => Promise<bigint | undefined>) {}

  /**
   * Whether somebody waits, or has had to in the last second: then it is better to wait with them than to ask with a read that is likely to be
   * thrown away.
   */
  get isExpected(): boolean {
    return this.asking !== undefined || performance.now() - this.behindAtMs < REMEMBERED_MS;
  }

  /** The replica was asked, and had not come so far. */
  noteBehind(): void {
    this.behindAtMs = performance.now();
  }

  /** Resolves to whether the replica has come as far as `lsn` in time. */
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
    for (let asked = 0; this.waiting.size > 0; asked++) {
      if (asked > 0) await pause(INTERVAL_MS);
      const lsn = await this.ask();
      // Whoever waits is answered by its own timer, or by the next probe.
      if (lsn === undefined) return;
      this.reached(lsn);
      this.behindAtMs = this.waiting.size > 0 ? performance.now() : asked === 0 ? -Infinity : this.behindAtMs;
    }
  }
}
