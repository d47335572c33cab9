import {
  backendOf,
  cancelStatement,
  closePool,
  cutConnection,
  errorCodeOf,
  errorGroupOf,
  openPool,
  type ConnectionTarget,
  type PgPool,
  type PgPoolClient,
  type PoolOptions,
  type QueryResult,
  type QueryResultRow,
} from '../postgres';
import type { Access, Endpoint } from '../topology';
import {
  cancelled,
  poolExhausted,
  primaryDemoted,
  serverUnavailable,
  transactionAborted,
  type FailedServer,
  type Progress,
} from './server-errors';
import { beginSql, type TransactionOptions } from './transaction-options';
import { untilAborted } from './until-aborted';

/** How long {@link StoreServer.close} waits for running statements before it cuts them off, in milliseconds. */
const CLOSE_GRACE_MS = 5_000;

/** A server that does not answer this within two seconds is taken for lost. */
const ROLLBACK = { text: 'rollback', query_timeout: 2_000 };
const BACKEND = 'select pg_backend_pid() as backend';
const IS_IN_RECOVERY = { text: 'select pg_is_in_recovery() as demoted', query_timeout: 2_000 };

const IDLE_IN_TRANSACTION = '25P03';
const SQLSTATE = /^[0-9A-Z]{5}$/;

/**
 * One server of a store as the router uses it: a pool that opens at its first use, how many requests it has not answered yet,
 * and its failures in the words of the tier. Whoever makes it closes it.
 */
export class StoreServer implements FailedServer {
  /** Requests sent and not answered yet. */
  outstanding = 0;
  readonly endpoint: Endpoint;
  private opened: PgPool | undefined;

  /** `name` is unique in the store: the server's own name, behind its shard's where there is one (`s2/primary`). */
  constructor(
    readonly store: string,
    readonly name: string,
    readonly role: 'primary' | 'replica',
    private readonly target: ConnectionTarget,
    private readonly options: PoolOptions,
  ) {
    this.endpoint = target.server.endpoint;
  }

  pool(): PgPool {
    return (this.opened ??= openPool(this.target, this.options));
  }

  /**
   * Runs one statement.
   * @throws {PolystoreError} SERVER_UNAVAILABLE, POOL_EXHAUSTED, PRIMARY_DEMOTED; any other error of the server passes as it is
   */
  query<R extends QueryResultRow>(
    access: Access,
    text: string,
    values: readonly unknown[] | undefined,
  ): Promise<QueryResult<R>> {
    // Callbacks, and one promise for it all: with a promise a step, the router cost a tenth of pg's own throughput.
    return new Promise((resolve, reject) => {
      this.outstanding++;
      this.pool().connect((failure, client, release) => {
        if (failure || !client) return this.fail(failure, 'unsent', undefined, reject);
        // pg may report twice: a value that it could not write, and then the end of the connection on which it could not.
        let isDone = false;
        try {
          client.query<R>(text, values as unknown[], (error: Error | null, result) => {
            if (isDone) return;
            isDone = true;
            if (error) return this.fail(error, access === 'read' ? 'reading' : 'writing', { client, values }, reject);
            release();
            this.outstanding--;
            resolve(result);
          });
        } catch (error) {
          // What pg can't even send, as a text that is no text.
          isDone = true;
          this.fail(error, 'unsent', { client, values }, reject);
        }
      });
    });
  }

  /**
   * Runs one statement that only reads; when `signal` aborts, it is cancelled on the server.
   * @throws {PolystoreError} CANCELLED, and as {@link query}
   */
  async cancellableRead<R extends QueryResultRow>(
    text: string,
    values: readonly unknown[] | undefined,
    signal: AbortSignal,
  ): Promise<QueryResult<R>> {
    this.outstanding++;
    try {
      const client = await this.checkout(signal);
      try {
        const cancel = (reason: unknown): Promise<never> => this.interrupt(client, backendOf(client), reason);
        const result = await untilAborted(signal, cancel, () => client.query<R>(text, values as unknown[]));
        client.release();
        return result;
      } catch (error) {
        const failure = await this.translate(error, 'reading', client);
        client.release(!isReusableAfter(error, values));
        throw failure;
      }
    } finally {
      this.outstanding--;
    }
  }

