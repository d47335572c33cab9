import { bucketOf, hash, seedShardMap, type Placement } from '../../lib/placement';
import { keysForEveryShard, sampleKeys } from '../../lib/smoke/sample-keys';

const placementOf = (keyType: Placement['keyType'], weights: readonly number[]): Placement => ({
  version: 1,
  store: 'posts',
  keyType,
  strategy: hash(),
  shardMap: seedShardMap(weights.map((weight, index) => ({ name: `s${index}`, weight }))),
});

describe.each(['bigint', 'text', 'uuid'] as const)('keys of type %s', (keyType) => {
  it('are all valid', () => {
    for (const key of sampleKeys(keyType, 200)) expect(() => bucketOf(hash(), keyType, key)).not.toThrow();
  });

  it('reach every shard that owns buckets, however few, and no other', () => {
    const placement = placementOf(keyType, [4000, 1, 0]);
    const keys = keysForEveryShard(placement, 256);
    expect(keys.size).toBeGreaterThanOrEqual(256);
    expect([...new Set(keys.values())].sort()).toEqual(['s0', 's1']);
    for (const [key, owner] of keys) {
      expect(placement.shardMap.owners[bucketOf(hash(), keyType, key)]).toBe(owner);
    }
  });

  it('are exactly as many as asked for where that reaches every shard', () => {
    expect(keysForEveryShard(placementOf(keyType, [1, 1]), 256).size).toBe(256);
  });
});
