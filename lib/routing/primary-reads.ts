import { PolystoreError } from '../errors';

/** Whom the primary belongs to, for messages. */
interface Owner {
  readonly store: string;
  /** Name of the primary. */
  readonly server: string;
}

/**
 * The reads that a primary takes in the stead of replicas: so many at once, so that lost replicas leave it the connections that its writes
 * need. Others wait for their turn, first come first served.
 */
export class PrimaryReads {
  private running = 0;
  private readonly waiting = new Set<() => void>();

  /** @param limit how many at once @param maxWaitMs longest wait for a turn, in milliseconds */
  constructor(
    readonly limit: number,
    private readonly maxWaitMs: number,
  ) {}

  /** @throws {PolystoreError} READ_BUDGET_EXHAUSTED where its turn did not come in time; otherwise as `read` */
  async run<T>(owner: Owner, read: () => Promise<T>): Promise<T> {
    if (this.running >= this.limit) await this.turn(owner);
    else this.running++;
    try {
      return await read();
    } finally {
      const [next] = this.waiting;
      // Whoever waits takes this one's place.
      if (next) next();
      else this.running--;
    }
  }

  private turn(owner: Owner): Promise<void> {
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
      this.waiting.add(take);
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
