import { randomBytes, randomUUID } from 'node:crypto';
import { bucketOf, countBuckets, type Placement, type ShardKeyType } from '../placement';

/** Keys as text, as every key type can be sent to PostgreSQL. */
export type SampleKey = string;

/** A random key of each type; text keys of every length and script. */
const RANDOM: Readonly<Record<ShardKeyType, () => SampleKey>> = {
  bigint: () => randomBytes(8).readBigInt64BE().toString(),
  text: () => `smoke ${randomBytes(randomBytes(1).readUInt8()).toString('base64')} ø ${randomUUID()}`,
  uuid: () => randomUUID(),
};

/** Where hash functions and codecs differ if they do: ends of ranges, signs, widths. */
const EDGES: Readonly<Record<ShardKeyType, readonly SampleKey[]>> = {
  bigint: ['0', '1', '-1', '2147483647', '-2147483648', '4294967296', '9223372036854775807', '-9223372036854775808'],
  text: ['', 'a', 'ø', '😀', 'abcdefghijkl', 'abcdefghijklm', 'x'.repeat(1000)],
  uuid: ['00000000-0000-0000-0000-000000000000', 'ffffffff-ffff-ffff-ffff-ffffffffffff'],
};

/** Edge cases and `random` random keys. */
export function sampleKeys(keyType: ShardKeyType, random: number): readonly SampleKey[] {
  return [...EDGES[keyType], ...Array.from({ length: random }, RANDOM[keyType])];
}

/** At least `count` different random keys, and more where a shard that owns buckets would have none. Each with its owner. */
export function keysForEveryShard(placement: Placement, count: number): ReadonlyMap<SampleKey, string> {
  const { keyType, strategy, shardMap } = placement;
  const empty = new Set(countBuckets(shardMap).keys());
  const keys = new Map<SampleKey, string>();
  while (keys.size < count || empty.size > 0) {
    const key = RANDOM[keyType]();
    const owner = shardMap.owners[bucketOf(strategy, keyType, key)] as string;
    if (keys.size >= count && !empty.has(owner)) continue;
    keys.set(key, owner);
    empty.delete(owner);
  }
  return keys;
}
