import { bucketOf, bucketsOf, hash } from '../../lib/placement';
import { provisionTier } from '../../lib/provision';
import { postgres } from '../../lib/definition';
import { startTestTier, type TestTier } from '../support/local-servers';
import { adminServerOf, placementOfShards, PlainDatabase, readable, type AdminServer } from '../support/plain-database';

let tier: TestTier;
let server: AdminServer;
beforeAll(async () => {
  tier = await startTestTier({
    name: 'blog',
    stages: { test: { profile: 'disposable' } },
    stores: { main: postgres() },
  });
  server = await adminServerOf(tier);
});
afterAll(() => tier.stop());

type KeyType = 'bigint' | 'text' | 'uuid';

/** Shard `s0` of two, provisioned. */
async function newShard(type: KeyType): Promise<PlainDatabase> {
  const database = await PlainDatabase.create(server);
  const topology = database.shardedTopology({ reader: 'read' }, type);
  const placement = placementOfShards('posts', ['s0'], type);
  await provisionTier({ topology, secrets: database.secretSource, placementOf: () => readable(placement) });
  return database;
}

const KEYS: Readonly<Record<KeyType, readonly string[]>> = {
  bigint: ['0', '1', '-1', '42', '2147483648', '-9223372036854775808', '9223372036854775807'],
  text: ['', 'a', 'påske', '😀', 'x'.repeat(300)],
  uuid: ['00000000-0000-0000-0000-000000000000', '123e4567-e89b-12d3-a456-426614174000'],
};

describe.each(['bigint', 'text', 'uuid'] as const)('polystore.bucket for %s keys', (type) => {
  let shard: PlainDatabase;
  beforeAll(async () => {
    shard = await newShard(type);
  });

  it('equals bucketOf, for every role of the kit', async () => {
    const expected = KEYS[type].map((key) => bucketOf(hash(), type, key));
    for (const role of ['smoke', 'reader', 'owner']) {
      const { rows } = await shard.as(role, (client) =>
        client.query(
          `select polystore.bucket(key) as bucket from unnest($1::${type}[]) with ordinality as k(key, n) order by n`,
          [KEYS[type]],
        ),
      );
      expect(rows.map(({ bucket }: { bucket: number }) => bucket)).toEqual(expected);
    }
  });

  it('may stand in an index and in a generated column', async () => {
    await shard.as('owner', (owner) =>
      owner.query(
        `create table placed (user_id ${type}, bucket int generated always as (polystore.bucket(user_id)) stored);
         create index on placed (polystore.bucket(user_id))`,
      ),
    );
  });
});

describe('polystore.misplaced_rows', () => {
  let shard: PlainDatabase;
  const { shardMap } = placementOfShards('posts', ['s0', 's1']);
  const owned = bucketsOf(shardMap, 's0');
  const isOurs = (key: number): boolean => bucketOf(hash(), 'bigint', key) < 2048;

  const misplaced = async (role = 'smoke'): Promise<unknown[]> =>
    (await shard.as(role, (client) => client.query('select * from polystore.misplaced_rows($1)', [owned]))).rows;

  beforeEach(async () => {
    shard = await newShard('bigint');
  });

  it('counts the rows of each table that are of somebody else’s buckets', async () => {
    const keys = Array.from({ length: 100 }, (_, key) => key);
    await shard.as('owner', async (owner) => {
      await owner.query(
        'create table good (user_id bigint); create table bad (user_id int); create table other (id int)',
      );
      await owner.query('insert into good select unnest($1::bigint[])', [keys.filter(isOurs)]);
      await owner.query('insert into bad select unnest($1::int[])', [keys]);
    });
    expect(await misplaced()).toEqual([
      {
        table_name: 'public.bad',
        scanned: '100',
        sampled: false,
        misplaced: String(keys.filter((key) => !isOurs(key)).length),
        problem: null,
      },
      {
        table_name: 'public.good',
        scanned: String(keys.filter(isOurs).length),
        sampled: false,
        misplaced: '0',
        problem: null,
      },
    ]);
  });

  it('counts a row without a key as misplaced', async () => {
    await shard.as('owner', (owner) => owner.query('create table t (user_id bigint); insert into t values (null)'));
    expect(await misplaced()).toMatchObject([{ scanned: '1', misplaced: '1' }]);
  });

  it('looks at tables in every schema, at partitions, and at names that need quotes', async () => {
    await shard.as('owner', (owner) =>
      owner.query(
        `create schema "Other %I"; create table "Other %I"."T'""x" (user_id bigint);
         create table p (user_id bigint) partition by hash (user_id);
         create table p0 partition of p for values with (modulus 1, remainder 0);
         insert into p values (1)`,
      ),
    );
    expect(await misplaced()).toMatchObject([
      { table_name: `"Other %I"."T'""x"` },
      { table_name: 'public.p0', scanned: '1' },
    ]);
  });

  it('samples a big table, so that it reads at most about 16 MB of it', async () => {
    await shard.as('owner', (owner) =>
      owner.query(
        `create table big (user_id bigint, pad text default repeat('x', 1000)) with (autovacuum_enabled = off);
         insert into big select generate_series(1, 40000)`,
      ),
    );
    const [row] = (await misplaced()) as { sampled: boolean; scanned: string; misplaced: string }[];
    expect(row?.sampled).toBe(true);
    expect(Number(row?.scanned)).toBeGreaterThan(5_000);
    expect(Number(row?.scanned)).toBeLessThan(35_000);
    expect(Number(row?.misplaced)).toBeGreaterThan(0);
  });

  it('says so where the column is of a type that keys are not of', async () => {
    await shard.as('owner', (owner) => owner.query(`create table t (user_id text); insert into t values ('x')`));
    expect(await misplaced()).toMatchObject([{ table_name: 'public.t', scanned: '0', problem: 'type text' }]);
  });

  it('says so where a table is locked, and goes on with the others', async () => {
    await shard.as('owner', async (owner) => {
      await owner.query('create table held (user_id bigint); create table open (user_id bigint)');
      await owner.query('begin; lock table held in access exclusive mode');
      expect(await misplaced()).toMatchObject([
        { table_name: 'public.held', problem: 'locked' },
        { table_name: 'public.open', problem: null },
      ]);
    });
  });

  it('is for the smoke role only', async () => {
    await expect(misplaced('reader')).rejects.toMatchObject({ code: '42501' });
  });

  it('can’t be led to a function of the caller', async () => {
    await shard.as('owner', (owner) => owner.query('create table t (user_id bigint)'));
    await shard.as('smoke', async (smoke) => {
      await smoke.query(
        `create function polystore_smoke.current_setting(text) returns text language plpgsql as
           $$ begin raise exception 'called as %', current_user; end $$;
         grant usage on schema polystore_smoke to public`,
      );
      await smoke.query('set search_path = polystore_smoke, pg_catalog');
      expect((await smoke.query('select * from polystore.misplaced_rows($1)', [owned])).rowCount).toBe(1);
    });
  });
});
