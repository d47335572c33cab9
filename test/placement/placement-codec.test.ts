import fc from 'fast-check';
import {
  applyMoves,
  decodePlacement,
  encodePlacement,
  hash,
  PLACEMENT_VERSION,
  seedShardMap,
  type Placement,
} from '../../lib/placement';

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
        expect(decodePlacement(encodePlacement(moved), 'a test')).toEqual(moved);
      }),
    );
  });

  it.each([
    ['text that is no JSON', '{', "placement at there can't be read: not JSON"],
    ['an unknown version', change((d) => (d['version'] = 2)), /version: Invalid input/],
    ['an unknown strategy', change((d) => (d['strategy'] = { type: 'range' })), /strategy\.type: Invalid input/],
    [
      'an unknown hash',
      change((d) => (d['strategy'] = { type: 'hash', hash: 'md5' })),
      /strategy\.hash: Invalid input/,
    ],
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
