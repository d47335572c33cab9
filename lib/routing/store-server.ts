import {
  backendOf,
  cancelStatement,
  closedPool,
  closePool,
  cutConnection,
  DEFAULT_POOL_MAX,
  errorGroupOf,
  isAnswer,
  isConnecting,
  openPool,
  type ConnectionTarget,
  type PgPool,
  type PgPoolClient,
  type PgStatement,
  type PoolOptions,
  type QueryResult,
  type QueryResultRow,
} from '../postgres';
import type { Access, Endpoint, PostgresEngine } from '../topology';
import {
  cancelled,
  poolExhausted,
  primaryDemoted,
  serverUnavailable,
  type FailedServer,
  type Progress,
} from './server-errors';
import type { RoleAnswer } from './role-answer';
import type { PoolStatus } from './handles';
import type { ServerTelemetry } from './telemetry';
import { untilAborted } from './until-aborted';

/** How long {@link StoreServer.close} waits for running statements before it cuts them off, in milliseconds. */
const CLOSE_GRACE_MS = 5_000;

const BACKEND = 'select pg_backend_pid() as backend';
/** A server that does not answer this within two seconds is taken for lost. */
const IS_IN_RECOVERY = { text: 'select pg_is_in_recovery() as demoted', query_timeout: 2_000 };

/**
 * One server of a store as the router uses it: a pool that opens at its first use, how many requests it has not answered yet,
 * and its failures in the words of the tier. Whoever makes it closes it.
 */
export class StoreServer implements FailedServer {
  /** Requests sent and not answered yet. */
  outstanding = 0;
  readonly endpoint: Endpoint;
  readonly telemetry: ServerTelemetry;
  private opened: PgPool | undefined;

  /** `name` is unique in the store: the server's own name, behind its shard's where there is one (`s2/primary`). */
  constructor(
    readonly store: string,
    readonly name: string,
    /** What the router holds it for now. */
    public role: 'primary' | 'replica',
    private readonly target: ConnectionTarget,
    readonly engine: PostgresEngine,
    readonly options: PoolOptions,
    telemetryOf: (server: StoreServer) => ServerTelemetry,
  ) {
    this.endpoint = target.server.endpoint;
    this.telemetry = telemetryOf(this);
  }

  /** Opens nothing. */
  get poolStatus(): PoolStatus {
    const { totalCount: open = 0, idleCount: idle = 0, waitingCount: waiting = 0 } = this.opened ?? {};
    return { max: this.options.max ?? DEFAULT_POOL_MAX, open, idle, waiting };
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
    text: PgStatement,
    values: readonly unknown[] | undefined,
  ): Promise<QueryResult<R>> {
    if (!this.telemetry.isOn) return this.send(access, text, values);
    return this.telemetry.around(text, () => this.send(access, text, values));
  }

