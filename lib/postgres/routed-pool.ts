import { AsyncResource } from 'node:async_hooks';
import { Pool, type PoolClient, type QueryConfig, type QueryResult } from 'pg';
import type { PgStatement } from './send-together';

/** Where the connections of a {@link RoutedPool} come from. */
export interface PoolSource {
  /** Most connections to one server. */
  readonly max: number;
  /** A connection that nobody else uses, until its `release` is called. */
  checkout(): Promise<PoolClient>;
  /** Runs one statement wherever it belongs. */
  query(statement: PgStatement, values: readonly unknown[] | undefined): Promise<QueryResult>;
  /** The pools that connections come from now. */
  pools(): readonly Pool[];
}

type Release = (release?: Error | boolean) => void;
type OnConnect = (failure: Error | undefined, client: PoolClient | undefined, release: Release) => void;
type OnResult = (failure: Error | null, result?: QueryResult) => void;

/** Events that tell of a connection, which is followed only where somebody listens. */
const FOLLOWED = ['connect', 'remove', 'error'] as const;

/**
 * A `pg.Pool` that has no connections of its own: each checkout, and each statement, may go to another server. To whoever expects a `pg.Pool`
 * it is one: methods with promises and callbacks, counts, events, `instanceof`.
 *
 * - `end()` ends nothing: the pools are the router's, which others use, too.
 * - `connect` is emitted before a connection is first handed out by this pool, whoever opened it; `remove` and `error` for those connections.
 *   They are emitted for connections handed out while somebody listens.
 */
export class RoutedPool extends Pool {
  private readonly known = new WeakSet<PoolClient>();

  constructor(private readonly source: PoolSource) {
    super({ max: source.max });
  }

  static {
    const sumOf = (count: (pool: Pool) => number): PropertyDescriptor => ({
      get(this: RoutedPool) {
        return this.source.pools().reduce((sum, pool) => sum + count(pool), 0);
      },
    });
    // pg's types have them as fields, which no accessor may take the place of.
    Object.defineProperties(this.prototype, {
      totalCount: sumOf(({ totalCount }) => totalCount),
      idleCount: sumOf(({ idleCount }) => idleCount),
      waitingCount: sumOf(({ waitingCount }) => waitingCount),
      expiredCount: sumOf(({ expiredCount }) => expiredCount),
    });
  }

  override connect(): Promise<PoolClient>;
  override connect(onConnect: OnConnect): void;
  override connect(onConnect?: OnConnect): Promise<PoolClient> | void {
    const lent = this.source.checkout().then((client) => this.handOut(client));
    if (!onConnect) return lent;
    const done = AsyncResource.bind(onConnect);
    lent.then(
      (client) => inTurn(() => done(undefined, client, client.release.bind(client))),
      (error: Error) => inTurn(() => done(error, undefined, () => undefined)),
    );
  }

  // pg has a dozen signatures; whoever calls sees those.
  override query = ((statement: unknown, values?: unknown, callback?: unknown): unknown => {
    const onResult = [callback, values].find((one) => typeof one === 'function') as OnResult | undefined;
    const parameters = Array.isArray(values) ? (values as readonly unknown[]) : undefined;
    if (isSubmittable(statement)) return this.submit(statement, onResult);
    const answer = this.run(statement, parameters);
    if (!onResult) return answer;
    const done = AsyncResource.bind(onResult);
    answer.then(
      (result) => inTurn(() => done(null, result)),
      (error: Error) => inTurn(() => done(error)),
    );
    return undefined;
  }) as Pool['query'];

  override end(): Promise<void>;
  override end(callback: () => void): void;
  override end(callback?: () => void): Promise<void> | void {
    if (!callback) return Promise.resolve();
    inTurn(callback);
  }

  private run(statement: unknown, values: readonly unknown[] | undefined): Promise<QueryResult> {
    if (typeof statement === 'string') return this.source.query(statement, values);
    if (typeof statement !== 'object' || statement === null) {
      return Promise.reject(new TypeError(`a statement is a text or an object with one, got ${typeof statement}`));
    }
    const config = statement as QueryConfig;
    // pg writes into the object that it is given; this one is the caller's, who may use it again.
    return this.source.query(Object.create(config) as QueryConfig, values ?? (config.values as unknown[] | undefined));
  }

  /** A cursor or a stream, on a connection that is given back when the server is ready for what comes next. */
  private submit<S extends Submittable>(query: S, onResult: OnResult | undefined): S {
    if (onResult) query.callback ??= AsyncResource.bind(onResult);
    this.connect((failure, client, release) => {
      if (!client) return query.handleError(failure as Error, undefined);
      let isDone = false;
      const finish = (error?: Error): void => {
        if (isDone) return;
        isDone = true;
        client.off('end', finish);
        process.nextTick(release, error);
      };
      const ready = query.handleReadyForQuery.bind(query);
      const fail = query.handleError.bind(query);
      query.handleReadyForQuery = (...parameters) => {
        ready(...parameters);
        finish();
      };
      // Of one that failed, the server says no more: the connection is closed, as pg does.
      query.handleError = (error, connection) => {
        fail(error, connection);
        finish(error);
      };
      client.once('end', finish);
      (client as { query(query: Submittable): unknown }).query(query);
    });
    return query;
  }

  private handOut(client: PoolClient): PoolClient {
    if (!this.known.has(client) && FOLLOWED.some((event) => this.listenerCount(event) > 0)) this.follow(client);
    this.emit('acquire', client);
    const giveBack = client.release;
    let isReleased = false;
    client.release = (error) => {
      if (isReleased) throw new Error('Release called on client which has already been released to the pool.');
      isReleased = true;
      this.emit('release', error as Error, client);
      giveBack.call(client, error);
    };
    return client;
  }

  private follow(client: PoolClient): void {
    this.known.add(client);
    client.once('end', () => this.emit('remove', client));
    client.on('error', (error) => {
      if (this.listenerCount('error') > 0) this.emit('error', error, client);
    });
    this.emit('connect', client);
  }
}

/** What submits itself to a connection: pg-cursor, pg-query-stream, a query of pg's own. */
interface Submittable {
  submit(connection: unknown): unknown;
  handleError(error: Error, connection: unknown): void;
  handleReadyForQuery(...parameters: readonly unknown[]): void;
  callback?: OnResult | undefined;
}

export const isSubmittable = (statement: unknown): statement is Submittable =>
  typeof statement === 'object' &&
  statement !== null &&
  'submit' in statement &&
  typeof statement.submit === 'function';

/** What a callback throws is its caller's, and no rejection of ours. */
const inTurn = (callback: () => void): void => process.nextTick(callback);
