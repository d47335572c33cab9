import {
  bucketFinder,
  bucketOf,
  firstRanges,
  hash,
  rangesOf,
  seedShardMap,
  SHARD_KEY_TYPES,
  type KeyRange,
  type Placement,
  type ShardKeyType,
} from '../../lib/placement';
import { keysForEveryShard, sampleKeys } from '../../lib/smoke/sample-keys';

const placementOf = (keyType: Placement['keyType'], weights: readonly number[]): Placement => ({
  version: 1,
  store: 'posts',
  keyType,
  strategy: hash(),
  shardMap: seedShardMap(weights.map((weight, index) => ({ name: `s${index}`, weight }))),
});

describe.each(SHARD_KEY_TYPES)('keys of type %s', (keyType) => {
  it('are all valid', () => {
    for (const key of sampleKeys(placementOf(keyType, [1]), 200))
      expect(() => bucketOf(hash(), keyType, key)).not.toThrow();
  });

  it('reach every shard that owns buckets, however few, and no other', () => {
    const placement = placementOf(keyType, [4000, 1, 0]);
    const keys = keysForEveryShard(placement, 256);
    expect(keys.size).toBeGreaterThanOrEqual(256);
    const { owners } = placement.shardMap;
    expect([...new Set([...keys.values()].map((bucket) => owners[bucket]))].sort()).toEqual(['s0', 's1']);
    for (const [key, bucket] of keys) expect(bucketOf(hash(), keyType, key)).toBe(bucket);
  });

  it('are exactly as many as asked for where that reaches every shard', () => {
    expect(keysForEveryShard(placementOf(keyType, [1, 1]), 256).size).toBe(256);
  });
});

describe('keys of ranges', () => {
  const RANGES: Readonly<Record<ShardKeyType, readonly KeyRange[]>> = {
    bigint: [{ to: 0 }, { from: 0, to: 1 }, { from: 1, to: 1000 }, { from: 1000 }],
    text: [{ to: 'a' }, { from: 'a', to: 'b' }, { from: 'b', to: '\u{1F600}' }, { from: '\u{1F600}' }],
    uuid: [{ to: '80000000-0000-0000-0000-000000000000' }, { from: '80000000-0000-0000-0000-000000000000' }],
    date: [{ to: '2026-01-01' }, { from: '2026-01-01', to: '2026-01-02' }, { from: '2026-01-02' }],
    timestamptz: [
      { from: '2025-01-01T00:00:00Z', to: '2026-01-01T00:00:00Z' },
      { from: '2026-01-01T00:00:00Z', to: '2027-01-01T00:00:00Z' },
    ],
  };

  it.each(SHARD_KEY_TYPES)(
    'of type %s lie in every range, however few it holds, and in the one that is said',
    (keyType) => {
      const ranges = firstRanges(keyType, RANGES[keyType]);
      const placement: Placement = {
        ...placementOf(keyType, [1]),
        strategy: { type: 'range', order: 'postgres-c' },
        shardMap: { version: 1, owners: ranges.buckets.map(() => 's0'), ranges },
      };
      const keys = keysForEveryShard(placement, 40);
      const find = bucketFinder(placement);
      for (const [key, bucket] of keys) expect(find?.(key)).toBe(bucket);
      expect(new Set(keys.values()).size).toBe(rangesOf(placement).length);
      expect(keys.size).toBeGreaterThan(10);
    },
  );
});
