import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { bucketOf, hash, seedShardMap, type Placement } from '../../lib/placement';
import { quoteLiteral } from '../../lib/postgres';
import type { ServerStatus } from '../../lib/routing';
import type { CheckName } from '../../lib/smoke/check-name';
import { wholeStore, type ClusterUnderTest } from '../../lib/smoke/cluster-under-test';
import { routingChecks } from '../../lib/smoke/routing-checks';
import { DatabasesUnderTest } from '../../lib/smoke/databases-under-test';
import { TierUnderTest } from '../../lib/smoke/tier-under-test';
import { askInPlaintext } from '../../lib/smoke/plaintext-probe';
import type { SmokeReport } from '../../lib/smoke';
import type { Credentials, PlacementStore } from '../../lib/sources';
import type { PostgresTopology, ShardTopology, Topology } from '../../lib/topology';
import { eventually } from '../support/eventually';
import { startTestTier, type TestTier } from '../support/local-servers';
import { TcpProxy } from '../support/tcp-proxy';
import {
  asOwner,
  createUsersTables,
  failedOf,
  failureOf,
  mainOf,
  placementsOf,
  postsOf,
  prove,
  skippedOf,
  tier,
} from './tier';

let local: TestTier;
beforeAll(async () => {
  local = await startTestTier(tier);
  await createUsersTables(local);
});
afterAll(() => local.stop());

const sql = (label: string, text: string): Promise<unknown> => local.on(label, (client) => client.query(text));

/**
 * Proves the store of a server while `broken` holds there, then mends it: each test leaves it as it was. That what is broken in one store breaks nothing of
 * the other show the tests that prove the tier as a whole.
 */
async function proveWhile(broken: string, mended: string, on = 'main/primary'): Promise<SmokeReport> {
  await sql(on, broken);
  try {
    return await prove(local, { only: [on.slice(0, on.indexOf('/'))] });
  } finally {
    await sql(on, mended);
  }
}

const withMain = (change: (main: PostgresTopology) => PostgresTopology): Topology => ({
  ...local.topology,
  stores: { ...local.topology.stores, main: change(mainOf(local.topology)) },
});

/** Secrets of which one is wrong. */
const secretsWith = (wrong: string) => ({
  read: async (name: string): Promise<Credentials> => {
    const found = await local.secrets.read(name);
    return name === wrong ? { ...found, password: 'wrong' } : found;
  },
});

const fixedPlacement = (placement: Placement): PlacementStore => ({
  ...placementsOf(local.topology)('posts'),
  read: () => Promise.resolve(placement),
});

const postsPlacement = (): Promise<Placement> => placementsOf(local.topology)('posts').read();

describe('what the router does', () => {
  let tierUnderTest: TierUnderTest;
  let databases: DatabasesUnderTest;
  beforeAll(() => {
    const { topology, secrets } = local;
    const placementOf = placementsOf(topology);
    tierUnderTest = new TierUnderTest({ topology, timeoutMs: 5_000 });
    databases = new DatabasesUnderTest(tierUnderTest, { secrets, placementOf });
  });
  afterAll(() => tierUnderTest.close());

  /** One check of the routing of `main`, on a cluster whose way to the router is another. */
  const runAlone = (name: CheckName, change: (cluster: ClusterUnderTest) => Partial<ClusterUnderTest>) => {
    const cluster = wholeStore(databases, 'main', mainOf(local.topology));
    const check = routingChecks({ ...cluster, ...change(cluster) }).find((one) => one.name === name);
    if (!check) throw new Error(`no check ${name}`);
    return check.run({ run: 'alone', deadlineAtMs: performance.now() + 10_000, signal: new AbortController().signal });
  };

  it('reads-own-writes fails where sessions are none', async () => {
    await Promise.all(['main/r1', 'main/r2'].map((label) => sql(label, 'select pg_wal_replay_pause()')));
    try {
      await expect(runAlone('reads-own-writes', () => ({}))).resolves.toMatchObject({ stale: 0 });
      await expect(runAlone('reads-own-writes', ({ handle }) => ({ handleInSession: handle }))).rejects.toThrow(
        '8 of 8 writes were not seen by the session that had made them',
      );
    } finally {
      await Promise.all(['main/r1', 'main/r2'].map((label) => sql(label, 'select pg_wal_replay_resume()')));
    }
  });

  it('pool-status fails where a pool has more connections than it may', async () => {
    const overfull = ({ handle }: ClusterUnderTest): Partial<ClusterUnderTest> => ({
      handle: async () => {
        const real = await handle();
        const servers = (): readonly ServerStatus[] =>
          real.servers().map((server) => ({ ...server, pool: { ...server.pool, max: 1 } }));
        return { ...real, write: (text, values) => real.write(text, values), servers };
      },
    });
    await expect(runAlone('pool-status', () => ({}))).resolves.toMatchObject({ max: 2 });
    await expect(runAlone('pool-status', overfull)).rejects.toThrow('a pool has opened more connections than it may');
  });
});