  /**
   * Runs `work` in a transaction: commits when it resolves, rolls back when it rejects. An abort of `signal` before COMMIT cancels what runs
   * on the server and rolls back; COMMIT itself is never interrupted.
   * @throws {PolystoreError} SERVER_UNAVAILABLE, POOL_EXHAUSTED, PRIMARY_DEMOTED, TRANSACTION_ABORTED, CANCELLED; what `work` throws passes
   * as it is
   */
  async transaction<T>(
    work: (client: PgPoolClient) => Promise<T>,
    options: TransactionOptions = {},
    signal?: AbortSignal,
  ): Promise<T> {
    const begin = beginSql(options, this.options.statementTimeoutMs);
    this.outstanding++;
    try {
      const client = await this.checkout(signal);
      let progress: Progress = 'uncommitted';
      let backend: number | undefined;
      let lastWord: unknown;
      const noteLastWord = (error: unknown): void => void (lastWord ??= error);
      client.on('error', noteLastWord);
      try {
        const interrupt = (reason: unknown): Promise<never> => this.interrupt(client, backend, reason);
        const result = await untilAborted(signal, interrupt, async () => {
          await client.query(begin);
          if (signal) backend = await this.backendOf(client);
          return work(client);
        });
        progress = 'committing';
        const { command } = await client.query('commit');
        client.release();
        // A transaction in which a statement failed ends its COMMIT with the tag ROLLBACK, and without an error.
        if (command === 'COMMIT') return result;
      } catch (thrown) {
        // The server says between two statements that it ends an idle transaction: the next statement meets only a lost connection.
        const error = errorCodeOf(lastWord) === IDLE_IN_TRANSACTION ? lastWord : thrown;
        const isAlive = await rollBack(client);
        // Where `work` met an `unavailable` elsewhere, the connection is alive; where it is not, nothing more can be asked.
        const isOurs = isAlive ? errorGroupOf(error) === 'readOnly' : errorGroupOf(error) === 'unavailable';
        const failure = isOurs ? await this.translate(error, progress, client) : error;
        client.release(!isAlive || failure !== error);
        throw failure;
      } finally {
        client.off('error', noteLastWord);
      }
      throw transactionAborted(this);
    } finally {
      this.outstanding--;
    }
  }

  /** Waits for running statements, at most five seconds, and closes every connection. */
  async close(): Promise<void> {
    if (this.opened) await closePool(this.opened, CLOSE_GRACE_MS);
  }

  private async checkout(signal?: AbortSignal): Promise<PgPoolClient> {
    let connecting: Promise<PgPoolClient> | undefined;
    const giveBack = (reason: unknown): Promise<never> => {
      connecting?.then((client) => client.release()).catch(() => undefined);
      return Promise.reject(cancelled(this, reason));
    };
    try {
      return await untilAborted(signal, giveBack, () => (connecting = this.pool().connect()));
    } catch (error) {
      throw await this.translate(error, 'unsent', undefined);
    }
  }

  /** Behind a pooled endpoint only the server itself knows which of its processes runs a transaction. */
  private async backendOf(client: PgPoolClient): Promise<number | undefined> {
    if (this.endpoint.via === 'direct') return backendOf(client);
    return (await client.query<{ backend: number }>(BACKEND)).rows[0]?.backend;
  }

  /** Ends what runs on a connection, and the connection: whoever used it may go on sending, and nothing of that must be done. */
  private async interrupt(client: PgPoolClient, backend: number | undefined, reason: unknown): Promise<never> {
    if (backend !== undefined) await cancelStatement(this.target, backend);
    cutConnection(client);
    throw cancelled(this, reason);
  }

  /** Ends a statement that failed, and gives back the connection that it was sent on. */
  private fail(
    error: unknown,
    progress: Progress,
    sent: SentStatement | undefined,
    reject: (error: unknown) => void,
  ): void {
    void this.translate(error, progress, sent?.client).then((failure) => {
      sent?.client.release(!isReusableAfter(error, sent.values));
      this.outstanding--;
      reject(failure);
    });
  }

  /** What an error means in the words of the tier. Never rejects. */
  private async translate(error: unknown, progress: Progress, client: PgPoolClient | undefined): Promise<unknown> {
    const group = errorGroupOf(error);
    if (group === 'unavailable') return serverUnavailable(this, progress, error);
    if (group === 'poolExhausted') return poolExhausted(this, this.pool().options.max, error);
    if (group === 'readOnly' && client && (await this.isDemoted(client))) return primaryDemoted(this, error);
    return error;
  }

  /**
   * A primary refuses writes with the same SQLSTATE in a read-only transaction of the application's own, so it is asked, on the connection
   * that was refused. Idle connections of a demoted one are closed: new ones find out where the primary's name points now.
   */
  private async isDemoted(client: PgPoolClient): Promise<boolean> {
    if (this.role !== 'primary') return false;
    const answer = await client.query<{ demoted: boolean }>(IS_IN_RECOVERY).catch(() => undefined);
    if (answer?.rows[0]?.demoted !== true) return false;
    const pool = this.pool();
    for (let idle = pool.idleCount; idle > 0; idle--) pool.connect((_error, _client, release) => release(true));
    return true;
  }
}

/** A statement that was handed to a connection. */
interface SentStatement {
  readonly client: PgPoolClient;
  readonly values: readonly unknown[] | undefined;
}

/**
 * Whether a connection is as good as new after a failed statement. One with parameters is a single statement, which the server has undone
 * by itself; without, it may be several, one of which opened a transaction. One that refused a write may be to a primary of yesterday.
 */
function isReusableAfter(error: unknown, values: readonly unknown[] | undefined): boolean {
  if (errorGroupOf(error) === 'readOnly') return false;
  if (values === undefined || typeof error !== 'object' || error === null || !('code' in error)) return false;
  return typeof error.code === 'string' && SQLSTATE.test(error.code) && errorGroupOf(error) !== 'unavailable';
}

/** Rolls back; false where the connection is lost. */
async function rollBack(client: PgPoolClient): Promise<boolean> {
  try {
    await client.query(ROLLBACK);
    return true;
  } catch {
    return false;
  }
}
