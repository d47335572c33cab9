import fc from 'fast-check';
import {
  applyMoves,
  decodePlacement,
  encodePlacement,
  hash,
  PLACEMENT_VERSION,
  seedShardMap,
  SHARD_KEY_TYPES,
  type Placement,
} from '../../lib/placement';
import { anyRanges } from '../support/key-ranges';

const placement: Placement = {
  version: PLACEMENT_VERSION,
  store: 'posts',
  keyType: 'bigint',
  strategy: hash(),
  shardMap: seedShardMap([
    { name: 's0', weight: 1 },
    { name: 's1', weight: 3 },
  ]),
};

const change = (edit: (document: Record<string, unknown>) => void): string => {
  const document = JSON.parse(encodePlacement(placement)) as Record<string, unknown>;
  edit(document);
  return JSON.stringify(document);
};

/** Two ranges, edited. */
const changeRanges = (parts: object, runs: readonly unknown[] = [['s0', 2]]): string =>
  change((d) => {
    d['strategy'] = { type: 'range', order: 'postgres-c' };
    d['shardMap'] = { version: 1, ranges: { bounds: ['1', '5', null], buckets: [0, 1], ...parts }, runs };
  });

/** What `toEqual` makes of 4096 owners takes longer than all else. */
const ownersAsText = (some: Placement) => ({
  ...some,
  shardMap: { ...some.shardMap, owners: some.shardMap.owners.join() },
});

describe('placement codec', () => {
  it('writes owners as runs', () => {
    expect(encodePlacement(placement)).toBe(
      '{"version":1,"store":"posts","keyType":"bigint","strategy":{"type":"hash","hash":"postgres-extended-0"},' +
        '"shardMap":{"version":1,"runs":[["s0",1024],["s1",3072]]}}',
    );
  });

  it('reads what it wrote, after any moves', () => {
    const moves = fc.array(
      fc.record({
        bucket: fc.integer({ min: 0, max: 4095 }),
        from: fc.constant('s0'),
        to: fc.constantFrom('s0', 's1', 's2'),
      }),
    );
    fc.assert(
      fc.property(moves, (some) => {
        const moved = { ...placement, shardMap: applyMoves(placement.shardMap, some) };
        expect(ownersAsText(decodePlacement(encodePlacement(moved), 'a test'))).toEqual(ownersAsText(moved));
      }),
    );
  });

  it('reads what it wrote of ranges of every key type, and of a key directory', () => {
    const directory: Placement = { ...placement, strategy: { type: 'directory' } };
    expect(decodePlacement(encodePlacement(directory), 'a test')).toEqual(directory);
    const anyPlacement = fc.oneof(...SHARD_KEY_TYPES.map(anyRanges));
    fc.assert(
      fc.property(anyPlacement, (some) => expect(decodePlacement(encodePlacement(some), 'a test')).toEqual(some)),
    );
  });

  it.each([
    ['text that is no JSON', '{', "placement at there can't be read: not JSON"],
    ['an unknown version', change((d) => (d['version'] = 2)), /version: got 2, expected 1/],
    [
      'an unknown strategy',
      change((d) => (d['strategy'] = { type: 'zodiac' })),
      /strategy\.type: Invalid discriminator value/,
    ],
    [
      'an unknown order',
      change((d) => (d['strategy'] = { type: 'range', order: 'icu' })),
      /strategy\.order: got "icu"/,
    ],
    [
      'a strategy of ranges without any',
      change((d) => (d['strategy'] = { type: 'range', order: 'postgres-c' })),
      'placement at there can\'t be read: shardMap.ranges: missing for strategy "range"',
    ],
    [
      'ranges of another strategy',
      change(
        (d) => (d['shardMap'] = { version: 1, ranges: { bounds: [null, null], buckets: [0] }, runs: [['s0', 1]] }),
      ),
      /shardMap.ranges: belongs to strategy "range" only/,
    ],
    [
      'ranges out of order',
      changeRanges({ bounds: ['9', '5', null] }),
      /shardMap.ranges: got 5, allowed: above from, 9/,
    ],
    [
      'an open end in the middle',
      changeRanges({ bounds: ['1', null, '5'] }),
      /shardMap.ranges: missing: only the last/,
    ],
    ['a bound of another type', changeRanges({ bounds: ['x', '5', null] }), /shardMap.ranges: got the string "x"/],
    ['a bucket twice', changeRanges({ buckets: [0, 0] }), /shardMap.ranges: buckets must be 0 to 1, each once/],
    ['a bound too few', changeRanges({ bounds: ['1', '5'] }), /2 bounds, must be one more than the 2 ranges/],
    ['no ranges', changeRanges({ bounds: [null], buckets: [] }), /0 ranges, must be 1 to 4096/],
    ['owners of fewer buckets than ranges', changeRanges({}, [['s0', 1]]), /covers 1 buckets, must be exactly 2/],
    ['an unknown hash', change((d) => (d['strategy'] = { type: 'hash', hash: 'md5' })), /strategy\.hash: got "md5"/],
    ['a field that it does not know', change((d) => (d['epoch'] = 1)), /Unrecognized key/],
    [
      'a map that covers too little',
      change((d) => (d['shardMap'] = { version: 1, runs: [['s0', 4095]] })),
      "placement at there can't be read: shardMap.runs: covers 4095 buckets, must be exactly 4096",
    ],
    [
      'a map that covers too much',
      change((d) => (d['shardMap'] = { version: 1, runs: [['s0', 1e9]] })),
      /covers 4097 buckets, must be exactly 4096/,
    ],
  ])('fails on %s', (_, text, message) => {
    expect(() => decodePlacement(text, 'there')).toThrow(
      expect.objectContaining({
        code: 'DOCUMENT_INVALID',
        message: message instanceof RegExp ? expect.stringMatching(message) : message,
        details: { document: 'placement', source: 'there' },
      }),
    );
  });
});
