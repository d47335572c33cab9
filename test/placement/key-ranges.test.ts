import fc from 'fast-check';
import {
  addRange,
  bucketFinder,
  bucketsOf,
  decodePlacement,
  encodePlacement,
  hash,
  planMoves,
  rangeFaults,
  rangesOf,
  seedShardMap,
  SHARD_KEY_TYPES,
  splitRange,
  type KeyRange,
  type Placement,
  type ShardKeyType,
  type ShardKeyValue,
} from '../../lib/placement';
import { anyKey, anyRanges, rangePlacement } from '../support/key-ranges';

/** Once for each of the five types of keys. */
const RUNS = { numRuns: 40 };

const bucketIn = (placement: Placement, key: ShardKeyValue): number | 'none' => {
  try {
    return bucketFinder(placement)?.(key) as number;
  } catch (error) {
    expect(error).toMatchObject({ code: 'KEY_OUT_OF_RANGE' });
    return 'none';
  }
};

/** PostgreSQL's order of text under collation "C", by what it is defined as. */
const byBytes = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b));

describe('ranges of keys', () => {
  const numbers = rangePlacement('bigint', [
    { from: 0, to: 10 },
    { from: 10, to: '9007199254740993' },
  ]);

  it('are half-open', () => {
    expect([-1, 0, 9, 10, '9007199254740992', '9007199254740993'].map((key) => bucketIn(numbers, key))).toEqual([
      'none',
      0,
      0,
      1,
      1,
      'none',
    ]);
  });

  it('find a key in every form that it may come in', () => {
    expect([5, 5n, '5'].map((key) => bucketIn(numbers, key))).toEqual([0, 0, 0]);
    const moments = rangePlacement('timestamptz', [
      { to: '2026-01-01T00:00:00Z' },
      { from: new Date('2026-01-01T00:00:00Z') },
    ]);
    const keys = [
      new Date('2025-12-31T23:59:59.999Z'),
      '2026-01-01T01:00:00.000001+01:00',
      '2026-01-01 00:59:59.999999+01',
      '2025-12-31T19:00:00-05',
    ];
    expect(keys.map((key) => bucketIn(moments, key))).toEqual([0, 1, 0, 1]);
  });

  it('hold text in the order of its bytes, which is not that of JavaScript', () => {
    const text = rangePlacement('text', [{ to: '\uffff' }, { from: '\uffff', to: '\u{10000}' }, { from: '\u{10000}' }]);
    expect('\u{10000}' < '\uffff').toBe(true);
    expect(['\ufffe', '\uffff', '\uffffz', '\u{10000}', '\u{1f600}'].map((key) => bucketIn(text, key))).toEqual([
      0, 1, 1, 2, 2,
    ]);
    fc.assert(
      fc.property(anyKey.text, anyKey.text, (bound, key) => {
        const placement = rangePlacement('text', [{ to: bound }, { from: bound }]);
        expect(bucketIn(placement, key)).toBe(byBytes(key, bound) < 0 ? 0 : 1);
      }),
    );
  });

  it.each(SHARD_KEY_TYPES)('give each %s key exactly one bucket and shard, or none beyond a closed end', (keyType) => {
    fc.assert(
      fc.property(anyRanges(keyType), anyKey[keyType], (placement, key) => {
        const found = bucketIn(placement, key);
        const holding = rangesOf(placement).filter((range) => {
          const only = rangePlacement(keyType, [
            { ...(range.from !== undefined && { from: range.from }), ...(range.to !== undefined && { to: range.to }) },
          ]);
          return bucketIn(only, key) === 0;
        });
        expect(holding.map(({ bucket }) => bucket)).toEqual(found === 'none' ? [] : [found]);
        if (found !== 'none') expect(holding[0]?.shard).toBe(placement.shardMap.owners[found]);
      }),
      RUNS,
    );
  });

  it('fail on a key outside, saying what they hold', () => {
    expect(() => bucketFinder(numbers)?.(-1)).toThrow(
      expect.objectContaining({
        code: 'KEY_OUT_OF_RANGE',
        message: 'store "events": no range holds the number -1; its ranges hold keys from 0 to below 9007199254740993',
        details: { store: 'events', got: 'the number -1', allowed: 'keys from 0 to below 9007199254740993' },
      }),
    );
  });

  it.each<[ShardKeyType, unknown, string]>([
    ['bigint', Number.NaN, 'the number NaN'],
    ['bigint', -0, 'the number -0'],
    ['bigint', new Date(0), 'the Date 1970-01-01T00:00:00.000Z'],
    ['text', 'lone \ud800', 'the string "lone \\ud800"'],
    ['date', '2026-02-30', 'the string "2026-02-30"'],
    ['date', '0000-01-01', 'the string "0000-01-01"'],
    ['date', new Date(0), 'the Date 1970-01-01T00:00:00.000Z'],
    ['date', '2026-1-1', 'the string "2026-1-1"'],
    ['timestamptz', new Date(Number.NaN), 'an invalid Date'],
    ['timestamptz', '2026-01-31T12:00:00', 'the string "2026-01-31T12:00:00"'],
    ['timestamptz', '2026-01-31T24:00:00Z', 'the string "2026-01-31T24:00:00Z"'],
    ['timestamptz', '9999-12-31T23:59:59-01:00', 'the string "9999-12-31T23:59:59-01:00"'],
    ['timestamptz', 'infinity', 'the string "infinity"'],
    ['timestamptz', 1767225600000, 'the number 1767225600000'],
    ['uuid', 7, 'the number 7'],
    ['text', null, 'null'],
  ])('fail on a %s key %p, saying what they got', (keyType, key, got) => {
    const placement = rangePlacement(keyType, [{}]);
    expect(() => bucketFinder(placement)?.(key as ShardKeyValue)).toThrow(
      expect.objectContaining({ code: 'KEY_INVALID', details: { expected: keyType, got } }),
    );
  });
});

