import type { BucketId, ShardKeyValue } from '../placement';
import type {
  PgPool,
  PgPoolClient,
  QueryResult,
  QueryResultRow,
  TransactionOutcome,
  TransactionReference,
} from '../postgres';
import type { Access, Endpoint } from '../topology';
import type { NeptuneHandle } from './neptune-handle';
import type { ReplicaHealth, Route } from './decide-route';
import type { DirectoryPostgresHandle } from './directory-handles';
import type { DocumentDbHandle } from './documentdb-handle';
import type { DynamoDbHandle } from './dynamodb-handle';
import type { KeyScope } from './key-scope';
import type { Scatter, ScatterOptions } from './scatter';
import type { TransactionOptions } from './transaction-options';
import type { ValkeyHandle } from './valkey-handle';

/** What can be asked of one primary and its replicas, whichever way they were found. */
export interface ReadWrite {
  /**
   * Runs one statement on the primary.
   * @throws {PolystoreError} SERVER_UNAVAILABLE (its `retryable` and `details.sent` tell whether to retry), PRIMARY_DEMOTED, POOL_EXHAUSTED,
   * ACCESS_REFUSED where the service may only read, HANDLE_CLOSED. What the server says of the statement itself is pg's own error.
   */
  write<R extends QueryResultRow = QueryResultRow>(text: string, values?: readonly unknown[]): Promise<QueryResult<R>>;

  /**
   * Runs one statement that only reads, on a replica; on the primary where the store has none, or where the fallback of the router says so.
   * A replica that is lost is left at once, and the statement repeated elsewhere. The first read waits until each replica was probed once,
   * at most two seconds.
   * When `signal` aborts, the statement is cancelled on the server.
   * @throws {PolystoreError} NO_ELIGIBLE_REPLICA, SERVER_UNAVAILABLE, POOL_EXHAUSTED, CANCELLED, HANDLE_CLOSED
   */
  read<R extends QueryResultRow = QueryResultRow>(
    text: string,
    values?: readonly unknown[],
    signal?: AbortSignal,
  ): Promise<QueryResult<R>>;

  /**
   * Runs `work` in a transaction on the primary: commits when it resolves, rolls back when it rejects. Only the client it is given is part
   * of the transaction; `work` must not release it.
   *
   * When `signal` aborts before COMMIT, the running statement is cancelled on the server, the connection ended, so that nothing that `work`
   * still sends is done, and the transaction rolled back. COMMIT itself is never interrupted.
   * @throws {PolystoreError} as {@link write}, CANCELLED, TRANSACTION_ABORTED where `work` swallowed the error of a statement, and
   * UNKNOWN_OUTCOME where the connection was lost during COMMIT: see {@link outcomeOf}
   * @throws {RangeError} for an option out of its range
   */
  transaction<T>(
    work: (client: PgPoolClient) => Promise<T>,
    options?: TransactionOptions,
    signal?: AbortSignal,
  ): Promise<T>;

  /**
   * A `pg.Pool` that leads to the primary, for libraries that expect one: after a failover to the new one. Each call of a handle gives the same.
   * The router ends it; its own `end` does nothing. A client that is checked out sends what it is told as it is; errors of its statements are
   * pg's own.
   *
   * In a session, whatever is done on it, or on a client that was checked out in it, counts as seen. While such a client is out, the primary
   * answers the session.
   * @throws {PolystoreError} ACCESS_REFUSED where the service may only read, HANDLE_CLOSED
   */
  pool(): PgPool;

  /**
   * A `pg.Pool` that leads to replicas: for each statement, and each client that is checked out, one is chosen as {@link ReadWrite.read} does, by
   * the session in force, and the primary answers by the same rules. A statement is repeated elsewhere where a replica is lost; what is done on
   * a client is not. What it is given must only read: the primary in a replica's stead does not refuse writes.
   * @throws {PolystoreError} ACCESS_REFUSED, HANDLE_CLOSED
   */
  readPool(): PgPool;

  /** Where the next statement would go. Nothing is sent. */
  route(access: Access): Route;

  /**
   * What became of a transaction whose COMMIT was lost: `error.details.transaction` of UNKNOWN_OUTCOME.
   * @throws {PolystoreError} SERVER_UNAVAILABLE, POOL_EXHAUSTED, HANDLE_CLOSED
   */
  outcomeOf(transaction: TransactionReference): Promise<TransactionOutcome>;
}

