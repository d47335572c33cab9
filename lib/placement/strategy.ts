/** Most buckets of a sharded store: a store of strategy `hash` or `directory` has them all, for ever; one of `range` has a bucket a range. */
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

/**
 * Keys that follow each other lie together: a bucket a range. Where the ranges begin and end is in the shard map, since splitting one is a change
 * of placement; what never changes is the order, which is PostgreSQL's under collation "C".
 */
export interface RangeStrategy {
  readonly type: 'range';
  readonly order: 'postgres-c';
}

/** Each key's bucket is written down, in the store's key directory. */
export interface DirectoryStrategy {
  readonly type: 'directory';
}

/** Maps a key to a bucket. A store's strategy never changes: a document with another strategy is refused. */
export type PlacementStrategy = HashStrategy | RangeStrategy | DirectoryStrategy;

/** Keys spread evenly over the buckets. */
export function hash(): HashStrategy {
  return { type: 'hash', hash: 'postgres-extended-0' };
}

/** Whether two strategies give every key the same bucket, as far as they alone decide. */
export function isSameStrategy(one: PlacementStrategy, other: PlacementStrategy): boolean {
  switch (one.type) {
    case 'hash':
      return other.type === 'hash' && other.hash === one.hash;
    case 'range':
      return other.type === 'range' && other.order === one.order;
    case 'directory':
      return other.type === 'directory';
  }
}
