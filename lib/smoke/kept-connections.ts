import { closeClient, cutConnection, type PgClient } from '../postgres';

/**
 * How long a connection waits for who needs one next, in milliseconds: the checks of a server follow each other at once, and a run over hundreds of
 * shards holds few.
 */
const KEPT_MS = 2_000;
/** Share of the time for a statement that a kept connection may take to answer, so that there is time for a new one after it. */
const PATIENCE = 1 / 8;

export interface KeptConnectionsOptions {
  /** Makes a new one. */
  readonly open: () => Promise<PgClient>;
  /** Longest time for a statement, in milliseconds. */
  readonly timeoutMs: number;
}

/**
 * Connections of one login to one database that those who need one use one after the other: each begins with TLS and a login, which take longer than
 * what most checks ask. Whoever makes it closes it.
 */
export class KeptConnections {
  /** Who waits, the last one used at the end, and when it is closed. */
  private readonly idle = new Map<PgClient, NodeJS.Timeout>();
  private closed = false;

  constructor(private readonly options: KeptConnectionsOptions) {}

  /**
   * Runs `work` on a connection that it has for itself: one that somebody is done with, where that still answers, else a new one. `work` leaves the
   * session as it was; a connection on which it fails is closed.
   */
  async use<T>(work: (client: PgClient) => Promise<T>): Promise<T> {
    const client = (await this.takeAlive()) ?? (await this.options.open());
    let result: T;
    try {
      result = await work(client);
    } catch (error) {
      await closeClient(client);
      throw error;
    }
    if (this.closed) await closeClient(client);
    else this.keep(client);
    return result;
  }

  /** Closes one that nobody uses, for who is about to open another beside these: there are never more than users. */
  async makeRoom(): Promise<void> {
    const client = this.take();
    if (client) await closeClient(client);
  }

  /** Closes those that nobody uses; the others are closed as soon as their users are done. Never throws. */
  async close(): Promise<void> {
    this.closed = true;
    await Promise.all(Array.from({ length: this.idle.size }, () => this.makeRoom()));
  }

  private keep(client: PgClient): void {
    const tooLong = setTimeout(() => {
      this.idle.delete(client);
      void closeClient(client);
    }, KEPT_MS);
    this.idle.set(client, tooLong);
  }

  private take(): PgClient | undefined {
    const [client, tooLong] = [...this.idle].at(-1) ?? [];
    if (client) this.idle.delete(client);
    clearTimeout(tooLong);
    return client;
  }

  /** A server that has died, or was restarted, since it was last asked must not look like one that fails in the middle of a check. */
  private async takeAlive(): Promise<PgClient | undefined> {
    for (;;) {
      const client = this.take();
      if (!client || (await this.answers(client))) return client;
      cutConnection(client);
    }
  }

  private answers(client: PgClient): Promise<boolean> {
    const ping = { text: 'select 1', query_timeout: Math.round(this.options.timeoutMs * PATIENCE) };
    return client.query(ping).then(
      () => true,
      () => false,
    );
  }
}
