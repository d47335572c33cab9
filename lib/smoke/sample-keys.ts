import { randomBytes, randomInt, randomUUID } from 'node:crypto';
import {
  bucketFinder,
  bucketOf,
  canonicalKey,
  countBuckets,
  hash,
  keyText,
  rangesOf,
  type BucketId,
  type Placement,
  type PlacedRange,
  type ShardKeyType,
} from '../placement';

/** Keys as text, as every key type can be sent to PostgreSQL. */
export type SampleKey = string;

/** A random key of each type; text keys of every length and script. */
const RANDOM: Readonly<Record<ShardKeyType, () => SampleKey>> = {
  bigint: () => randomBytes(8).readBigInt64BE().toString(),
  text: () => `smoke ${randomBytes(randomBytes(1).readUInt8()).toString('base64')} ø ${randomUUID()}`,
  uuid: () => randomUUID(),
  date: () => keyText('date', randomInt(-700_000, 2_900_000)),
  timestamptz: () => keyText('timestamptz', BigInt(randomInt(-(2 ** 45), 2 ** 45)) * 1000n + BigInt(randomInt(1000))),
};

/** Where bucket functions and codecs differ if they do: ends of ranges, signs, widths. The first is the lowest key of its type. */
const EDGES: Readonly<Record<ShardKeyType, readonly [SampleKey, ...SampleKey[]]>> = {
  bigint: ['-9223372036854775808', '0', '1', '-1', '2147483647', '-2147483648', '4294967296', '9223372036854775807'],
  text: ['', 'a', 'ø', '\ufffd', '😀', 'abcdefghijkl', 'abcdefghijklm', 'x'.repeat(1000)],
  uuid: ['00000000-0000-0000-0000-000000000000', 'ffffffff-ffff-ffff-ffff-ffffffffffff'],
  date: ['0001-01-01', '1969-12-31', '1970-01-01', '2000-02-29', '9999-12-31'],
  timestamptz: [
    '0001-01-01T00:00:00.000000Z',
    '1969-12-31T23:59:59.999999Z',
    '1970-01-01T00:00:00.000000Z',
    '9999-12-31T23:59:59.999999Z',
  ],
};

/** A random key of a type. */
export const randomKey = (keyType: ShardKeyType): SampleKey => RANDOM[keyType]();

/** Edge cases, where ranges begin and end, and `random` random keys. */
export function sampleKeys(placement: Placement, random: number): readonly SampleKey[] {
  const { keyType } = placement;
  const ends = rangesOf(placement).flatMap(({ from, to }) => [from, to].filter((end) => end !== undefined));
  const near = rangesOf(placement).flatMap((range) => keysOf(placement, range, 2));
  return [...EDGES[keyType], ...ends, ...near, ...Array.from({ length: random }, RANDOM[keyType])];
}

/**
 * About `count` different keys, among them at least one for every shard that owns buckets which may have keys; each with its bucket. Those of a store with
 * a key directory have the bucket of their hash, which they must be assigned to first.
 */
export function keysForEveryShard(placement: Placement, count: number): ReadonlyMap<SampleKey, BucketId> {
  const ranges = rangesOf(placement);
  if (ranges.length === 0) return hashedKeys(placement, count);
  const each = Math.ceil(count / ranges.length);
  return new Map(ranges.flatMap((range) => keysOf(placement, range, each).map((key) => [key, range.bucket] as const)));
}

function hashedKeys({ keyType, shardMap }: Placement, count: number): ReadonlyMap<SampleKey, BucketId> {
  const empty = new Set(countBuckets(shardMap).keys());
  const keys = new Map<SampleKey, BucketId>();
  while (keys.size < count || empty.size > 0) {
    const key = RANDOM[keyType]();
    const bucket = bucketOf(hash(), keyType, key);
    const owner = shardMap.owners[bucket] as string;
    if (keys.size >= count && !empty.has(owner)) continue;
    keys.set(key, bucket);
    empty.delete(owner);
  }
  return keys;
}

/** Up to `count` different keys of a range, its first among them: it may hold no more than that. */
function keysOf(placement: Placement, range: PlacedRange, count: number): readonly SampleKey[] {
  const { keyType } = placement;
  const bucketIn = bucketFinder(placement);
  const isIn = (key: SampleKey): boolean => {
    try {
      return bucketIn?.(key) === range.bucket;
    } catch {
      return false;
    }
  };
  // A range that is open below may hold no key at all: nothing comes before the lowest.
  const keys = new Set<SampleKey>([range.from ?? EDGES[keyType][0]].filter(isIn));
  for (let attempt = 0; keys.size < count && attempt < 4 * count; attempt++) {
    const key = NEAR[keyType](range);
    if (key !== undefined && isIn(key)) keys.add(key);
  }
  return [...keys];
}

/** A random key that is likely to lie in a range; `undefined` where it came out as none. */
type NearKey = (range: PlacedRange) => SampleKey | undefined;

const NEAR: Readonly<Record<ShardKeyType, NearKey>> = {
  bigint: (range) => between('bigint', range, 2n ** 40n),
  text: ({ from }) => `${from ?? ''}${RANDOM.text()}`,
  uuid: ({ from }) => (from === undefined ? RANDOM.uuid() : `${from.slice(0, 9)}${RANDOM.uuid().slice(9)}`),
  date: (range) => between('date', range, 10_000n),
  timestamptz: (range) => between('timestamptz', range, 2n ** 40n),
};

/** A random key between the ends of a range whose keys are numbers; beyond an open end at most `far`. */
function between(keyType: ShardKeyType, { from, to }: PlacedRange, far: bigint): SampleKey | undefined {
  const numberOf = (key: string): bigint => BigInt(canonicalKey(keyType, key));
  const low = from !== undefined ? numberOf(from) : to !== undefined ? numberOf(to) - far : -far;
  const high = to !== undefined ? numberOf(to) : low + far;
  const key = low + (randomBytes(8).readBigUInt64BE() % (high - low));
  try {
    return keyText(
      keyType,
      canonicalKey(keyType, keyText(keyType, Number.isSafeInteger(Number(key)) ? Number(key) : key)),
    );
  } catch {
    // Below the first key or beyond the last that the type has.
    return undefined;
  }
}
