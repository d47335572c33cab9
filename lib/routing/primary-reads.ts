import { PolystoreError } from '../errors';
import { untilAborted } from './until-aborted';

/** Where sessions have to wait so long for the primary, it has no room, and replicas are asked, in milliseconds. */
export const CROWDED_MS = 250;

/** Whom the primary belongs to, for messages. */
interface Owner {
  readonly store: string;
  /** Name of the primary. */
  readonly server: string;
}

/** A read whose turn has not come. */
interface Waiter {
  /** On the clock of `performance.now()`. */
  readonly sinceMs: number;
  readonly take: () => void;
  readonly giveUp: () => void;
}

/**
 * Reads that a primary takes although there are replicas: so many at once, so that they leave it the connections that its writes need. Others
 * wait for their turn, first come first served.
 */
export class PrimaryReads {
  private running = 0;
  /** First come, first served. */
  private waiting: Waiter[] = [];
  /** Of whoever has waited longest: one for all costs them nothing. */
  private timer: NodeJS.Timeout | undefined;

  /** @param limit how many at once @param maxWaitMs longest wait for a turn, in milliseconds */
  constructor(
    readonly limit: number,
    private readonly maxWaitMs: number,
  ) {}

  /** @throws {PolystoreError} READ_BUDGET_EXHAUSTED where its turn did not come in time, CANCELLED where `signal` was faster; otherwise as `read` */
  async run<T>(owner: Owner, read: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    if (!this.enter()) await this.turn(owner, signal);
    try {
      return await read();
    } finally {
      this.leave();
    }
  }

  /** Takes a place where there is one. Whoever has taken it gives it back with {@link leave}. */
  enter(): boolean {
    if (this.running >= this.limit) return false;
    this.running++;
    return true;
  }

  leave(): void {
    const next = this.waiting.shift();
    // Whoever waits takes this one's place.
    if (next) next.take();
    else this.running--;
  }

  /** For how long somebody has been waiting for a place, in milliseconds; 0 where nobody waits. */
  get longestWaitMs(): number {
    const [first] = this.waiting;
    return first ? performance.now() - first.sinceMs : 0;
  }

  /**
   * Takes a place when there is one. Whoever has taken it gives it back with {@link leave}.
   * @throws {PolystoreError} READ_BUDGET_EXHAUSTED, CANCELLED
   */
  turn(owner: Owner, signal?: AbortSignal): Promise<void> {
    let isTaken = false;
    let waiter: Waiter | undefined;
    const goAway = (reason: unknown): Promise<never> => {
      if (isTaken) this.leave();
      else this.waiting = this.waiting.filter((other) => other !== waiter);
      return Promise.reject(cancelled(owner, reason));
    };
    const wait = (): Promise<void> =>
      new Promise((resolve, reject) => {
        const take = (): void => {
          isTaken = true;
          resolve();
        };
        waiter = { sinceMs: performance.now(), take, giveUp: () => reject(this.exhausted(owner)) };
        this.waiting.push(waiter);
        this.timer ??= this.expireIn(this.maxWaitMs);
      });
    return untilAborted(signal, goAway, wait);
  }

  private expireIn(ms: number): NodeJS.Timeout {
    return setTimeout(() => {
      while (this.waiting.length > 0 && this.longestWaitMs >= this.maxWaitMs) this.waiting.shift()?.giveUp();
      this.timer = this.waiting.length > 0 ? this.expireIn(this.maxWaitMs - this.longestWaitMs) : undefined;
    }, ms).unref();
  }

  private exhausted({ store, server }: Owner): PolystoreError<'READ_BUDGET_EXHAUSTED'> {
    return new PolystoreError(
      'READ_BUDGET_EXHAUSTED',
      `store "${store}": no replica may answer, and primary "${server}" is busy with the ${this.limit} such reads that it takes at once; ` +
        'nothing was sent',
      {
        details: { store, server, limit: this.limit },
        retryable: true,
        next: 'Retry later, or open the router with a larger pool.max or primaryReadShare.',
      },
    );
  }
}

const cancelled = ({ store, server }: Owner, reason: unknown): PolystoreError<'CANCELLED'> =>
  new PolystoreError(
    'CANCELLED',
    `store "${store}": the caller's signal aborted the read before its turn on primary "${server}" had come; nothing was sent`,
    { details: { store }, cause: reason },
  );
