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
import type { PgClient } from '../../lib/postgres';
import { anyRanges, rangePlacement } from '../support/key-ranges';
import { startTestTier, type TestTier } from '../support/local-servers';

const KEYS = 100_000;

/** Keys of every length and range that a type has, not only the likely ones. */
const KEYS_OF: Readonly<Record<ShardKeyType, () => readonly string[]>> = {
  bigint: () => {
    const bytes = randomBytes(8 * (KEYS - 4));
    return [
      '0',
      '-1',
      '9223372036854775807',
      '-9223372036854775808',
      ...Array.from({ length: KEYS - 4 }, (_, index) =>
        String(BigInt.asIntN(1 + (index % 64), bytes.readBigUInt64LE(8 * index))),
      ),
    ];
  },
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

/** What an SQL expression over `key` gives each key, null as 'null': one text, since pg takes longer over rows and arrays than both sides over buckets. */
async function bucketsInSql(
  client: PgClient,
  sql: string,
  keyType: ShardKeyType,
  keys: readonly string[],
): Promise<readonly string[]> {
  const { rows } = await client.query<{ buckets: string }>(
    `select string_agg(coalesce((${sql})::text, 'null'), ',' order by at) as buckets
       from (select text::${keyType} as key, at from json_array_elements_text($1) with ordinality as t(text, at)) as keys`,
    [JSON.stringify(keys)],
  );
  return (rows[0] as { buckets: string }).buckets.split(',');
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
    const buckets = await tier.on('main/primary', (client) =>
      bucketsInSql(client, bucketSql(hash(), keyType, 'key'), keyType, sample),
    );
    const differing = sample.filter((key, index) => String(bucketOf(hash(), keyType, key)) !== buckets[index]);
    expect(differing).toEqual([]);
    expect(buckets).toHaveLength(KEYS);
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

  /** Most keys lie beyond a closed end: the traces of so many errors take longer than all else. */
  const withoutTraces = <T>(work: () => T): T => {
    const { stackTraceLimit } = Error;
    Error.stackTraceLimit = 0;
    try {
      return work();
    } finally {
      Error.stackTraceLimit = stackTraceLimit;
    }
  };

  it.each(SHARD_KEY_TYPES)('hold the same %s keys, 100,000 times', async (keyType) => {
    const placements = fc.sample(anyRanges(keyType), 20);
    await tier.on('main/primary', async (client) => {
      const each = KEYS / placements.length;
      for (const [index, placement] of placements.entries()) {
        const ends = rangesOf(placement).flatMap(({ from, to }) => [from, to].filter((end) => end !== undefined));
        const sample = [...ends, ...keysOf(keyType).slice(index * each, (index + 1) * each)];
        const buckets = await bucketsInSql(client, bucketExpression(placement, 'key')?.sql as string, keyType, sample);
        const expected = withoutTraces(() => sample.map(bucketIn(placement)));
        expect(buckets).toHaveLength(sample.length);
        // Held one by one: what `toEqual` makes of so many takes longer than all else.
        expect(sample.filter((_, at) => buckets[at] !== String(expected[at]))).toEqual([]);
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