/** A key that lives on the given shard. */
async function keyOn(shard: string): Promise<number> {
  const { shardMap } = await postsPlacement();
  for (let key = 0; ; key++) if (shardMap.owners[bucketOf(hash(), 'bigint', key)] === shard) return key;
}

describe('replicas', () => {
  it('serves-reads fails on a replica that has stopped replaying', async () => {
    const report = await proveWhile('select pg_wal_replay_pause()', 'select pg_wal_replay_resume()', 'main/r1');
    expect(failedOf(report)).toEqual(['main/r1 serves-reads']);
    expect(failureOf(report, 'main/r1 serves-reads')).toMatchObject({
      reason: 'does not show a write of the primary: its replay is paused',
      unaffected: 'reads served by r2',
      next: expect.stringContaining('pg_wal_replay_resume') as string,
    });
  });

  it('fails on a primary that the topology calls a replica, and on reads that land there', async () => {
    const topology = withMain((main) => ({ ...main, replicas: [{ ...main.primary, name: 'r1' }] }));
    const report = await prove(local, { topology });
    expect(failedOf(report)).toEqual(['main routes-reads', 'main/r1 refuses-writes', 'main/r1 serves-reads']);
    expect(failureOf(report, 'main routes-reads').reason).toBe('16 of 16 reads landed on the primary');
    expect(failureOf(report, 'main/r1 refuses-writes').reason).toMatch(/^took a write/);
  });

  it('takes-writes fails where the topology calls a replica the primary', async () => {
    const topology = withMain((main) => ({
      ...main,
      primary: { ...main.replicas[0], name: 'primary' } as typeof main.primary,
    }));
    const report = await prove(local, { topology });
    expect(failedOf(report)).toEqual(['main/primary takes-writes']);
    expect(failureOf(report, 'main/primary takes-writes').reason).toBe('is in recovery: it is a replica');
    expect(skippedOf(report)).toContain('main routes-writes');
    expect(skippedOf(report)).toContain('main/r2 serves-reads');
  });

  it('gives a server that accepts and says nothing up by the deadline, and proves everything else', async () => {
    const main = mainOf(local.topology);
    const proxy = await TcpProxy.open(main.replicas[0]?.endpoint.port ?? 0);
    await proxy.set('silent');
    const endpoint = { host: '127.0.0.1', port: proxy.port, via: 'direct' } as const;
    const topology = withMain((found) => ({
      ...found,
      replicas: found.replicas.map((replica) => (replica.name === 'r1' ? { ...replica, endpoint } : replica)),
    }));
    try {
      const started = performance.now();
      const report = await prove(local, { topology, deadlineMs: 2_000 });
      expect(performance.now() - started).toBeLessThan(2_000 + 3_000);
      expect(failedOf(report)).toEqual(['main/r1 serves-reads']);
      expect(skippedOf(report)).toEqual(['main/r1 identity', 'main/r1 refuses-plaintext', 'main/r1 refuses-writes']);
    } finally {
      await proxy.close();
    }
  });
});

