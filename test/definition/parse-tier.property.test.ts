import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { parseTier } from '../../lib/definition';
import { isPolystoreError } from '../../lib/errors';
import { minimalTier, withMain, withPosts } from './minimal-tier';

/** Either a definition, or an error that lists faults: nothing else may come out. */
function outcomeOf(input: unknown): 'read' | 'refused' {
  try {
    parseTier(input);
    return 'read';
  } catch (error) {
    if (!isPolystoreError(error, 'CONFIG_INVALID')) throw error;
    expect(error.details.faults.length).toBeGreaterThan(0);
    expect(error.message).toContain('Nothing synthesized.');
    return 'refused';
  }
}

/** What `toEqual` makes of a thousand shards takes longer than reading them: it only says what differs. */
function expectSame(one: unknown, other: unknown): void {
  if (!isDeepStrictEqual(one, other)) expect(one).toEqual(other);
  expect(isDeepStrictEqual(one, other)).toBe(true);
}

/** Values near what a definition holds, right and wrong. */
const word = fc.constantFrom(
  'main',
  'posts',
  'dev',
  'postgres',
  'shardedPostgres',
  'disposable',
  '__proto__',
  'then',
  '',
);
const scalar = fc.oneof(word, fc.integer(), fc.double(), fc.boolean(), fc.constant(null), fc.constant(undefined));
const key = fc.constantFrom(
  ...['kind', 'class', 'replicas', 'shards', 'shardKey', 'storage', 'sizeGiB', 'maxSizeGiB', 'backup', 'retentionDays'],
  ...[
    'name',
    'stages',
    'stores',
    'services',
    'network',
    'profile',
    'env',
    'zones',
    'uses',
    'main',
    'posts',
    'dev',
    's0',
  ],
);
const anything = fc.letrec((tie) => ({
  value: fc.oneof({ maxDepth: 5 }, scalar, fc.array(tie('value'), { maxLength: 3 }), tie('table')),
  table: fc.dictionary(key, tie('value'), { maxKeys: 5 }),
}));

const goodStore = fc.oneof(
  fc.record({ kind: fc.constant('postgres'), replicas: fc.integer({ min: 0, max: 15 }) }),
  fc.record({
    kind: fc.constant('shardedPostgres'),
    shardKey: fc.constant('id'),
    shards: fc.integer({ min: 1, max: 50 }),
  }),
);

const doubtfulStore = fc.record(
  {
    kind: fc.constantFrom('postgres', 'shardedPostgres'),
    class: fc.constantFrom('t4g.medium', 'r8g.large', 'm5.large', 'nope'),
    shardKey: fc.constantFrom('user_id', 'X'),
    shards: fc.oneof(fc.integer({ min: -1, max: 5 }), fc.dictionary(fc.stringMatching(/^[a-z]\d?$/), fc.constant({}))),
    replicas: fc.oneof(
      fc.integer({ min: -1, max: 17 }),
      fc.dictionary(fc.stringMatching(/^[a-z]\d?$/), fc.constant({})),
    ),
    maxConnections: fc.integer({ min: 0, max: 3000 }),
    backup: fc.record({ retentionDays: fc.integer({ min: 0, max: 40 }) }),
  },
  { requiredKeys: ['kind'] },
);

const store = fc.oneof(goodStore, doubtfulStore);

/** Of any stores together one is almost always refused: half are good ones alone. */
const someStores = fc.oneof(
  fc.record({ main: goodStore }),
  fc.dictionary(fc.constantFrom('main', 'posts', 'Bad'), store),
);

describe('parseTier, for anything at all,', () => {
  test('reads or refuses a JSON value', () => {
    fc.assert(fc.property(fc.jsonValue(), (input) => void outcomeOf(input)));
  });

  test('reads or refuses what looks like a definition', () => {
    fc.assert(fc.property(anything.value, (input) => void outcomeOf(input)));
    fc.assert(fc.property(anything.table, (parts) => void outcomeOf(minimalTier(parts as Record<string, unknown>))));
  });

  test('reads some stores and refuses others', () => {
    const seen = new Set<string>();
    fc.assert(
      fc.property(someStores, (stores) => {
        seen.add(outcomeOf(minimalTier({ stores })));
      }),
    );
    expect(seen).toEqual(new Set(['read', 'refused']));
  });

  test('reads or refuses what is deeper than any definition', () => {
    const deep: unknown = JSON.parse('{"stores":'.repeat(20_000) + '1' + '}'.repeat(20_000));
    expect(outcomeOf(deep)).toBe('refused');
    const loop: Record<string, unknown> = { ...minimalTier() };
    loop['stores'] = loop;
    expect(outcomeOf(loop)).toBe('refused');
  });

  test('says the same each time', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom('main', 'posts'), store), (stores) => {
        const read = () => {
          try {
            return parseTier(minimalTier({ stores }));
          } catch (error) {
            return String(error);
          }
        };
        expectSame(read(), read());
      }),
    );
  });
});

describe('the shorthand of a number', () => {
  test('means the same as names, for replicas', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 15 }), (count) => {
        const named = Object.fromEntries(Array.from({ length: count }, (_, index) => [`r${index + 1}`, {}]));
        expectSame(parseTier(withMain({ replicas: count })), parseTier(withMain({ replicas: named })));
      }),
    );
  });

  test('means the same as names, for shards', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1000 }), (count) => {
        const named = Object.fromEntries(Array.from({ length: count }, (_, index) => [`s${index}`, {}]));
        expectSame(parseTier(withPosts({ shards: count })), parseTier(withPosts({ shards: named })));
      }),
      { numRuns: 20 },
    );
  });
});