/** A PostgreSQL store, or one shard of a sharded store. */
export interface PostgresHandle extends ReadWrite {
  readonly kind: 'postgres';
  readonly store: string;
  /** Undefined where the store has no shards. */
  readonly shard: string | undefined;
  /** The servers as this router sees them now, the primary first. */
  servers(): readonly ServerStatus[];
}

/** One key's place in a sharded store. `S`: what a transaction says of other keys. */
export interface KeyHandle<S = KeyScope> extends ReadWrite {
  readonly shard: string;
  readonly bucket: BucketId;
  /**
   * As for a store without shards, on the shard of the key. `scope.forKey(other)` gives the client for a statement about another key, and
   * refuses one of another shard.
   *
   * Where the shard itself refuses the bucket, since the router's shard map was old, the map is read again and `work` run once more, on the shard
   * that owns it now. A statement with parameters is sent there likewise; the primary had undone it.
   * @throws {PolystoreError} CROSS_SHARD, BUCKET_NOT_OWNED, and as {@link ReadWrite.transaction}
   */
  transaction<T>(
    work: (client: PgPoolClient, scope: S) => Promise<T>,
    options?: TransactionOptions,
    signal?: AbortSignal,
  ): Promise<T>;
}

/** A sharded store, however its keys find their shard. */
export interface ShardsHandle {
  readonly kind: 'shardedPostgres';
  readonly store: string;
  /** One shard, by name. @throws {PolystoreError} UNKNOWN_SHARD */
  shard(name: string): PostgresHandle;
  /** All shards, whether they own buckets or not. */
  shards(): readonly PostgresHandle[];
  /**
   * A statement that reads, for every shard that owns buckets: `scatter('select id, at from post').merge([desc('at')], 20)`. It is one SELECT,
   * without a semicolon, in which `values` are $1, $2, … It runs when a method of the result is called, and ends when `signal` aborts.
   */
  scatter<Row extends QueryResultRow = QueryResultRow>(
    text: string,
    values?: readonly unknown[],
    options?: ScatterOptions,
    signal?: AbortSignal,
  ): Scatter<Row>;
  /** Version of the shard map in use. */
  readonly mapVersion: number;
  /**
   * Reads the placement again and acts on it from now on.
   * @throws {PolystoreError} SHARD_MAP_STALE where it is older than the one in use, UNKNOWN_SHARD where it names a shard that the topology
   * lacks, DOCUMENT_INVALID; the one in use stays in use then
   */
  refreshPlacement(): Promise<void>;
}

/** A sharded store whose strategy is `hash` or `range`: a key finds its shard at once. */
export interface ShardedPostgresHandle extends ShardsHandle {
  /**
   * The shard that owns a key.
   * @throws {PolystoreError} KEY_INVALID where the key is not of the type that the store declares, KEY_OUT_OF_RANGE where no range holds it
   */
  forKey(key: ShardKeyValue): KeyHandle;
  /** Name of the shard that owns a key. @throws {PolystoreError} KEY_INVALID, KEY_OUT_OF_RANGE */
  shardOf(key: ShardKeyValue): string;
}

export interface ServerStatus {
  /** Unique in the store. */
  readonly name: string;
  readonly role: 'primary' | 'replica';
  readonly endpoint: Endpoint;
  /** Requests sent to it by this router and not answered yet. */
  readonly outstanding: number;
  /** Of a replica; a primary is not watched. */
  readonly health: ReplicaHealth | undefined;
  /** Its connections. */
  readonly pool: PoolStatus;
}

/** The connections of this router to one server; monitors have their own. */
export interface PoolStatus {
  /** Most that may be open. */
  readonly max: number;
  readonly open: number;
  /** Open, and used by nobody. */
  readonly idle: number;
  /** Requests that wait for one. */
  readonly waiting: number;
}

/** The handle of each kind of store. */
export interface Handles {
  postgres: PostgresHandle;
  shardedPostgres: ShardedPostgresHandle;
  valkey: ValkeyHandle;
  dynamodb: DynamoDbHandle;
  documentdb: DocumentDbHandle;
  neptune: NeptuneHandle;
}

export type StoreHandle = Handles[keyof Handles] | DirectoryPostgresHandle;