describe('a primary', () => {
  it('fails on every check that hangs, by the deadline, and hides no other', async () => {
    await local.on('posts/s1', async (client) => {
      await client.query('begin; lock table polystore_smoke.probe in access exclusive mode');
      const report = await prove(local, { deadlineMs: 2_000 });
      await client.query('rollback');
      expect(failedOf(report)).toEqual(['posts/s1 takes-writes']);
      expect(failureOf(report, 'posts/s1 takes-writes')).toMatchObject({
        reason: expect.stringMatching(/^57014|^no end within/) as string,
      });
    });
  });

  it('identity fails where two shards have changed places', async () => {
    const posts = postsOf(local.topology);
    const { s0, s1 } = posts.shards as Record<'s0' | 's1', ShardTopology>;
    const topology = {
      ...local.topology,
      stores: { ...local.topology.stores, posts: { ...posts, shards: { s0: s1, s1: s0 } } },
    };
    const report = await prove(local, { topology });
    expect(failedOf(report)).toEqual(
      ['posts/s0', 'posts/s1'].flatMap((shard) => [`${shard} identity`, `${shard} owned-buckets`]),
    );
    expect(failureOf(report, 'posts/s0 identity').reason).toBe(
      'says that it is smoke/dev posts/s1, not smoke/dev posts/s0',
    );
  });

  it('identity fails on a database that was never provisioned', async () => {
    const report = await proveWhile(
      'alter table polystore.identity rename to identity_gone',
      'alter table polystore.identity_gone rename to identity',
      'posts/s0',
    );
    expect(failedOf(report)).toEqual(['posts/s0 identity']);
  });

  it('refuses-plaintext fails where pg_hba.conf lets plaintext in', async () => {
    const directory = local.servers().find(({ label }) => label === 'main/primary')?.dataDirectory ?? '';
    const file = join(directory, 'pg_hba.conf');
    const original = await readFile(file, 'utf8');
    const { endpoint } = mainOf(local.topology).primary;
    const login = { user: 'anybody', database: 'main' };
    const until = (kind: string): Promise<unknown> =>
      eventually(`plaintext is ${kind}`, async () => (await askInPlaintext(endpoint, login, 1_000)).kind === kind);
    await writeFile(file, `host all all 127.0.0.1/32 scram-sha-256\n${original}`);
    await sql('main/primary', 'select pg_reload_conf()');
    await until('accepted');
    try {
      const report = await prove(local);
      expect(failedOf(report)).toEqual(['main/primary refuses-plaintext']);
      expect(failureOf(report, 'main/primary refuses-plaintext').reason).toBe('lets a client log in without TLS');
    } finally {
      await writeFile(file, original);
      await sql('main/primary', 'select pg_reload_conf()');
      await until('refused');
    }
  });

  it('takes-writes fails where the smoke role’s password is not the secret’s, and everything that needs it is skipped', async () => {
    const { smoke } = mainOf(local.topology).secrets;
    const report = await prove(local, { secrets: secretsWith(smoke) });
    expect(failedOf(report)).toEqual(['main/primary takes-writes', 'main/r1 serves-reads', 'main/r2 serves-reads']);
    expect(failureOf(report, 'main/primary takes-writes').reason).toContain('28P01');
    expect(report.outcomes.some(({ store, status }) => store === 'main' && status === 'passed')).toBe(false);
    expect(failureOf(report, 'main/primary takes-writes').unaffected).toBe('store posts');
  });
});