describe('rangeFaults', () => {
  it.each<[string, readonly KeyRange[], object]>([
    [
      'a gap',
      [{ to: 10 }, { from: 11 }],
      {
        index: 1,
        end: 'from',
        message: 'got 11, which leaves a gap from 10, allowed: 10, where the range before ends',
      },
    ],
    [
      'an overlap',
      [{ to: 10 }, { from: 9 }],
      {
        index: 1,
        end: 'from',
        message: 'got 9, which overlaps the range before, allowed: 10, where the range before ends',
      },
    ],
    ['ranges out of order', [{ from: 10 }, { to: 10 }], { index: 0, end: 'to' }],
    ['an open end in the middle', [{ to: 10 }, { to: 20 }], { index: 1, end: 'from' }],
    [
      'a range that holds nothing',
      [{ from: 10, to: 10 }],
      { index: 0, end: 'to', message: 'got 10, allowed: above from, 10' },
    ],
    [
      'a bound of another type',
      [{ from: 'x' }],
      { index: 0, end: 'from', message: expect.stringMatching(/^got the string "x", allowed: a safe integer/) },
    ],
  ])('names %s and the end at fault', (_, ranges, fault) => {
    expect(rangeFaults('bigint', ranges)).toEqual([expect.objectContaining(fault)]);
  });

  it('finds none in any table that covers each key once', () => {
    fc.assert(
      fc.property(anyRanges('text'), (placement) => {
        expect(rangeFaults('text', rangesOf(placement))).toEqual([]);
      }),
    );
  });
});

