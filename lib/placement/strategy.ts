/** Number of buckets of every sharded store, for ever: keys never change bucket, only buckets change shard. */
export const BUCKET_COUNT = 4096;

/** A logical shard, 0 to 4095. */
export type BucketId = number;

/**
 * Spreads keys evenly and without order: `bucket = hash(key) & 4095`.
 *
 * The hash is PostgreSQL's own (`hashint8extended`, `hashtextextended`, `uuid_hash_extended` with seed 0), which hash partitioning
 * keeps stable across versions; so its SQL twin is a built-in function.
 */
export interface HashStrategy {
  readonly type: 'hash';
  readonly hash: 'postgres-extended-0';
}

/** Maps a key to a bucket. A store's strategy never changes: a document with another strategy is refused. */
export type PlacementStrategy = HashStrategy;

/** Keys spread evenly over the buckets. */
export function hash(): HashStrategy {
  return { type: 'hash', hash: 'postgres-extended-0' };
}