describe('who may reach what', () => {
  const MAKE_STRANGER = `create role stranger login password 'x'; grant connect on database main to stranger`;

  it.each([
    [
      'a role of somebody',
      MAKE_STRANGER,
      'revoke connect on database main from stranger; drop role stranger',
      'stranger',
    ],
    ['PUBLIC', 'grant connect on database main to public', 'revoke connect on database main from public', 'PUBLIC'],
  ])('refuses-strangers fails where CONNECT is granted to %s', async (_who, grant, revoke, named) => {
    const report = await proveWhile(grant, revoke);
    expect(failedOf(report)).toEqual(['main refuses-strangers']);
    expect(failureOf(report, 'main refuses-strangers')).toMatchObject({
      reason: expect.stringContaining(named) as string,
      next: expect.stringContaining('revoke') as string,
    });
  });

  it('refuses-strangers fails where a service logs in to a store that it does not use, whatever the grants say', async () => {
    const { username, password } = await local.secrets.read(mainOf(local.topology).secrets.services['users'] ?? '');
    const report = await proveWhile(
      `create role ${username} superuser login password ${quoteLiteral(password)}`,
      `drop role ${username}`,
      'posts/s1',
    );
    expect(failedOf(report)).toEqual(['posts/s1 refuses-strangers']);
    expect(failureOf(report, 'posts/s1 refuses-strangers').reason).toContain('service users logged in');
  });

  it.each([
    ['a table', 'grant insert on users_data to posts', 'it may INSERT on public.users_data'],
    ['a column', 'grant update (body) on users_data to posts', 'it may UPDATE on public.users_data'],
    ['the smoke table', 'grant insert on polystore_smoke.rights to posts', 'INSERT was taken'],
    ['schema public', 'grant create on schema public to posts', 'it may create tables'],
  ])('holds-rights fails where a reading service may write: %s', async (_what, grant, reason) => {
    await asOwner(local, 'main/primary', 'create table users_data (body text)');
    const report = await proveWhile(grant, `${grant.replace('grant', 'revoke').replace(' to ', ' from ')}`);
    expect(failedOf(report)).toEqual(['main as posts holds-rights']);
    expect(failureOf(report, 'main as posts holds-rights').reason).toContain(reason);
    await sql('main/primary', 'drop table users_data');
  });

  it('holds-rights fails where a writing service may not write', async () => {
    await asOwner(local, 'main/primary', 'create table users_data (body text)');
    const report = await proveWhile('revoke insert on users_data from users', 'grant insert on users_data to users');
    expect(failedOf(report)).toEqual(['main as users holds-rights']);
    expect(failureOf(report, 'main as users holds-rights')).toMatchObject({
      reason: 'main: it may not INSERT on public.users_data',
      unaffected: 'service posts',
    });
    await sql('main/primary', 'drop table users_data');
  });

  it('holds-rights fails where a service’s password is not the secret’s', async () => {
    const report = await prove(local, { secrets: secretsWith(mainOf(local.topology).secrets.services['users'] ?? '') });
    expect(failedOf(report)).toEqual(['main as users holds-rights']);
    expect(failureOf(report, 'main as users holds-rights').reason).toBe(
      'main: login refused (28P01): its secret and its role disagree',
    );
  });
});

