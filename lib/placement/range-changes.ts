import { PolystoreError } from '../errors';
import { rangeFinder, reachOf, splitAt, type KeyRange, type KeyRanges } from './key-ranges';
import type { Placement } from './placement';
import { canonicalKey, compareKeys, keyText, type ShardKeyValue } from './shard-key';
import { BUCKET_COUNT, type BucketId } from './strategy';

/** A range with where it lives. */
export interface PlacedRange extends KeyRange {
  /** As text that PostgreSQL reads in the key's type; absent where the range is open. */
  readonly from?: string;
  readonly to?: string;
  readonly bucket: BucketId;
  readonly shard: string;
}

/** The ranges of a placement in the order of their keys; none where its strategy is another. */
export function rangesOf({ shardMap: { owners, ranges } }: Placement): readonly PlacedRange[] {
  if (!ranges) return [];
  return ranges.buckets.map((bucket, index) => {
    const from = ranges.bounds[index] ?? null;
    const to = ranges.bounds[index + 1] ?? null;
    return { ...(from !== null && { from }), ...(to !== null && { to }), bucket, shard: owners[bucket] as string };
  });
}

/**
 * The placement with the range that holds `at` split there, one version higher: keys below `at` keep their bucket, the others get a new one.
 * Both stay on their shard, so that no row moves; only then may the new bucket move by itself.
 *
 * Written by compare-and-set like any other change of the placement. Provision the tier afterwards: each shard has the ranges in SQL too.
 * @throws {PolystoreError} KEY_INVALID, KEY_OUT_OF_RANGE, or RANGES_UNCHANGEABLE where a range begins there already, there are 4096, or
 * the store has another strategy
 */
export function splitRange(placement: Placement, at: ShardKeyValue): Placement {
  const { store, keyType, shardMap } = placement;
  const ranges = changeableRanges(placement);
  const key = canonicalKey(keyType, at);
  const index = rangeFinder(keyType, ranges)(key);
  const text = keyText(keyType, key);
  if (index === undefined) throw unchangeable(store, `can't be split at ${text}: they hold ${reachOf(ranges)}`);
  if (ranges.bounds[index] === text) throw unchangeable(store, `can't be split at ${text}: one begins there already`);
  return withBucket(
    placement,
    splitAt(ranges, index, text, shardMap.owners.length),
    shardMap.owners[ranges.buckets[index] as BucketId] as string,
  );
}

/**
 * The placement with a range more at its upper end, which must be closed, one version higher: from where the last range ends to `to`, or open.
 * @throws {PolystoreError} KEY_INVALID or RANGES_UNCHANGEABLE
 */
export function addRange(
  placement: Placement,
  range: { readonly to?: ShardKeyValue; readonly shard: string },
): Placement {
  const { store, keyType, shardMap } = placement;
  const ranges = changeableRanges(placement);
  const end = ranges.bounds.at(-1) ?? null;
  if (end === null) throw unchangeable(store, 'are open at their upper end: split the last one instead');
  const key = range.to === undefined ? undefined : canonicalKey(keyType, range.to);
  const to = key === undefined ? null : keyText(keyType, key);
  if (key !== undefined && compareKeys(keyType, key, canonicalKey(keyType, end)) <= 0) {
    throw unchangeable(store, `can't be followed by one that ends at ${to}: they end at ${end}`);
  }
  const bucket = shardMap.owners.length;
  return withBucket(placement, { bounds: [...ranges.bounds, to], buckets: [...ranges.buckets, bucket] }, range.shard);
}

function changeableRanges({ store, shardMap: { owners, ranges } }: Placement): KeyRanges {
  if (!ranges) throw unchangeable(store, 'do not exist: its strategy is another');
  if (owners.length >= BUCKET_COUNT) throw unchangeable(store, `are ${BUCKET_COUNT}, the most that a store may have`);
  return ranges;
}

function withBucket(placement: Placement, ranges: KeyRanges, owner: string): Placement {
  const { version, owners } = placement.shardMap;
  return { ...placement, shardMap: { version: version + 1, owners: [...owners, owner], ranges } };
}

const unchangeable = (store: string, why: string): PolystoreError<'RANGES_UNCHANGEABLE'> =>
  new PolystoreError('RANGES_UNCHANGEABLE', `store "${store}": its ranges ${why}`, {
    details: { store },
    next: 'Nothing was changed. Look at the ranges that the placement has now.',
  });
