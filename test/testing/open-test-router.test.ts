import { appendFileSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { findsPostsOfTheirAuthorOnly } from '../../examples/router-unit-test';
import { defineTier, directory, hash, leastLoaded, postgres, range, shardedPostgres } from '../../lib/definition';
import { asc, count, desc, type Router } from '../../packages/router';
import { openTestRouter, type TestRouter, type TestRouterOptions } from '../../packages/router/testing';
import { eventually } from '../support/eventually';
import { startTestTier, type TestTier as LocalTier } from '../support/local-servers';

/** A server with nothing on it but the database that a developer has. */
const server = defineTier({
  name: 'testing',
  stages: { dev: { profile: 'disposable' } },
  stores: { main: postgres() },
});

const tier = defineTier({
  name: 'shop',
  stages: { dev: { profile: 'disposable' } },
  stores: {
    catalog: postgres({ replicas: 2 }),
    ledger: postgres(),
    orders: shardedPostgres({ shardKey: 'customer_id', strategy: hash(), shards: 3 }),
    visits: shardedPostgres({
      shardKey: { column: 'day', type: 'date' },
      strategy: range({
        ranges: [
          { to: '2026-01-01', shard: 's0' },
          { from: '2026-01-01', shard: 's1' },
        ],
      }),
      shards: 2,
    }),
    tenants: shardedPostgres({
      shardKey: { column: 'tenant', type: 'text' },
      strategy: directory({ newKeys: hash() }),
      shards: { s0: {}, s1: { state: 'draining' } },
    }),
  },
  services: {
    shop: { uses: { catalog: 'read', ledger: 'read', orders: 'write' } },
  },
});

let local: LocalTier;
let connectionString: string;
let open: TestRouter<typeof tier>[] = [];

beforeAll(async () => {
  local = await startTestTier(server);
  const { server: at, credentials, trust, database } = await local.superuser('main/primary');
  const authority = trust.kind === 'file' ? trust.path : trust.bundlePath;
  const login = `${credentials.username}:${encodeURIComponent(credentials.password)}`;
  connectionString = `postgres://${login}@${at.endpoint.host}:${at.endpoint.port}/${database}?sslmode=verify-full&sslrootcert=${authority}`;
});
afterEach(async () => {
  await Promise.all(open.map((each) => each.close()));
  open = [];
});
afterAll(() => local?.stop());

async function start(options: Partial<TestRouterOptions<typeof tier>> = {}): Promise<TestRouter<typeof tier>> {
  const opened = await openTestRouter({ tier, connectionString, ...options });
  open.push(opened);
  return opened;
}

/** What an application's migrations do. */
async function migrate(router: Router<typeof tier>): Promise<void> {
  await router.catalog.write('create table item (id bigserial primary key, name text)');
  await router.ledger.write('create table entry (id bigserial primary key, amount integer)');
  for (const shard of router.orders.shards()) {
    await shard.write('create table placed (customer_id bigint, id bigint, primary key (customer_id, id))');
  }
}

const schemas = () =>
  local.on('main/primary', async (admin) => {
    const { rows } = await admin.query<{ nspname: string }>(
      `select nspname from pg_namespace where nspname like '%\\_\\_%' order by 1`,
    );
    return rows.map(({ nspname }) => nspname);
  });

describe('a test router', () => {
  it('gives every store and every shard tables of its own, and takes them away', async () => {
    const { router, close } = await start();
    expect(await schemas()).toEqual([
      'test___replica',
      'test__catalog',
      'test__ledger',
      'test__orders__s0',
      'test__orders__s1',
      'test__orders__s2',
      'test__tenants__s0',
      'test__tenants__s1',
      'test__visits__s0',
      'test__visits__s1',
    ]);
    await migrate(router);
    await router.catalog.write("insert into item (name) values ('tea')");
    await expect(router.ledger.read('select * from item')).rejects.toMatchObject({ code: '42P01' });
    await close();
    open = [];
    expect(await schemas()).toEqual([]);
    expect(() => router.catalog).toThrow(expect.objectContaining({ code: 'HANDLE_CLOSED' }) as Error);
    // Whoever closes it again finds it closed.
    await close();
  });

  it('finds a row only on the shard of its key', async () => {
    const { router } = await start();
    await migrate(router);
    const [one, other] = keysOfTwoShards(router);
    await router.orders.forKey(one).write('insert into placed values ($1, 1)', [one]);
    const countOn = async (key: number) =>
      (await router.orders.forKey(key).read('select from placed where customer_id = $1', [one])).rowCount;
    expect(await countOn(one)).toBe(1);
    expect(await countOn(other)).toBe(0);
    await expect(
      router.orders.forKey(one).transaction((_, scope) => Promise.resolve(scope.forKey(other))),
    ).rejects.toMatchObject({ code: 'CROSS_SHARD' });
  });

  it('scatters over the shards and combines what they say', async () => {
    const { router } = await start();
    await migrate(router);
    const keys = Array.from({ length: 30 }, (_, index) => index + 1);
    for (const key of keys) await router.orders.forKey(key).write('insert into placed values ($1, $1)', [key]);
    const scatter = router.orders.scatter<{ customer_id: string; id: string }>('select customer_id, id from placed');
    expect((await scatter.aggregate({ n: count() })).values).toEqual({ n: 30 });
    const { rows } = await scatter.merge([desc('id'), asc('customer_id')], 3);
    expect(rows.map(({ id }) => id)).toEqual(['30', '29', '28']);
    const perShard = await Promise.all(router.orders.shards().map((shard) => shard.read('select from placed')));
    expect(perShard.every(({ rowCount }) => (rowCount ?? 0) > 0)).toBe(true);
  });

  it('reads from what stands in for a replica, which refuses writes as a replica does', async () => {
    const { router } = await start();
    await migrate(router);
    expect(router.catalog.servers().map(({ name, role }) => `${name} ${role}`)).toEqual([
      'primary primary',
      'r1 replica',
    ]);
    const asked: string[] = [];
    router.on('route', ({ server: name, access }) => asked.push(`${access} ${name}`));
    const { rows } = await router.catalog.read('select pg_is_in_recovery() as replica, now() is not null as works');
    expect(rows).toEqual([{ replica: true, works: true }]);
    expect(asked).toEqual(['read r1']);
    const write = "insert into item (name) values ('tea')";
    await expect(router.catalog.read(write)).rejects.toMatchObject({ code: '25006' });
    await expect(router.catalog.readPool().query(write)).rejects.toMatchObject({ code: '25006' });
    await expect(router.orders.shard('s0').read('delete from placed')).rejects.toMatchObject({ code: '25006' });
    // The same statement on the primary; and a store without replicas reads from its primary.
    expect((await router.catalog.write(write)).rowCount).toBe(1);
    expect((await router.ledger.read('select pg_is_in_recovery() as replica')).rows).toEqual([{ replica: false }]);
  });

  it('lets a session read what it wrote, and carries it by a token to the stand-in', async () => {
    const { router } = await start();
    await migrate(router);
    const session = router.session();
    await session.run(async () => {
      for (let each = 0; each < 20; each++) {
        await router.catalog.transaction((tx) => tx.query("insert into item (name) values ('tea')"));
        const { rows } = await router.catalog.read('select count(*)::int as n from item');
        expect(rows).toEqual([{ n: each + 1 }]);
      }
    });
    const later = router.session(session.token());
    // The primary answers what follows a write at once.
    const seen = new Set<unknown>();
    await eventually('the stand-in answers', async () => {
      const { rows } = await later
        .store('catalog')
        .read('select count(*)::int as n, pg_is_in_recovery() as replica from item');
      seen.add(rows[0]?.['n']);
      return rows[0]?.['replica'] === true;
    });
    expect([...seen]).toEqual([20]);
  });

  it('allows a service what the tier allows it', async () => {
    const { router } = await start();
    await migrate(router);
    const service = await router.service('shop');
    const shop = service as unknown as Router<typeof tier>;
    await expect(shop.catalog.write('delete from item')).rejects.toMatchObject({ code: 'ACCESS_REFUSED' });
    expect(() => shop.tenants).toThrow(expect.objectContaining({ code: 'ACCESS_REFUSED' }) as Error);
    // A store without replicas: in production the service's role has no right to write there.
    await expect(shop.ledger.read('insert into entry (amount) values (1)')).rejects.toMatchObject({ code: '25006' });
    await shop.orders.forKey(1).write('insert into placed values (1, 1)');
    await expect(start({ service: 'nobody', namespace: 'other' })).rejects.toMatchObject({ code: 'UNKNOWN_SERVICE' });
    expect((await schemas()).some((name) => name.startsWith('other'))).toBe(false);
  });

  it('finds keys by range and by directory, and follows a changed shard map', async () => {
    const { router } = await start();
    expect(router.visits.shardOf('2025-12-31')).toBe('s0');
    expect(router.visits.shardOf('2026-01-01')).toBe('s1');
    // A draining shard gets no new keys.
    expect(await router.tenants.shardOf('acme')).toBe('s0');
    await expect(router.tenants.assign('acme', { shard: 's0' })).rejects.toMatchObject({ code: 'ASSIGNMENT_CONFLICT' });
    const assignment = await router.tenants.assignmentOf('acme');
    await router.tenants.unassign('acme', assignment!);
    await router.tenants.assign('acme', { shard: 's0' });
  });

  it('fills the shards of a directory evenly where that is the rule', async () => {
    const few = defineTier({
      name: 'few',
      stages: { dev: { profile: 'disposable' } },
      stores: {
        tenants: shardedPostgres({
          shardKey: { column: 'tenant', type: 'text' },
          strategy: directory({ newKeys: leastLoaded() }),
          shards: 3,
        }),
      },
    });
    const { router, close } = await openTestRouter({ tier: few, connectionString });
    const shards: string[] = [];
    for (let tenant = 0; tenant < 6; tenant++) shards.push(await router.tenants.shardOf(`tenant ${tenant}`));
    expect(shards.sort()).toEqual(['s0', 's0', 's1', 's1', 's2', 's2']);
    await close();
  });

  it('empties all tables, begins sequences anew, and keeps those of migrations', async () => {
    const { router, reset } = await start({ keepTables: ['migrations'] });
    await migrate(router);
    await router.catalog.write('create table migrations (name text)');
    const fill = async () => {
      await router.catalog.write("insert into migrations values ('first')");
      await router.orders.forKey(1).write('insert into placed values (1, 1)');
      return (await router.catalog.write("insert into item (name) values ('tea') returning id")).rows;
    };
    expect(await fill()).toEqual([{ id: '1' }]);
    await reset();
    const left = await router.orders.scatter('select id from placed').concat();
    expect(left.rows).toEqual([]);
    expect(await fill()).toEqual([{ id: '1' }]);
    expect((await router.catalog.read('select from migrations')).rowCount).toBe(2);
  });

  it('shares extensions among stores, whatever their migrations say', async () => {
    const { router } = await start({ extensions: ['pg_trgm'] });
    for (const shard of router.orders.shards()) {
      await shard.write('create extension if not exists pg_trgm');
      expect((await shard.read("select similarity('tea', 'tea') as same")).rows).toEqual([{ same: 1 }]);
    }
  });

  it('needs no superuser, but somebody who may create schemas', async () => {
    await local.on('main/primary', (admin) =>
      admin.query("create role developer login password 'plain'; grant connect, create on database main to developer"),
    );
    const asDeveloper = connectionString.replace(/\/\/[^@]+@/, '//developer:plain@');
    const { router, reset } = await start({ connectionString: asDeveloper, namespace: 'dev' });
    await migrate(router);
    await router.catalog.write("insert into item (name) values ('tea')");
    const { rows } = await router.catalog.read(
      'select name, current_user as who, pg_is_in_recovery() as replica from item',
    );
    expect(rows).toEqual([{ name: 'tea', who: 'developer', replica: true }]);
    await reset();
    expect((await router.catalog.read('select from item')).rowCount).toBe(0);
  });

  it('serves pools of other libraries', async () => {
    const { router } = await start({ pool: { max: 2 } });
    const pool = router.catalog.pool();
    const client = await pool.connect();
    await client.query('begin');
    await client.query('create table item (id integer)');
    await client.query('rollback');
    client.release();
    await expect(pool.query('select from item')).rejects.toMatchObject({ code: '42P01' });
    expect(router.catalog.servers()[0]?.pool.max).toBe(2);
  });
});

describe('namespaces', () => {
  it('keep tests apart that run at the same time', async () => {
    const [one, other] = await Promise.all([start({ namespace: 'test_1' }), start({ namespace: 'test_2' })]);
    await Promise.all([migrate(one.router), migrate(other.router)]);
    await one.router.catalog.write("insert into item (name) values ('tea')");
    expect((await other.router.catalog.read('select from item')).rowCount).toBe(0);
  });

  it('belong to one test router at a time', async () => {
    const { close } = await start();
    await expect(start()).rejects.toMatchObject({
      code: 'NAMESPACE_TAKEN',
      details: { namespace: 'test' },
      message: 'namespace "test" belongs to a test router that is open',
    });
    await close();
    open = [];
    await start();
  });

  it('are made anew after a run that was killed, and never at the cost of a schema of somebody else', async () => {
    const { router } = await start();
    await migrate(router);
    // As a killed process leaves it: the schemas stay, its connections do not.
    await local.on('main/primary', (admin) =>
      admin.query(
        "select pg_terminate_backend(pid, 5000) from pg_stat_activity where application_name = 'polystore-testing'",
      ),
    );
    const again = await start();
    await expect(again.router.catalog.read('select from item')).rejects.toMatchObject({ code: '42P01' });
    await again.close();
    open = [];
    await router.close();

    await local.on('main/primary', (admin) =>
      admin.query('create schema test__catalog; create table test__catalog.kept ()'),
    );
    await expect(start()).rejects.toMatchObject({
      code: 'NAMESPACE_TAKEN',
      message: 'namespace "test" belongs to schema "test__catalog", which is not a test router\'s',
    });
    await local.on('main/primary', (admin) =>
      admin.query('select from test__catalog.kept; drop schema test__catalog cascade'),
    );
  });

  test.each(['', 'Test', 'a__b', '_a', 'a_', '1a', 'a-b', 'a'.repeat(21)])('are refused as "%s"', async (namespace) => {
    await expect(start({ namespace })).rejects.toThrow(
      `namespace must be lower-case letters, digits and single underscores, at most 20, got "${namespace}"`,
    );
  });

  it('are refused where a schema would have a name that PostgreSQL cuts off', async () => {
    const store = 'a'.repeat(58);
    const long = openTestRouter({ tier: { stores: { [store]: { kind: 'postgres' } } }, connectionString });
    await expect(long).rejects.toThrow('would have 64 characters, allowed are 63');
  });
});

it('is shown in the README by the file that is compiled and run here', () => {
  const root = join(__dirname, '../..');
  const shown = readFileSync(join(root, 'packages/router/README.md'), 'utf8');
  const file = readFileSync(join(root, 'examples/router-unit-test.ts'), 'utf8')
    .replace("'../packages/router/testing'", "'polystore-router/testing'")
    .replace("'../tier.config'", "'./tier.config'");
  expect(shown).toContain(`\`\`\`ts\n${file}\`\`\``);
});

describe('a connection string', () => {
  it('without sslmode leads to a server without TLS, as those of tests are; the example of the README runs there', async () => {
    appendFileSync(
      join(dirname(local.topologyFile), 'data/main/primary/pg_hba.conf'),
      'host all all 127.0.0.1/32 scram-sha-256\n',
    );
    await local.on('main/primary', (admin) => admin.query('select pg_reload_conf()'));
    const [plaintext] = connectionString.split('?') as [string];
    const { router, close } = await start({ connectionString: plaintext });
    const tls = 'select ssl from pg_stat_ssl where pid = pg_backend_pid()';
    expect((await router.catalog.write(tls)).rows).toEqual([{ ssl: false }]);
    await close();
    open = [];
    await findsPostsOfTheirAuthorOnly(plaintext);
    expect(await schemas()).toEqual([]);
  });

  it('with sslmode asks for TLS, and for a certificate that is valid', async () => {
    const { router } = await start();
    const tls = 'select ssl from pg_stat_ssl where pid = pg_backend_pid()';
    expect((await router.catalog.read(tls)).rows).toEqual([{ ssl: true }]);
    const [base] = connectionString.split('?') as [string];
    await expect(start({ connectionString: `${base}?sslmode=require`, namespace: 'other' })).rejects.toMatchObject({
      code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
    });
  });

  test.each([
    ['localhost:5432/test', 'is no URL of PostgreSQL'],
    ['mysql://me:secret@localhost/test', 'is no URL of PostgreSQL'],
    ['postgres://me:secret@localhost', 'names no database'],
    ['postgres://localhost/test', 'names no user'],
    ['postgres://me:secret@localhost/test?schema=a', 'has schema, allowed behind ? are host, sslmode, sslrootcert'],
  ])('is refused as %s, which is not repeated', async (text, why) => {
    const refused = openTestRouter({ tier, connectionString: text });
    await expect(refused).rejects.toThrow(
      `connectionString ${why}, allowed is one such as postgres://user:password@localhost:5432/database`,
    );
    await expect(refused).rejects.not.toThrow('secret');
  });

  it('that leads nowhere is an error of the connection', async () => {
    await expect(start({ connectionString: 'postgres://me@127.0.0.1:1/test' })).rejects.toMatchObject({
      code: 'ECONNREFUSED',
    });
  });
});

/** Two keys that do not lie together. */
function keysOfTwoShards({ orders }: Router<typeof tier>): [number, number] {
  const other = Array.from({ length: 100 }, (_, index) => index + 2).find(
    (key) => orders.shardOf(key) !== orders.shardOf(1),
  );
  return [1, other ?? NaN];
}
