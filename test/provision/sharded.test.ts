import { bucketOf, bucketsOf, hash, splitRange, type Placement, type ShardMap } from '../../lib/placement';
import { provisionTier } from '../../lib/provision';
import { postgres } from '../../lib/definition';
import { rangePlacement } from '../support/key-ranges';
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

describe('the ranges of a store', () => {
  it('are in SQL what they are in the placement, also after a split, whatever an operator calls them', async () => {
    const database = await PlainDatabase.create(server);
    const topology = database.shardedTopology({ reader: 'read' }, 'text');
    const bound = `it's $misplaced_rows$ \\ end`;
    const keys = ['a', bound, `${bound}!`, 'z'];
    const provision = (placement: Placement) =>
      provisionTier({ topology, secrets: database.secretSource, placementOf: () => readable(placement) });
    const buckets = async (): Promise<unknown[]> => {
      const { rows } = await database.as('reader', (client) =>
        client.query(
          'select polystore.bucket(key) as bucket from unnest($1::text[]) with ordinality as k(key, n) order by n',
          [keys],
        ),
      );
      return rows.map(({ bucket }: { bucket: number | null }) => bucket);
    };
    const first: Placement = {
      ...rangePlacement('text', [{ to: bound }, { from: bound, to: 'z' }], 1),
      store: 'posts',
    };
    await provision(first);
    expect(await buckets()).toEqual([0, 1, 1, null]);
    await database.as('owner', async (owner) => {
      await owner.query('create table t (user_id text)');
      await owner.query('insert into t select unnest($1::text[])', [keys]);
    });
    const misplaced = async (owned: readonly number[]): Promise<unknown[]> =>
      (await database.as('smoke', (client) => client.query('select * from polystore.misplaced_rows($1)', [owned])))
        .rows;
    expect(await misplaced([0, 1])).toMatchObject([{ scanned: '4', misplaced: '1' }]);
    await provision(splitRange(first, `${bound}!`));
    expect(await buckets()).toEqual([0, 1, 2, null]);
    expect(await misplaced([0, 1])).toMatchObject([{ scanned: '4', misplaced: '2' }]);
    // What a split changes may be in no index: it would answer by the ranges of the past.
    const index = database.as('owner', (owner) => owner.query('create index on t (polystore.bucket(user_id))'));
    await expect(index).rejects.toMatchObject({ code: '42P17' });
  });
});

describe('polystore.owned_bucket', () => {
  it('follows the placement forward, never back, and keeps the epochs of what stays', async () => {
    const database = await PlainDatabase.create(server);
    const topology = database.shardedTopology({ reader: 'read' });
    const placement = placementOfShards('posts', ['s0']);
    const provision = (map: ShardMap) =>
      provisionTier({
        topology,
        secrets: database.secretSource,
        placementOf: () => readable({ ...placement, shardMap: map }),
      });
    const record = async (): Promise<unknown> => {
      const { rows } = await database.as('smoke', (client) =>
        client.query(`select count(*)::integer as buckets, sum(epoch)::integer as epochs,
                             (select map_version::integer from polystore.placement_seen) as version from polystore.owned_bucket`),
      );
      return rows[0];
    };
    const owners = placement.shardMap.owners;
    await provision({ version: 3, owners });
    expect(await record()).toEqual({ buckets: 4096, epochs: 4096, version: 3 });
    await database.as('owner', (owner) =>
      owner.query(
        'delete from polystore.owned_bucket where bucket = 7; update polystore.owned_bucket set epoch = 5 where bucket = 8',
      ),
    );
    for (const version of [2, 3]) {
      await provision({ version, owners });
      expect(await record()).toEqual({ buckets: 4095, epochs: 4099, version: 3 });
    }
    await provision({ version: 4, owners });
    expect(await record()).toEqual({ buckets: 4096, epochs: 4100, version: 4 });
  });

  it('is asked by whoever may use the schema, and changed by the owner alone', async () => {
    const shard = await newShard('bigint');
    await shard.as('owner', (owner) => owner.query('delete from polystore.owned_bucket where bucket = 7'));
    await shard.as('reader', async (reader) => {
      await reader.query('select polystore.require_bucket(8)');
      for (const bucket of [7, -1, 4096, null]) {
        await expect(reader.query('select polystore.require_bucket($1)', [bucket])).rejects.toMatchObject({
          code: 'PS001',
          detail: JSON.stringify({ bucket, mapVersion: 1 }).replaceAll(':', ' : ').replaceAll(',', ', '),
        });
      }
      await expect(reader.query('insert into polystore.owned_bucket (bucket) values (7)')).rejects.toMatchObject({
        code: '42501',
      });
    });
  });
});

describe('polystore.placed_keys', () => {
  it('shows the smoke role, and nobody else, some keys of every table', async () => {
    const database = await PlainDatabase.create(server);
    const topology = database.shardedTopology({ reader: 'read' }, 'text');
    const placement: Placement = { ...placementOfShards('posts', ['s0'], 'text'), strategy: { type: 'directory' } };
    await provisionTier({ topology, secrets: database.secretSource, placementOf: () => readable(placement) });
    await database.as('owner', (owner) =>
      owner.query(`create table one (user_id text); insert into one values ('a'), ('a'), ('b'), (null);
                   create table none (user_id text); create table other (user_id bigint)`),
    );
    const ask = (role: string) =>
      database.as(role, (client) => client.query('select * from polystore.placed_keys(100)'));
    expect((await ask('smoke')).rows).toEqual([
      { table_name: 'public."none"', keys: [], problem: null },
      { table_name: 'public.one', keys: ['a', 'b', null], problem: null },
      { table_name: 'public.other', keys: [], problem: 'type bigint' },
    ]);
    await expect(ask('reader')).rejects.toMatchObject({ code: '42501' });
    const { rows } = await database.as('owner', (owner) =>
      owner.query(`select from pg_proc where proname in ('bucket', 'misplaced_rows')`),
    );
    expect(rows).toEqual([]);
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
