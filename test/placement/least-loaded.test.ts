import fc from 'fast-check';
import { BUCKET_COUNT, bucketsOf, countBuckets, seedShardMap } from '../../lib/placement';
import { leastLoadedBucket } from '../../lib/placement/least-loaded';

const mapOf = (...weights: number[]) => seedShardMap(weights.map((weight, index) => ({ name: `s${index}`, weight })));

/** Fills an empty store, key by key; `ties` decides among equals. */
function fill(map: ReturnType<typeof mapOf>, ties: readonly number[], keys = new Map<number, number>()) {
  const filled = new Map(keys);
  for (const tie of ties) {
    const bucket = leastLoadedBucket(map, filled, tie);
    filled.set(bucket, (filled.get(bucket) ?? 0) + 1);
  }
  const ofShard = (shard: string) => bucketsOf(map, shard).reduce((sum, bucket) => sum + (filled.get(bucket) ?? 0), 0);
  return { filled, ofShard };
}

const ties = fc.array(fc.nat(BUCKET_COUNT - 1), { maxLength: 60 });
const weights = fc
  .array(fc.integer({ min: 0, max: 5 }), { minLength: 1, maxLength: 6 })
  .filter((some) => some.some((weight) => weight > 0));

describe('the least loaded bucket', () => {
  it('keeps every shard within one key of every other, by their weights', () => {
    fc.assert(
      fc.property(weights, ties, (some, decisions) => {
        const map = mapOf(...some);
        const { ofShard } = fill(map, decisions);
        const owned = [...countBuckets(map)];
        for (const [one, ones] of owned) {
          for (const [other, others] of owned) {
            // The last key of a shard went there while no other had fewer for its buckets.
            expect((ofShard(one) - 1) / ones).toBeLessThanOrEqual(ofShard(other) / others);
          }
        }
        const total = owned.reduce((sum, [shard]) => sum + ofShard(shard), 0);
        expect(total).toBe(decisions.length);
      }),
      { numRuns: 50 },
    );
  });

  it('spreads the keys of a shard over its buckets', () => {
    fc.assert(
      fc.property(ties, (decisions) => {
        const { filled } = fill(mapOf(1, 1), decisions);
        // As many buckets as keys, since there are more of them.
        expect([...filled.values()].every((keys) => keys === 1)).toBe(true);
      }),
      { numRuns: 20 },
    );
  });

  it('fills a shard that came later first', () => {
    const map = mapOf(1, 1, 2);
    const before = new Map([
      [bucketsOf(map, 's0')[0] as number, 4],
      [bucketsOf(map, 's1')[0] as number, 4],
    ]);
    const { ofShard } = fill(
      map,
      Array.from({ length: 8 }, (_, index) => index * 97),
      before,
    );
    expect(['s0', 's1', 's2'].map(ofShard)).toEqual([4, 4, 8]);
  });

  it('gives a shard without buckets nothing', () => {
    const { ofShard } = fill(mapOf(1, 0), [0, 1, 2, 3]);
    expect(['s0', 's1'].map(ofShard)).toEqual([4, 0]);
  });

  it('lets those who count alike choose differently', () => {
    const map = mapOf(1, 1, 1, 1);
    const chosen = new Set(Array.from({ length: 40 }, (_, tie) => map.owners[leastLoadedBucket(map, new Map(), tie)]));
    expect(chosen.size).toBe(4);
  });
});
