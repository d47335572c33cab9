import { PolystoreError } from '../errors';
import {
  allowedKeys,
  boundCounter,
  canonicalKey,
  compareKeys,
  describeKey,
  keyText,
  type CanonicalKey,
} from './shard-key';
import type { ShardKeyType, ShardKeyValue } from './shard-key';
import { BUCKET_COUNT, type BucketId } from './strategy';

/**
 * Ranges of keys, side by side: range `i` holds the keys from `bounds[i]`, included, to `bounds[i + 1]`, excluded. Written like this, no two ranges
 * can overlap and none can leave a gap.
 */
export interface KeyRanges {
  /** Ascending, one more than there are ranges; each as text that PostgreSQL reads. `null` at an end: open, no key is beyond it. */
  readonly bounds: readonly (string | null)[];
  /** The bucket of each range. */
  readonly buckets: readonly BucketId[];
}

/** One range of keys. Without `from` or `to` it is open at that end. */
export interface KeyRange {
  /** Its first key. */
  readonly from?: ShardKeyValue;
  /** The first key beyond it. */
  readonly to?: ShardKeyValue;
}

/** What is wrong with one of several ranges, and where. */
export interface RangeFault {
  readonly index: number;
  /** The end that is at fault; absent where it is the range as a whole. */
  readonly end?: 'from' | 'to';
  readonly message: string;
}

/** What keeps `ranges`, in the order in which they are written, from covering each key between their ends exactly once; empty where nothing does. */
export function rangeFaults(keyType: ShardKeyType, ranges: readonly KeyRange[]): readonly RangeFault[] {
  const faults: RangeFault[] = [];
  const ends = ranges.map((range, index) => {
    const [from, to] = (['from', 'to'] as const).map((end) => {
      const value = range[end];
      if (value === undefined) return undefined;
      try {
        return canonicalKey(keyType, value);
      } catch {
        faults.push({ index, end, message: `got ${describeKey(value)}, allowed: ${allowedKeys(keyType)}` });
        return undefined;
      }
    });
    return { from, to };
  });
  if (faults.length > 0) return faults;
  const text = (key: CanonicalKey): string => keyText(keyType, key);
  ends.forEach(({ from, to }, index) => {
    if (from !== undefined && to !== undefined && compareKeys(keyType, from, to) >= 0) {
      faults.push({ index, end: 'to', message: `got ${text(to)}, allowed: above from, ${text(from)}` });
      return;
    }
    const before = ends[index - 1];
    if (before === undefined) return;
    if (before.to === undefined) {
      faults.push({
        index: index - 1,
        end: 'to',
        message: 'missing: only the last range may be open at its upper end',
      });
    } else if (from === undefined) {
      faults.push({ index, end: 'from', message: 'missing: only the first range may be open at its lower end' });
    } else {
      const distance = compareKeys(keyType, from, before.to);
      const allowed = `allowed: ${text(before.to)}, where the range before ends`;
      if (distance > 0) {
        faults.push({
          index,
          end: 'from',
          message: `got ${text(from)}, which leaves a gap from ${text(before.to)}, ${allowed}`,
        });
      } else if (distance < 0) {
        faults.push({ index, end: 'from', message: `got ${text(from)}, which overlaps the range before, ${allowed}` });
      }
    }
  });
  return faults;
}

/** The table of ranges that have no fault, with a bucket each in their order. */
export function firstRanges(keyType: ShardKeyType, ranges: readonly KeyRange[]): KeyRanges {
  const [fault] = rangeFaults(keyType, ranges);
  if (fault || ranges.length === 0) throw new RangeError(fault?.message ?? 'there must be at least one range');
  const text = (value: ShardKeyValue | undefined): string | null =>
    value === undefined ? null : keyText(keyType, canonicalKey(keyType, value));
  return {
    bounds: [text(ranges[0]?.from), ...ranges.map(({ to }) => text(to))],
    buckets: ranges.map((_, bucket) => bucket),
  };
}

/** Finds the range of a key; `undefined` where it is beyond an end. */
export type RangeFinder = (key: CanonicalKey) => number | undefined;

/** Made once for many keys: reads the bounds, and finds by halving. */
export function rangeFinder(keyType: ShardKeyType, ranges: KeyRanges): RangeFinder {
  const { bounds, buckets } = ranges;
  const countUpTo = boundCounter(
    keyType,
    finiteBounds(ranges).map((bound) => canonicalKey(keyType, bound)),
  );
  const beyond = bounds[0] === null ? 0 : 1;
  return (key) => {
    const range = countUpTo(key) - beyond;
    return range >= 0 && range < buckets.length ? range : undefined;
  };
}

/** The bounds that are keys. */
export const finiteBounds = ({ bounds }: KeyRanges): readonly string[] => bounds.filter((bound) => bound !== null);

/** One range more: range `index` ends at `at`, a new range with bucket `bucket` goes on from there. */
export function splitAt({ bounds, buckets }: KeyRanges, index: number, at: string, bucket: BucketId): KeyRanges {
  return { bounds: bounds.toSpliced(index + 1, 0, at), buckets: buckets.toSpliced(index + 1, 0, bucket) };
}

/** Where the ranges begin and end, in words. */
export function reachOf({ bounds }: KeyRanges): string {
  const from = bounds[0] ?? null;
  const to = bounds.at(-1) ?? null;
  if (from === null) return to === null ? 'all keys' : `keys below ${to}`;
  return to === null ? `keys from ${from} on` : `keys from ${from} to below ${to}`;
}

export function keyOutOfRange(
  store: string,
  ranges: KeyRanges,
  key: ShardKeyValue,
): PolystoreError<'KEY_OUT_OF_RANGE'> {
  const got = describeKey(key);
  const allowed = reachOf(ranges);
  return new PolystoreError('KEY_OUT_OF_RANGE', `store "${store}": no range holds ${got}; its ranges hold ${allowed}`, {
    details: { store, got, allowed },
    next: 'Nothing was sent. Add a range for such keys to the shard map, or leave the first or last range open.',
  });
}

/** What is wrong with a table of ranges as it was read; `undefined` where nothing is. */
export function tableFault(keyType: ShardKeyType, { bounds, buckets }: KeyRanges): string | undefined {
  if (buckets.length === 0 || buckets.length > BUCKET_COUNT)
    return `${buckets.length} ranges, must be 1 to ${BUCKET_COUNT}`;
  if (bounds.length !== buckets.length + 1)
    return `${bounds.length} bounds, must be one more than the ${buckets.length} ranges`;
  if (new Set(buckets).size !== buckets.length || buckets.some((bucket) => bucket >= buckets.length)) {
    return `buckets must be 0 to ${buckets.length - 1}, each once`;
  }
  const ends = bounds.slice(0, -1).map((from, index): KeyRange => {
    const to = bounds[index + 1] ?? null;
    return { ...(from !== null && { from }), ...(to !== null && { to }) };
  });
  return rangeFaults(keyType, ends)[0]?.message;
}