describe('placement', () => {
  describe('of users’ rows', () => {
    const CREATE = 'create table placed (user_id bigint)';
    afterEach(() => sql('posts/s1', 'drop table placed'));

    it('rows-on-owner fails where one lies on the wrong shard', async () => {
      await asOwner(
        local,
        'posts/s1',
        `${CREATE}; insert into placed values (${await keyOn('s0')}), (${await keyOn('s1')})`,
      );
      const report = await prove(local);
      expect(failedOf(report)).toEqual(['posts/s1 rows-on-owner']);
      expect(failureOf(report, 'posts/s1 rows-on-owner')).toMatchObject({
        reason: 'public.placed: 1 of 2 rows belong on another shard',
        evidence: { tables: 2, scanned: 2, sampled: [] },
      });
    });

    it('rows-on-owner fails on a shard key column of another type', async () => {
      await asOwner(local, 'posts/s1', 'create table placed (user_id text)');
      const report = await prove(local, { only: ['posts'] });
      expect(failedOf(report)).toEqual(['posts/s1 rows-on-owner']);
    });

    it('rows-on-owner leaves the kit’s own tables alone, whatever the shard key is called', async () => {
      await asOwner(local, 'posts/s1', CREATE);
      const add = 'alter table polystore_smoke.probe add column user_id uuid';
      const report = await proveWhile(add, 'alter table polystore_smoke.probe drop column user_id', 'posts/s1');
      expect(failedOf(report)).toEqual([]);
    });

    it('rows-on-owner is skipped, never passed, where a table is locked', async () => {
      await asOwner(local, 'posts/s1', CREATE);
      await local.on('posts/s1', async (client) => {
        await client.query('begin; lock table placed in access exclusive mode');
        const report = await prove(local, { only: ['posts'] });
        await client.query('rollback');
        expect(failedOf(report)).toEqual([]);
        expect(skippedOf(report)).toEqual(['posts/s1 rows-on-owner']);
      });
    });

    it('rows-on-owner is skipped, never passed, where a table belongs to somebody else', async () => {
      await sql('posts/s1', CREATE);
      const report = await prove(local, { only: ['posts'] });
      expect(failedOf(report)).toEqual([]);
      expect(skippedOf(report)).toEqual(['posts/s1 rows-on-owner']);
    });
  });

  it('rows-on-owner is skipped, never passed, where no table has the shard key column', async () => {
    const report = await proveWhile(
      'alter table users_posts rename user_id to userid',
      'alter table users_posts rename userid to user_id',
      'posts/s1',
    );
    expect(failedOf(report)).toEqual([]);
    expect(skippedOf(report)).toEqual(['posts/s1 rows-on-owner']);
    expect(report.outcomes).toContainEqual(
      expect.objectContaining({
        subject: 'posts/s1',
        check: 'rows-on-owner',
        reason: 'no table has the shard key column user_id, so no row was looked at',
      }),
    );
  });

  const TRIGGER = `create trigger astray before insert on polystore_smoke.keys for each row execute function astray()`;
  const DROP = 'drop function astray cascade';

  it('keys-on-owner fails where a key also lies on a shard that does not own it', async () => {
    const report = await proveWhile(
      `create function astray() returns trigger language plpgsql as $$ begin
         if new.key <> ${await keyOn('s0')} then
           insert into polystore_smoke.keys (run, key) values (new.run, ${await keyOn('s0')}) on conflict do nothing;
         end if;
         return new;
       end $$; ${TRIGGER}`,
      DROP,
      'posts/s1',
    );
    expect(failedOf(report)).toEqual(['posts keys-on-owner']);
    expect(failureOf(report, 'posts keys-on-owner').reason).toBe('s1 holds 1 of other shards');
  });

  it('keys-on-owner fails where a shard loses what it was given', async () => {
    const report = await proveWhile(
      `create function astray() returns trigger language plpgsql as $$ begin return null; end $$; ${TRIGGER}`,
      DROP,
      'posts/s1',
    );
    expect(failedOf(report)).toEqual(['posts keys-on-owner']);
    expect(failureOf(report, 'posts keys-on-owner').reason).toMatch(/^s1 lacks (\d+) of its \1 keys$/);
  });

  it('keys-on-owner fails where the router follows another shard map', async () => {
    const placement = await postsPlacement();
    const swapped = { ...placement.shardMap, owners: [...placement.shardMap.owners].reverse() };
    let reads = 0;
    const report = await prove(local, {
      placementOf: () => ({
        ...placementsOf(local.topology)('posts'),
        read: () => Promise.resolve(reads++ === 0 ? placement : { ...placement, shardMap: swapped }),
      }),
    });
    expect(failedOf(report)).toEqual(['posts keys-on-owner']);
  });

  it('bucket-twin fails where the function is gone', async () => {
    const report = await proveWhile(
      'alter function polystore.bucket(bigint) rename to bucket_gone',
      'alter function polystore.bucket_gone(bigint) rename to bucket',
      'posts/s0',
    );
    expect(failedOf(report)).toEqual(['posts/s0 bucket-twin']);
    expect(failureOf(report, 'posts/s0 bucket-twin').reason).toContain('42883');
  });

  it('bucket-twin fails where the function is another one', async () => {
    const report = await proveWhile(
      `alter function polystore.bucket(bigint) rename to bucket_kept;
       create function polystore.bucket(key bigint) returns integer language sql immutable return (key % 4096)::integer`,
      'drop function polystore.bucket(bigint); alter function polystore.bucket_kept(bigint) rename to bucket',
      'posts/s0',
    );
    expect(failedOf(report)).toEqual(['posts/s0 bucket-twin']);
    expect(failureOf(report, 'posts/s0 bucket-twin').reason).toMatch(/^\d+ of 508 keys have another bucket/);
  });

  it('owned-buckets fails where a shard takes more than its own', async () => {
    const report = await proveWhile(
      `insert into polystore.owned_bucket (bucket) select 4095 where not exists
         (select from polystore.owned_bucket where bucket = 4095)`,
      'delete from polystore.owned_bucket where bucket = 4095',
      'posts/s0',
    );
    expect(failedOf(report)).toEqual(['posts/s0 owned-buckets']);
    expect(failureOf(report, 'posts/s0 owned-buckets').reason).toBe(
      'it records 2049 buckets, the shard map gives it 2048',
    );
  });

  it('owned-buckets fails where a shard refuses nothing', async () => {
    const report = await proveWhile(
      `alter function polystore.require_bucket(integer) rename to require_kept;
       create function polystore.require_bucket(integer) returns void language sql return null`,
      `drop function polystore.require_bucket(integer);
       alter function polystore.require_kept(integer) rename to require_bucket`,
      'posts/s1',
    );
    expect(failedOf(report)).toEqual(['posts/s1 owned-buckets']);
    expect(failureOf(report, 'posts/s1 owned-buckets')).toMatchObject({
      reason: 'it took a bucket of another shard for its own',
      unaffected: 'reads and writes of s0',
    });
  });

  it('shard-map fails on a map that names a missing shard, and the rest goes on', async () => {
    const placement = await postsPlacement();
    const shardMap = seedShardMap(['s0', 's1', 's7'].map((name) => ({ name, weight: 1 })));
    const report = await prove(local, { placementOf: () => fixedPlacement({ ...placement, shardMap }) });
    expect(failedOf(report)).toEqual(['posts shard-map']);
    expect(failureOf(report, 'posts shard-map').reason).toContain('shard "s7" owns 1365 of 4096 buckets');
    expect(skippedOf(report)).toEqual([
      'posts keys-on-owner',
      'posts/s0 bucket-twin',
      'posts/s0 owned-buckets',
      'posts/s0 rows-on-owner',
      'posts/s1 bucket-twin',
      'posts/s1 owned-buckets',
      'posts/s1 rows-on-owner',
    ]);
    expect(report.outcomes.filter(({ store, status }) => store === 'main' && status === 'passed')).toHaveLength(18);
  });

  it('shard-map fails where there is no placement', async () => {
    const posts = postsOf(local.topology);
    const topology: Topology = {
      ...local.topology,
      stores: {
        ...local.topology.stores,
        posts: { ...posts, placement: { kind: 'directory', path: join(local.topologyFile, '..', 'nowhere') } },
      },
    };
    const report = await prove(local, { topology });
    expect(failedOf(report)).toEqual(['posts shard-map']);
    expect(failureOf(report, 'posts shard-map').reason).toMatch(/^DOCUMENT_MISSING/);
  });
});

