import { randomBytes, randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { defineTier, postgres } from '../../lib/definition';
import { bucketOf, bucketSql, hash, type ShardKeyType } from '../../lib/placement';
import { startTestTier, type TestTier } from '../support/local-servers';

const KEYS = 100_000;

/** Keys of every length and range that a type has, not only the likely ones. */
const keys: Readonly<Record<ShardKeyType, () => readonly string[]>> = {
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
    fc.sample(
      fc
        .oneof(fc.string({ maxLength: 60 }), fc.string({ unit: 'grapheme', maxLength: 60 }))
        .filter((text) => !text.includes('\0')),
      KEYS,
    ),
  uuid: () => Array.from({ length: KEYS }, () => randomUUID()),
};

let tier: TestTier;
beforeAll(async () => {
  tier = await startTestTier(
    defineTier({ name: 'twin', stages: { dev: { profile: 'disposable' } }, stores: { main: postgres() } }),
  );
});
afterAll(() => tier.stop());

describe('the bucket function and its twin in PostgreSQL', () => {
  it.each(['bigint', 'text', 'uuid'] as const)('give %s keys the same bucket, 100,000 times', async (keyType) => {
    const sample = keys[keyType]();
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