  private send<R extends QueryResultRow>(
    access: Access,
    text: PgStatement,
    values: readonly unknown[] | undefined,
  ): Promise<QueryResult<R>> {
    // Callbacks, and one promise for it all: with a promise a step, the router cost a tenth of pg's own throughput.
    return new Promise((resolve, reject) => {
      const pool = this.pool();
      this.outstanding++;
      pool.connect((failure, client, release) => {
        if (failure || !client) return this.fail(failure, 'unsent', undefined, reject);
        // pg may report twice: a value that it could not write, and then the end of the connection on which it could not.
        let isDone = false;
        try {
          client.query<R>(text as string, values as unknown[], (error: Error | null, result) => {
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
  cancellableRead<R extends QueryResultRow>(
    text: PgStatement,
    values: readonly unknown[] | undefined,
    signal: AbortSignal,
  ): Promise<QueryResult<R>> {
    if (!this.telemetry.isOn) return this.sendCancellable(text, values, signal);
    return this.telemetry.around(text, () => this.sendCancellable(text, values, signal));
  }

  private async sendCancellable<R extends QueryResultRow>(
    text: PgStatement,
    values: readonly unknown[] | undefined,
    signal: AbortSignal,
  ): Promise<QueryResult<R>> {
    if (signal.aborted) throw cancelled(this, signal.reason);
    this.outstanding++;
    // One listener for both: each costs as much as all the rest of a statement's way.
    let client: PgPoolClient | undefined;
    try {
      const connecting = this.checkout();
      const cancel = (reason: unknown): Promise<never> => {
        if (client) return this.interrupt(client, this.knownBackendOf(client), reason);
        connecting.then((late) => late.release()).catch(() => undefined);
        return Promise.reject(cancelled(this, reason));
      };
      const result = await untilAborted(signal, cancel, async () => {
        const connection = await connecting;
        if (signal.aborted) throw signal.reason;
        client = connection;
        return client.query<R>(text, values as unknown[]);
      });
      client?.release();
      return result;
    } catch (error) {
      if (!client) throw error;
      const failure = await this.translate(error, 'reading', client);
      client.release(!isReusableAfter(error, values));
      throw failure;
    } finally {
      this.outstanding--;
    }
  }

  /** Closes the connections that nobody uses: new ones find out where the server's name points now. */
  dropIdle(): void {
    const pool = this.opened;
    for (let idle = pool?.idleCount ?? 0; idle > 0; idle--) pool?.connect((_error, client) => client?.release(true));
  }

  /** Who the server says that it is, over the pool: for one that can't be watched. Never rejects. */
  async askRole(): Promise<RoleAnswer> {
    try {
      const client = await this.pool().connect();
      try {
        const { rows } = await client.query<{ demoted: boolean }>(IS_IN_RECOVERY);
        client.release();
        return rows[0]?.demoted === false ? { kind: 'primary', position: undefined } : { kind: 'replica' };
      } catch (error) {
        client.release(true);
        throw error;
      }
    } catch (error) {
      return { kind: errorGroupOf(error) === 'unavailable' ? 'silent' : 'unclear', error };
    }
  }

  /** Waits for running statements, at most five seconds, and closes every connection. Whoever comes later, or still waits for one, is refused. */
  async close(): Promise<void> {
    this.telemetry.close();
    if (this.opened) await closePool(this.opened, CLOSE_GRACE_MS);
    else this.opened = closedPool();
  }

  /** A connection for whoever runs several statements on it; the caller releases it. @throws {PolystoreError} as {@link query} */
  async checkout(signal?: AbortSignal): Promise<PgPoolClient> {
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

  /** Undefined behind a pooled endpoint, whose number would be that of somebody else on the server: what runs there runs to its end. */
  knownBackendOf(client: PgPoolClient): number | undefined {
    return this.endpoint.via === 'direct' ? backendOf(client) : undefined;
  }

  /** Behind a pooled endpoint only the server itself knows which of its processes runs a transaction. */
  async backendOf(client: PgPoolClient): Promise<number | undefined> {
    if (this.endpoint.via === 'direct') return backendOf(client);
    return (await client.query<{ backend: number }>(BACKEND)).rows[0]?.backend;
  }

  /** Ends what runs on a connection, and the connection: whoever used it may go on sending, and nothing of that must be done. */
  async interrupt(client: PgPoolClient, backend: number | undefined, reason: unknown): Promise<never> {
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
  async translate(error: unknown, progress: Progress, client: PgPoolClient | undefined): Promise<unknown> {
    const group = errorGroupOf(error);
    if (group === 'unavailable' || group === 'untrusted') return serverUnavailable(this, progress, error);
    if (group === 'poolExhausted') {
      this.telemetry.noteTimeout();
      // The pool has room for a connection that the server does not make.
      if (isConnecting(this.pool())) return serverUnavailable(this, 'unsent', error);
      return poolExhausted(this, this.pool().options.max, error);
    }
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
    this.dropIdle();
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
export function isReusableAfter(error: unknown, values: readonly unknown[] | undefined): boolean {
  if (errorGroupOf(error) === 'readOnly') return false;
  return values !== undefined && isAnswer(error) && errorGroupOf(error) !== 'unavailable';
}