it('passes again once all is mended', async () => {
  expect(failedOf(await prove(local))).toEqual([]);
});

it('leaves nothing behind, however much failed', async () => {
  for (const [label, table] of [
    ['main/primary', 'probe'],
    ['posts/s0', 'keys'],
    ['posts/s1', 'keys'],
  ] as const) {
    expect(
      await local.on(label, async (client) => (await client.query(`select from polystore_smoke.${table}`)).rowCount),
    ).toBe(0);
  }
});

describe('copies of shards in other regions', () => {
  /** What Aurora answers on a shard; the first row is the shard's own. */
  const status = (rows: string): string => `
    create or replace function public.aurora_global_db_status(out aws_region text, out durability_lag_in_msec real,
                                                              out rpo_lag_in_msec real)
      returns setof record language sql as $$ values ('eu-west-1'::text, -1::real, -1::real)${rows} $$`;
  const copied = (): Topology => ({
    ...local.topology,
    stores: { posts: { ...postsOf(local.topology), secondaries: ['eu-central-1', 'us-east-1'] } },
  });
  const SHARDS = ['posts/s0', 'posts/s1'];
  afterAll(() => Promise.all(SHARDS.map((shard) => sql(shard, 'drop function public.aurora_global_db_status'))));

  it('pass where they follow, and fail by shard and region where they are missing or late', async () => {
    const both = `, ('eu-central-1', 12, 15), ('us-east-1', 80, 95)`;
    await Promise.all(SHARDS.map((shard) => sql(shard, status(both))));
    const well = await prove(local, { topology: copied() });
    expect(failedOf(well)).toEqual([]);
    expect(well.outcomes.find(({ subject, check }) => `${subject} ${check}` === 'posts/s0 is-copied')).toMatchObject({
      status: 'passed',
      evidence: { lagMs: { 'eu-central-1': 15, 'us-east-1': 95 } },
    });
    await sql('posts/s0', status(`, ('eu-central-1', 12, 15)`));
    await sql('posts/s1', status(`, ('eu-central-1', 12, 15), ('us-east-1', 59000, 61000)`));
    const broken = await prove(local, { topology: copied() });
    expect(failedOf(broken)).toEqual(['posts/s0 is-copied', 'posts/s1 is-copied']);
    expect(failureOf(broken, 'posts/s0 is-copied')).toMatchObject({
      reason: 'nothing follows in us-east-1',
      unaffected: 'reads and writes of the shard',
    });
    expect(failureOf(broken, 'posts/s1 is-copied').reason).toBe('copies in us-east-1 are behind');
  });
});
