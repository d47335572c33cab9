import type { ShardMap } from './shard-map';
import type { BucketId } from './strategy';

/** A shard, its buckets, and how many keys lie in them. */
interface Load {
  readonly buckets: BucketId[];
  keys: number;
}

/**
 * The bucket for one key more: of the shard that has the fewest keys for each bucket that it owns, the bucket with the fewest. So shards fill by their
 * weight, which is what their buckets are shared out by, and one without buckets gets none. `keys` says how many keys are in a bucket, absent where
 * there are none; `tieBreak`, a whole number from 0 on, chooses among equals, so that who counts alike need not choose alike.
 */
export function leastLoadedBucket(
  { owners }: Pick<ShardMap, 'owners'>,
  keys: ReadonlyMap<BucketId, number>,
  tieBreak: number,
): BucketId {
  const loads = new Map<string, Load>();
  owners.forEach((owner, bucket) => {
    const load = loads.get(owner) ?? { buckets: [], keys: 0 };
    load.buckets.push(bucket);
    load.keys += keys.get(bucket) ?? 0;
    loads.set(owner, load);
  });
  // Keys for each bucket, without a fraction.
  const shards = least(
    [...loads.values()],
    (one, other) => one.keys * other.buckets.length - other.keys * one.buckets.length,
  );
  const { buckets } = shards[tieBreak % shards.length] as Load;
  const fewest = least(buckets, (one, other) => (keys.get(one) ?? 0) - (keys.get(other) ?? 0));
  return fewest[Math.floor(tieBreak / shards.length) % fewest.length] as BucketId;
}

/** All that nothing is less than. */
function least<T>(all: readonly T[], compare: (one: T, other: T) => number): readonly T[] {
  const first = all.reduce((one, other) => (compare(other, one) < 0 ? other : one));
  return all.filter((each) => compare(each, first) === 0);
}
