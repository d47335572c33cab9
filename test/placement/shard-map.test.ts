import fc from 'fast-check';
import {
  applyMoves,
  bucketsOf,
  BUCKET_COUNT,
  checkOwnersKnown,
  countBuckets,
  planMoves,
  seedShardMap,
  type WeightedShard,
} from '../../lib/placement';

const equalShards = (count: number): WeightedShard[] =>
  Array.from({ length: count }, (_, index) => ({ name: `s${index}`, weight: 1 }));

const shardSets = fc
  .uniqueArray(
    fc.record({ name: fc.stringMatching(/^[a-z]{1,3}[1-9]?\d$/), weight: fc.integer({ min: 0, max: 100 }) }),
    {
      minLength: 1,
      maxLength: 40,
      selector: ({ name }) => name,
    },
  )
  .filter((shards) => shards.some(({ weight }) => weight > 0));

/** A shard's exact share; what it gets may differ by less than one bucket. */
const shareOf = (shards: readonly WeightedShard[], { weight }: WeightedShard) =>
  (BUCKET_COUNT * weight) / shards.reduce((sum, shard) => sum + shard.weight, 0);

describe('seedShardMap', () => {
  it('gives every bucket an owner and every shard its share, within one bucket', () => {
    fc.assert(
      fc.property(shardSets, (shards) => {
        const map = seedShardMap(shards);
        expect(map.version).toBe(1);
        expect(map.owners).toHaveLength(BUCKET_COUNT);
        const counts = countBuckets(map);
        for (const shard of shards) {
          expect(Math.abs((counts.get(shard.name) ?? 0) - shareOf(shards, shard))).toBeLessThan(1);
        }
      }),
    );
  });

  it('gives a shard that weighs nothing no bucket', () => {
    expect(countBuckets(seedShardMap([...equalShards(2), { name: 'idle', weight: 0 }])).has('idle')).toBe(false);
  });

  it('fails when nothing weighs anything', () => {
    expect(() => seedShardMap([{ name: 's0', weight: 0 }])).toThrow(
      'at least one shard must weigh more than 0, got 1 shards of 0',
    );
  });
});

describe('planMoves', () => {
  it('adding one of N + 1 equal shards moves at most ceil(4096 / (N + 1)) buckets, all to the new one', () => {
    const shards = equalShards(1001);
    for (let count = 1; count <= 1000; count++) {
      const moves = planMoves(seedShardMap(shards.slice(0, count)), shards.slice(0, count + 1));
      expect(moves.length).toBeLessThanOrEqual(Math.ceil(BUCKET_COUNT / (count + 1)));
      expect(moves.every(({ to }) => to === `s${count}`)).toBe(true);
    }
  });

  it('adding shards one after another stays at that bound', () => {
    let map = seedShardMap(equalShards(1));
    for (let count = 2; count <= 200; count++) {
      const moves = planMoves(map, equalShards(count));
      expect(moves.length).toBeLessThanOrEqual(Math.ceil(BUCKET_COUNT / count));
      map = applyMoves(map, moves);
    }
  });

  it('moves nothing twice, only from owners, and ends with every share right within one bucket', () => {
    fc.assert(
      fc.property(shardSets, shardSets, (before, after) => {
        const map = seedShardMap(before);
        const moves = planMoves(map, after);
        expect(new Set(moves.map(({ bucket }) => bucket)).size).toBe(moves.length);
        expect(moves.every(({ bucket, from, to }) => map.owners[bucket] === from && from !== to)).toBe(true);
        const moved = applyMoves(map, moves);
        expect(moved.version).toBe(2);
        const counts = countBuckets(moved);
        for (const shard of after) {
          expect(Math.abs((counts.get(shard.name) ?? 0) - shareOf(after, shard))).toBeLessThan(1);
        }
        expect([...counts.keys()].every((name) => after.some((shard) => shard.name === name))).toBe(true);
      }),
    );
  });

  it('moves nothing where every shard has its share', () => {
    fc.assert(fc.property(shardSets, (shards) => expect(planMoves(seedShardMap(shards), shards)).toEqual([])));
  });

  it('drains a shard that weighs nothing', () => {
    const map = seedShardMap(equalShards(4));
    const drained = applyMoves(
      map,
      planMoves(
        map,
        equalShards(4).map((shard) => (shard.name === 's1' ? { ...shard, weight: 0 } : shard)),
      ),
    );
    expect(bucketsOf(drained, 's1')).toEqual([]);
    expect(bucketsOf(map, 's1')).toHaveLength(1024);
  });
});

describe('checkOwnersKnown', () => {
  it('fails for a shard that left while it owns buckets, saying how many and how to go on', () => {
    expect(() => checkOwnersKnown('posts', seedShardMap(equalShards(4)), ['s0', 's1', 's2'])).toThrow(
      expect.objectContaining({
        code: 'SHARD_OWNS_BUCKETS',
        message: 'store "posts": shard "s3" owns 1024 of 4096 buckets but is not among its shards (s0, s1, s2)',
        details: { store: 'posts', shard: 's3', buckets: 1024 },
        next: `Put it back in the tier file, s3: { state: 'draining' }: it may go when npx polystore placement show says that it owns nothing.`,
      }),
    );
  });

  it('lets a shard without buckets be known or not', () => {
    expect(() => checkOwnersKnown('posts', seedShardMap(equalShards(2)), ['s0', 's1', 's2'])).not.toThrow();
  });
});
