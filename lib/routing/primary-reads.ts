import { PolystoreError } from '../errors';

/** Where sessions have to wait so long for the primary, it has no room, and replicas are asked, in milliseconds. */
export const CROWDED_MS = 250;

/** Whom the primary belongs to, for messages. */
interface Owner {
  readonly store: string;
  /** Name of the primary. */
  readonly server: string;
}

/**
 * Reads that a primary takes although there are replicas: so many at once, so that they leave it the connections that its writes need. Others wait for their turn, first come first served.
 */
export class PrimaryReads {
  private running = 0;
  /** Who waits, first come first served, and since when, on the clock of `performance.now()`. */
  private readonly waiting = new Map<() => void, number>();

  /** @param limit how many at once @param maxWaitMs longest wait for a turn, in milliseconds */
  constructor(
    readonly limit: number,
    private readonly maxWaitMs: number,
  ) {}

  /** @throws {PolystoreError} READ_BUDGET_EXHAUSTED where its turn did not come in time; otherwise as `read` */
  async run<T>(owner: Owner, read: () => Promise<T>): Promise<T> {
    if (!this.enter()) await this.turn(owner);
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
    const next = this.waiting.keys().next();
    // Whoever waits takes this one's place.
    if (next.done === true) this.running--;
    else next.value();
  }

  /** For how long somebody has been waiting for a place, in milliseconds; 0 where nobody waits. */
  get longestWaitMs(): number {
    const since = this.waiting.values().next();
    return since.done === true ? 0 : performance.now() - since.value;
  }

  /** Takes a place when there is one. Whoever has taken it gives it back with {@link leave}. @throws {PolystoreError} READ_BUDGET_EXHAUSTED */
  turn(owner: Owner): Promise<void> {
    return new Promise((resolve, reject) => {
      const take = (): void => {
        clearTimeout(timer);
        this.waiting.delete(take);
        resolve();
      };
      const timer = setTimeout(() => {
        this.waiting.delete(take);
        reject(this.exhausted(owner));
      }, this.maxWaitMs);
      this.waiting.set(take, performance.now());
    });
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
