import { PolystoreError } from '../errors';
import type { KeyRanges } from './key-ranges';
import { BUCKET_COUNT, type BucketId } from './strategy';

/** Which shard owns each bucket. Versions only grow: a reader never acts on one lower than it has seen. */
export interface ShardMap {
  readonly version: number;
  /** Shard name by bucket: 4096 entries, or as many as there are ranges. */
  readonly owners: readonly string[];
  /** Which keys each bucket holds, where the strategy is `range`: splitting one changes the map like a move does. */
  readonly ranges?: KeyRanges;
}

/** A shard that may own buckets. */
export interface WeightedShard {
  readonly name: string;
  /** Share of the buckets relative to the other shards, a whole number; 0 gives all away. */
  readonly weight: number;
}

/** One bucket changing shard. */
export interface BucketMove {
  readonly bucket: BucketId;
  readonly from: string;
  readonly to: string;
}

/** The first map of a store, at version 1: each shard gets one run of buckets by its weight. */
export function seedShardMap(shards: readonly WeightedShard[]): ShardMap {
  const counts = targetCounts(BUCKET_COUNT, shards, new Map());
  const owners: string[] = [];
  for (const { name } of shards) for (let left = counts.get(name) ?? 0; left > 0; left--) owners.push(name);
  return { version: 1, owners };
}

/**
 * The fewest moves after which every shard owns its share, ordered by bucket. A shard of the map that is not among `shards`,
 * or weighs 0, gives everything away; adding one of N + 1 equal shards moves at most ceil(4096 / (N + 1)) buckets.
 */
export function planMoves(map: ShardMap, shards: readonly WeightedShard[]): readonly BucketMove[] {
  const owned = countBuckets(map);
  const targets = targetCounts(map.owners.length, shards, owned);
  const surplus = new Map([...owned].map(([name, count]) => [name, count - (targets.get(name) ?? 0)]));
  const takers = shards.flatMap(({ name }) => {
    const missing = (targets.get(name) ?? 0) - (owned.get(name) ?? 0);
    return missing > 0 ? new Array<string>(missing).fill(name) : [];
  });
  const moves: BucketMove[] = [];
  for (const [bucket, from] of map.owners.entries()) {
    const to = takers[moves.length];
    if (to === undefined) break;
    const spare = surplus.get(from) ?? 0;
    if (spare <= 0) continue;
    surplus.set(from, spare - 1);
    moves.push({ bucket, from, to });
  }
  return moves;
}

/** The map after `moves`, one version higher. */
export function applyMoves(map: ShardMap, moves: readonly BucketMove[]): ShardMap {
  const owners = [...map.owners];
  for (const { bucket, to } of moves) owners[bucket] = to;
  return { ...map, version: map.version + 1, owners };
}

/** How many buckets each shard owns; shards without any are absent. */
export function countBuckets(map: ShardMap): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  const { owners } = map;
  // A run of one owner at a time: most maps have few.
  for (let begin = 0, end = 0; begin < owners.length; begin = end) {
    const owner = owners[begin] as string;
    while (owners[end] === owner) end++;
    counts.set(owner, (counts.get(owner) ?? 0) + end - begin);
  }
  return counts;
}

/** The buckets of a shard, ascending. */
export function bucketsOf(map: ShardMap, shard: string): readonly BucketId[] {
  const buckets: BucketId[] = [];
  for (const [bucket, owner] of map.owners.entries()) if (owner === shard) buckets.push(bucket);
  return buckets;
}

/**
 * Refuses a map that gives buckets to a shard which is not among `known`.
 * @throws {PolystoreError} SHARD_OWNS_BUCKETS naming the shard, how many buckets it owns and what to do
 */
export function checkOwnersKnown(store: string, map: ShardMap, known: readonly string[]): void {
  for (const [shard, buckets] of countBuckets(map)) {
    if (known.includes(shard)) continue;
    throw new PolystoreError(
      'SHARD_OWNS_BUCKETS',
      `store "${store}": shard "${shard}" owns ${buckets} of ${map.owners.length} buckets but is not among its shards (${known.join(', ')})`,
      {
        details: { store, shard, buckets },
        next: `Put it back in the tier file, ${shard}: { state: 'draining' }: it may go when npx polystore placement show says that it owns nothing.`,
      },
    );
  }
}

/** Buckets a shard should own, by largest remainder; of equal remainders those win that own more than their whole share already, so that little moves. */
function targetCounts(
  bucketCount: number,
  shards: readonly WeightedShard[],
  owned: ReadonlyMap<string, number>,
): ReadonlyMap<string, number> {
  const total = shards.reduce((sum, { weight }) => sum + weight, 0);
  if (!(total > 0))
    throw new RangeError(`at least one shard must weigh more than 0, got ${shards.length} shards of ${total}`);
  // In units of 1 / total of a bucket: whole numbers, so that equal remainders compare equal.
  const quotas = shards.map(({ name, weight }) => {
    const whole = Math.floor((bucketCount * weight) / total);
    return { name, weight, whole, remainder: (bucketCount * weight) % total, above: (owned.get(name) ?? 0) - whole };
  });
  const counts = new Map(quotas.map(({ name, whole }) => [name, whole]));
  const left = bucketCount - quotas.reduce((sum, { whole }) => sum + whole, 0);
  const byRemainder = quotas
    .filter(({ weight }) => weight > 0)
    .sort((x, y) => y.remainder - x.remainder || y.above - x.above);
  for (const { name } of byRemainder.slice(0, left)) counts.set(name, (counts.get(name) ?? 0) + 1);
  return counts;
}
