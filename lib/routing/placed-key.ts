import { PolystoreError } from '../errors';
import type { BucketId } from '../placement';
import {
  errorGroupOf,
  RoutedPool,
  type PgPool,
  type PgPoolClient,
  type PgStatement,
  type QueryResult,
  type QueryResultRow,
  type TransactionOutcome,
  type TransactionReference,
} from '../postgres';
import type { Access } from '../topology';
import type { Cluster } from './cluster';
import type { Route } from './decide-route';
import type { KeyHandle } from './handles';
import type { SessionScope, SessionState } from './session-state';
import type { TransactionOptions } from './transaction-options';

/** The store of a placed key, as far as the key needs it: `K` is a key as the store keeps it, `S` the scope of its transactions. */
export interface KeyPlaces<K, S> {
  readonly store: string;
  readonly mapVersion: number;
  readonly sessions: SessionScope;
  scope(shard: string, client: PgPoolClient): S;
  /** Reads the placement again after a shard refused a bucket; resolves with the reason where that could not be done. */
  afterRefusal(): Promise<unknown>;
  /** Where the key is by what is known now. */
  placeAgain(key: K): Promise<PlacedKey<K, S>>;
}

/**
 * One key's bucket and the cluster that owns it.
 *
 * A shard that does not own the bucket refuses with SQLSTATE {@link WRONG_SHARD}: then the placement is read again, and what was asked is done once
 * more where the key is now. That is a transaction, or a statement with parameters, which is a single one: the shard has undone either.
 */
export class PlacedKey<K, S> implements KeyHandle<S> {
  constructor(
    private readonly places: KeyPlaces<K, S>,
    private readonly key: K,
    readonly bucket: BucketId,
    private readonly cluster: Cluster,
  ) {}

  get shard(): string {
    return this.cluster.shard as string;
  }

  write<R extends QueryResultRow>(text: PgStatement, values?: readonly unknown[]): Promise<QueryResult<R>> {
    const run = ({ cluster }: PlacedKey<K, S>): Promise<QueryResult<R>> => cluster.write<R>(text, values);
    return this.placed(run).catch((error: unknown) => this.again(error, isSingle(values) ? run : undefined));
  }

  read<R extends QueryResultRow>(
    text: PgStatement,
    values?: readonly unknown[],
    signal?: AbortSignal,
  ): Promise<QueryResult<R>> {
    const run = ({ cluster }: PlacedKey<K, S>): Promise<QueryResult<R>> => cluster.read<R>(text, values, signal);
    return this.placed(run).catch((error: unknown) => this.again(error, isSingle(values) ? run : undefined));
  }

  transaction<T>(
    work: (client: PgPoolClient, scope: S) => Promise<T>,
    options?: TransactionOptions,
    signal?: AbortSignal,
  ): Promise<T> {
    const run = ({ cluster, shard }: PlacedKey<K, S>): Promise<T> =>
      cluster.transaction((client) => work(client, this.places.scope(shard, client)), options, signal);
    return this.placed(run).catch((error: unknown) => this.again(error, run));
  }

  pool(): PgPool {
    const { options } = this.cluster.pool();
    return new RoutedPool({
      max: options.max,
      checkout: () => this.placed(({ cluster }) => cluster.pools.lendPrimary()),
      query: (statement, values) => this.write(statement, values),
      pools: () => [this.cluster.pools.primary],
    });
  }

  readPool(): PgPool {
    const { options } = this.cluster.readPool();
    return new RoutedPool({
      max: options.max,
      checkout: () => this.placed(({ cluster }) => cluster.pools.lendReplica()),
      query: (statement, values) => this.read(statement, values),
      pools: () => [this.cluster.pools.replicas],
    });
  }

  route(access: Access): Route {
    return this.cluster.route(access, this.bucket);
  }

  outcomeOf(transaction: TransactionReference): Promise<TransactionOutcome> {
    return this.cluster.outcomeOf(transaction);
  }

  /** Where the key is by a shard map that is at least as new as the one by which the session has found its keys. */
  private placed<T>(run: (key: PlacedKey<K, S>) => Promise<T>): Promise<T> {
    const { store, mapVersion, sessions } = this.places;
    const session = sessions.current();
    if (!session) return run(this);
    if ((session.mapVersionOf(store) ?? 0) > mapVersion) return this.placedAnew(session).then(run);
    session.raiseMap(store, mapVersion);
    return run(this);
  }

  private async placedAnew(session: SessionState): Promise<PlacedKey<K, S>> {
    const { places } = this;
    const unread = await places.afterRefusal();
    const seen = session.mapVersionOf(places.store) ?? 0;
    if (places.mapVersion >= seen) return places.placeAgain(this.key);
    throw new PolystoreError(
      'SHARD_MAP_STALE',
      `store "${places.store}": shard map version ${places.mapVersion} is in use, and the session has found keys by version ${seen}`,
      {
        details: { store: places.store, seen: places.mapVersion, current: seen },
        retryable: true,
        next: 'Nothing was sent. Retry; if it persists, the placement can not be read, or was restored from a backup.',
        cause: unread,
      },
    );
  }

  /** What was asked, once more where the key is now; `run` is undefined for what may not be done twice. */
  private async again<T>(error: unknown, run: ((key: PlacedKey<K, S>) => Promise<T>) | undefined): Promise<T> {
    if (errorGroupOf(error) !== 'wrongShard') throw error;
    const unread = await this.places.afterRefusal();
    const now = await this.places.placeAgain(this.key);
    if (now.cluster === this.cluster)
      throw this.refused(unread ?? error, 'and the shard map gives it to no other', true);
    if (run === undefined) {
      const why = `which is on "${now.shard}" now; it was not sent there: without parameters it may be several statements`;
      throw this.refused(error, why, false);
    }
    try {
      return await run(now);
    } catch (failure) {
      if (errorGroupOf(failure) !== 'wrongShard') throw failure;
      throw now.refused(failure, 'and another shard had refused it before', true);
    }
  }

  private refused(cause: unknown, why: string, retryable: boolean): PolystoreError<'BUCKET_NOT_OWNED'> {
    const { places, shard, bucket } = this;
    return new PolystoreError(
      'BUCKET_NOT_OWNED',
      `store "${places.store}": shard "${shard}" does not own bucket ${bucket} of the key, ${why}`,
      {
        details: { store: places.store, shard, bucket, mapVersion: places.mapVersion },
        retryable,
        next: retryable
          ? 'Nothing was done. Retry: the bucket is on its way to another shard.'
          : 'Send it again, if its earlier statements may be done twice; give parameters, and it is sent again by itself.',
        cause,
      },
    );
  }
}

/** pg sends text without parameters as it is, and PostgreSQL does all of it up to the statement that fails. */
const isSingle = (values: readonly unknown[] | undefined): boolean => values !== undefined && values.length > 0;
