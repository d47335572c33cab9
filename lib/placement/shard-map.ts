/** Which shard owns each bucket. Versions only grow: a reader never acts on one lower than it has seen. */
export interface ShardMap {
  readonly version: number;
  /** Shard name by bucket; always 4096 entries. */
  readonly owners: readonly string[];
}

/** A shard that may own buckets. */
export interface WeightedShard {
  readonly name: string;
  /** Share of the buckets relative to the other shards. */
  readonly weight: number;
}
