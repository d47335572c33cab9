import type { BucketId, ShardKeyValue } from '../placement';
import type { PgPoolClient } from '../postgres';
import type { Assignment } from '../sources';
import type { KeyHandle, ReadWrite, ShardsHandle } from './handles';
import type { TransactionOptions } from './transaction-options';

/** A sharded store whose strategy is `directory`: where a key is, its key directory says, which is asked once and then remembered for a while. */
export interface DirectoryPostgresHandle extends ShardsHandle {
  /**
   * A key, to be found when it is first needed.
   * @throws {PolystoreError} KEY_INVALID where the key is not of the type that the store declares
   */
  forKey(key: ShardKeyValue): DirectoryKeyHandle;
  /** The place of a key, if it is remembered. @throws {PolystoreError} KEY_INVALID */
  cachedKey(key: ShardKeyValue): KeyHandle<DirectoryScope> | undefined;
  /** Name of the shard that owns a key. Rejects with KEY_INVALID or KEY_UNKNOWN. */
  shardOf(key: ShardKeyValue): Promise<string>;
  /** Where the directory says that a key is, past the cache and whatever the rule for new keys; `undefined` where it says nothing. */
  assignmentOf(key: ShardKeyValue): Promise<KeyAssignment | undefined>;
  /**
   * Assigns a key that has no place yet, or anew one whose assignment is `from`. It moves no row: whose rows must move has them moved first. Other
   * routers notice when they forget the key, a minute later at most unless they were told otherwise.
   * @throws {PolystoreError} ASSIGNMENT_CONFLICT where somebody else was first, ACCESS_REFUSED, UNKNOWN_SHARD, KEY_INVALID
   */
  assign(key: ShardKeyValue, to: KeyDestination, from?: KeyAssignment): Promise<KeyAssignment>;
  /** Takes a key out of the directory; its rows stay where they are. @throws {PolystoreError} ASSIGNMENT_CONFLICT, ACCESS_REFUSED */
  unassign(key: ShardKeyValue, from: KeyAssignment): Promise<void>;
}

/** Where a key is to go: into a bucket, or into any of a shard's. */
export type KeyDestination = { readonly bucket: BucketId } | { readonly shard: string };

export interface KeyAssignment extends Assignment {
  /** The shard that owns the bucket by the map in use. */
  readonly shard: string;
}

/** A key whose place is not known yet. Whatever is asked of it may also reject with KEY_UNKNOWN, where the directory knows no such key. */
export interface DirectoryKeyHandle extends Pick<ReadWrite, 'read' | 'write'> {
  /** The place of the key: its pool, its route, its shard. @throws {PolystoreError} KEY_UNKNOWN */
  locate(): Promise<KeyHandle<DirectoryScope>>;
  /** As {@link KeyHandle.transaction}. */
  transaction<T>(
    work: (client: PgPoolClient, scope: DirectoryScope) => Promise<T>,
    options?: TransactionOptions,
    signal?: AbortSignal,
  ): Promise<T>;
}

/** The one shard that a transaction runs on, and which keys belong into it. */
export interface DirectoryScope {
  readonly shard: string;
  /**
   * The client of the transaction, for a statement about another key.
   * @throws {PolystoreError} CROSS_SHARD where the key lies on another shard; KEY_UNKNOWN, KEY_INVALID. The transaction rolls back unless `work`
   * catches it.
   */
  forKey(key: ShardKeyValue): Promise<PgPoolClient>;
}
