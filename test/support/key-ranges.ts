import fc from 'fast-check';
import {
  canonicalKey,
  compareKeys,
  firstRanges,
  keyText,
  type KeyRange,
  type Placement,
  type ShardKeyType,
} from '../../lib/placement';

/** Any key of a type, as text. */
export const anyKey: Readonly<Record<ShardKeyType, fc.Arbitrary<string>>> = {
  bigint: fc
    .oneof(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), fc.bigInt({ min: -50n, max: 50n }))
    .map(String),
  // What UTF-16 and UTF-8 order differently, and what only a byte order tells apart.
  text: fc
    .oneof(
      fc.string({ unit: 'grapheme', maxLength: 12 }),
      fc.string({
        unit: fc.constantFrom('a', 'B', 'é', '\ud7ff', '\ue000', '\uffff', '\u{10000}', '\u{1f600}'),
        maxLength: 4,
      }),
    )
    .filter((text) => !text.includes('\0')),
  uuid: fc.uuid(),
  date: fc.integer({ min: -719_162, max: 2_932_896 }).map((days) => keyText('date', days)),
  timestamptz: fc
    .bigInt({ min: -62_135_596_800_000_000n, max: 253_402_300_799_999_999n })
    .map((micros) => keyText('timestamptz', micros)),
};

/** A placement of strategy `range`, with shards `s0`, `s1`, … by turns. */
export function rangePlacement(keyType: ShardKeyType, written: readonly KeyRange[], shards = 3): Placement {
  const ranges = firstRanges(keyType, written);
  return {
    version: 1,
    store: 'events',
    keyType,
    strategy: { type: 'range', order: 'postgres-c' },
    shardMap: { version: 1, owners: ranges.buckets.map((bucket) => `s${bucket % shards}`), ranges },
  };
}

/** Any placement of strategy `range` over keys of a type, with its ends open or closed. */
export const anyRanges = (keyType: ShardKeyType): fc.Arbitrary<Placement> =>
  fc
    .record({
      keys: fc.uniqueArray(anyKey[keyType], { minLength: 2, maxLength: 9 }),
      isOpenBelow: fc.boolean(),
      isOpenAbove: fc.boolean(),
    })
    .map(({ keys, isOpenBelow, isOpenAbove }) => {
      const sorted = keys
        .map((key) => canonicalKey(keyType, key))
        .sort((a, b) => compareKeys(keyType, a, b))
        .map((key) => keyText(keyType, key));
      const closed = sorted.slice(1).map((to, index): KeyRange => ({ from: sorted[index] as string, to }));
      return rangePlacement(keyType, [
        ...(isOpenBelow ? [{ to: sorted[0] as string }] : []),
        ...closed,
        ...(isOpenAbove ? [{ from: sorted.at(-1) as string }] : []),
      ]);
    });
