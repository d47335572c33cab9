import { randomBytes, randomInt, randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { defineTier, postgres } from '../../lib/definition';
import {
  bucketExpression,
  bucketFinder,
  bucketOf,
  bucketSql,
  hash,
  keyText,
  rangesOf,
  SHARD_KEY_TYPES,
  type Placement,
  type ShardKeyType,
} from '../../lib/placement';
import { anyRanges, rangePlacement } from '../support/key-ranges';
import { startTestTier, type TestTier } from '../support/local-servers';

const KEYS = 100_000;

/** Keys of every length and range that a type has, not only the likely ones. */
const KEYS_OF: Readonly<Record<ShardKeyType, () => readonly string[]>> = {
  bigint: () => [
    '0',
    '-1',
    '9223372036854775807',
    '-9223372036854775808',
    ...Array.from({ length: KEYS - 4 }, (_, index) =>
      String(BigInt.asIntN(1 + (index % 64), randomBytes(8).readBigUInt64LE())),
    ),
  ],
  text: () =>
    fc
      .sample(
        fc
          .oneof(fc.string({ maxLength: 60 }), fc.string({ unit: 'grapheme', maxLength: 60 }))
          .filter((text) => !text.includes('\0')),
        KEYS / 2,
      )
      .flatMap((text) => [text, `${PLANES[text.length % PLANES.length]}${text}`]),
  uuid: () => Array.from({ length: KEYS }, () => randomUUID()),
  date: () => Array.from({ length: KEYS }, () => keyText('date', randomInt(-719_162, 2_932_897))),
  timestamptz: () =>
    Array.from({ length: KEYS }, (_, index) =>
      keyText('timestamptz', BigInt(randomInt(-62_135_596_800, 253_402_300_800)) * 1_000_000n + BigInt(index)),
    ),
};

/** Code points at which UTF-16 and UTF-8 part. */
const PLANES = ['\ud7ff', '\ue000', '\uffff', '\u{10000}', '\u{1f600}'];

/** Making them takes longer than comparing them: both strategies are given the same. */
const made = new Map<ShardKeyType, readonly string[]>();
function keysOf(keyType: ShardKeyType): readonly string[] {
  const keys = made.get(keyType) ?? KEYS_OF[keyType]();
  made.set(keyType, keys);
  return keys;
}

let tier: TestTier;
beforeAll(async () => {
  tier = await startTestTier(
    defineTier({ name: 'twin', stages: { dev: { profile: 'disposable' } }, stores: { main: postgres() } }),
  );
});
afterAll(() => tier.stop());

describe('the bucket function and its twin in PostgreSQL', () => {
  it.each(SHARD_KEY_TYPES)('give %s keys the same bucket, 100,000 times', async (keyType) => {
    const sample = keysOf(keyType);
    expect(sample).toHaveLength(KEYS);
    const { rows } = await tier.on('main/primary', (client) =>
      client.query<{ bucket: number }>(
        `select ${bucketSql(hash(), keyType, 'key')} as bucket from unnest($1::${keyType}[]) with ordinality as t(key, at) order by at`,
        [sample],
      ),
    );
    const differing = sample.filter((key, index) => bucketOf(hash(), keyType, key) !== rows[index]?.bucket);
    expect(differing).toEqual([]);
    expect(rows).toHaveLength(KEYS);
  });

  it('give an integer the same bucket in every integer type', async () => {
    const { rows } = await tier.on('main/primary', (client) =>
      client.query<{ small: number; int: number; big: number }>(
        `select ${bucketSql(hash(), 'bigint', 'key::smallint')} as small, ${bucketSql(hash(), 'bigint', 'key::integer')} as int,
                ${bucketSql(hash(), 'bigint', 'key')} as big
           from generate_series(-32768, 32767, 7) as t(key)`,
      ),
    );
    expect(rows.every(({ small, int, big }) => small === int && int === big)).toBe(true);
  });

  it('give text the same bucket whatever the collation of its column', async () => {
    const { rows } = await tier.on('main/primary', async (client) => {
      await client.query(`create collation folded (provider = icu, locale = 'und-u-ks-level2', deterministic = false)`);
      return client.query<{ bucket: number }>(
        `select ${bucketSql(hash(), 'text', `key collate folded`)} as bucket from (values ('Alice'), ('alice')) as t(key)`,
      );
    });
    expect(rows.map(({ bucket }) => bucket)).toEqual(['Alice', 'alice'].map((key) => bucketOf(hash(), 'text', key)));
  });

  it('is a function that an index may hold', async () => {
    await tier.on('main/primary', async (client) => {
      await client.query('create table accounts (user_id bigint)');
      await client.query(`create index on accounts ((${bucketSql(hash(), 'bigint', 'user_id')}))`);
    });
  });
});

describe('ranges and their twin in PostgreSQL', () => {
  /** Null in SQL where no range holds the key. */
  const bucketIn = (placement: Placement): ((key: string) => number | null) => {
    const find = bucketFinder(placement);
    return (key) => {
      try {
        return find?.(key) ?? null;
      } catch {
        return null;
      }
    };
  };

  it.each(SHARD_KEY_TYPES)('hold the same %s keys, 100,000 times', async (keyType) => {
    const placements = fc.sample(anyRanges(keyType), 20);
    await tier.on('main/primary', async (client) => {
      const each = KEYS / placements.length;
      for (const [index, placement] of placements.entries()) {
        const ends = rangesOf(placement).flatMap(({ from, to }) => [from, to].filter((end) => end !== undefined));
        const sample = [...ends, ...keysOf(keyType).slice(index * each, (index + 1) * each)];
        const { rows } = await client.query<{ bucket: number | null }>(
          `select ${bucketExpression(placement, 'key')?.sql} as bucket from unnest($1::${keyType}[]) with ordinality as t(key, at) order by at`,
          [sample],
        );
        const expected = sample.map(bucketIn(placement));
        expect(rows).toHaveLength(sample.length);
        // Held one by one: what `toEqual` makes of so many takes longer than all else.
        expect(sample.filter((_, at) => rows[at]?.bucket !== expected[at])).toEqual([]);
        expect(new Set(expected).size).toBeGreaterThan(1);
      }
    });
  });

  it('are no function of an index, since a split changes them', async () => {
    const [placement] = fc.sample(anyRanges('text'), 1) as [Placement];
    expect(bucketExpression(placement, 'key')?.volatility).toBe('stable');
  });

  it('quote what an operator writes', async () => {
    const bound = `it's \\ "quoted"; $$`;
    const placement = rangePlacement('text', [{ to: bound }, { from: bound }]);
    const { rows } = await tier.on('main/primary', (client) =>
      client.query(`select ${bucketExpression(placement, '$1')?.sql} as bucket`, [bound]),
    );
    expect(rows).toEqual([{ bucket: 1 }]);
  });
});