describe('splitRange', () => {
  it.each(SHARD_KEY_TYPES)('moves only %s keys of that range, and no row', (keyType) => {
    fc.assert(
      fc.property(
        anyRanges(keyType),
        anyKey[keyType],
        fc.array(anyKey[keyType], { maxLength: 20 }),
        (before, at, keys) => {
          const bounds = rangesOf(before).map(({ from }) => from);
          const split = bucketIn(before, at);
          fc.pre(split !== 'none' && !bounds.includes(at));
          const after = splitRange(before, at);
          expect(after.shardMap.version).toBe(before.shardMap.version + 1);
          const fresh = before.shardMap.owners.length;
          expect(bucketIn(after, at)).toBe(fresh);
          for (const key of [...keys, at]) {
            const [was, is] = [bucketIn(before, key), bucketIn(after, key)];
            if (was === 'none') expect(is).toBe('none');
            else {
              expect(was === split ? [split, fresh] : [was]).toContain(is);
              expect(after.shardMap.owners[is as number]).toBe(before.shardMap.owners[was]);
            }
          }
          expect(decodePlacement(encodePlacement(after), 'a test')).toEqual(after);
        },
      ),
      RUNS,
    );
  });

  it('gives the new bucket a life of its own: it moves without the old one', () => {
    const after = splitRange(rangePlacement('bigint', [{}], 1), 100);
    expect(bucketsOf(after.shardMap, 's0')).toEqual([0, 1]);
    const moves = planMoves(after.shardMap, [
      { name: 's0', weight: 1 },
      { name: 's1', weight: 1 },
    ]);
    expect(moves).toHaveLength(1);
  });

  it.each<[string, () => Placement, string]>([
    [
      'where a range begins already',
      () => splitRange(rangePlacement('bigint', [{ to: 5 }, { from: 5 }]), 5),
      "can't be split at 5: one begins there already",
    ],
    [
      'beyond a closed end',
      () => splitRange(rangePlacement('bigint', [{ to: 5 }]), 7),
      "can't be split at 7: they hold keys below 5",
    ],
    [
      'of a store without ranges',
      () =>
        splitRange(
          { ...rangePlacement('bigint', [{}]), strategy: hash(), shardMap: seedShardMap([{ name: 's0', weight: 1 }]) },
          5,
        ),
      'do not exist: its strategy is another',
    ],
  ])('fails %s', (_, split, why) => {
    expect(split).toThrow(
      expect.objectContaining({ code: 'RANGES_UNCHANGEABLE', message: `store "events": its ranges ${why}` }),
    );
  });

  it('fails at the bucket space’s end', () => {
    const bounds = Array.from({ length: 4094 }, (_, index) => index + 1);
    const many = rangePlacement('bigint', [
      { to: 1 },
      ...bounds.slice(1).map((to) => ({ from: to - 1, to })),
      { from: 4094 },
    ]);
    expect(bucketIn(many, 4094)).toBe(4094);
    const most = splitRange(many, 5000);
    expect(bucketIn(most, 5000)).toBe(4095);
    expect(() => splitRange(most, 6000)).toThrow('are 4096, the most that a store may have');
  });
});

describe('addRange', () => {
  const closed = rangePlacement('date', [{ from: '2026-01-01', to: '2026-02-01' }]);

  it('goes on where the last range ends', () => {
    const longer = addRange(addRange(closed, { to: '2026-03-01', shard: 's7' }), { shard: 's8' });
    expect(rangesOf(longer)).toEqual([
      { from: '2026-01-01', to: '2026-02-01', bucket: 0, shard: 's0' },
      { from: '2026-02-01', to: '2026-03-01', bucket: 1, shard: 's7' },
      { from: '2026-03-01', bucket: 2, shard: 's8' },
    ]);
    expect(longer.shardMap.version).toBe(3);
    expect(() => addRange(longer, { shard: 's9' })).toThrow('are open at their upper end: split the last one instead');
  });

  it('fails where it would end before it begins', () => {
    expect(() => addRange(closed, { to: '2026-02-01', shard: 's0' })).toThrow(
      "can't be followed by one that ends at 2026-02-01",
    );
  });
});
