import { readFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { provisionTier, type DatabaseReport, type ProvisionOptions, type RoleReport } from '../../lib/provision';
import type { Access, PostgresTopology, Topology } from '../../lib/topology';
import { postgres } from '../../lib/definition';
import { eventually } from '../support/eventually';
import { startTestTier, type TestTier } from '../support/local-servers';
import { adminServerOf, placementOfShards, PlainDatabase, readable, type AdminServer } from '../support/plain-database';

let tier: TestTier;
let server: AdminServer;
beforeAll(async () => {
  tier = await startTestTier({
    name: 'blog',
    stages: { test: { profile: 'disposable' } },
    stores: { main: postgres({ replicas: 1 }) },
  });
  server = await adminServerOf(tier);
});
afterAll(() => tier.stop());

const newDatabase = (): Promise<PlainDatabase> => PlainDatabase.create(server);

async function provision(
  database: PlainDatabase,
  topology: Topology,
  options: Pick<ProvisionOptions, 'tokens'> = {},
): Promise<DatabaseReport> {
  const { databases } = await provisionTier({
    ...options,
    topology,
    secrets: database.secretSource,
    placementOf: (store) => readable(placementOfShards(store, ['s0'])),
  });
  return databases[0] as DatabaseReport;
}

const provisionMain = (database: PlainDatabase, uses: Readonly<Record<string, Access>>): Promise<DatabaseReport> =>
  provision(database, database.topology(uses));

const roleOf = (report: DatabaseReport, service: string): RoleReport =>
  report.roles.find((role) => role.service === service) as RoleReport;

/** SQLSTATE of a statement that must fail; `none` where it went through. */
async function refusal(work: Promise<unknown>): Promise<string> {
  try {
    await work;
    return 'none';
  } catch (error) {
    return (error as { code: string }).code;
  }
}

describe('a database of an owner that is no superuser', () => {
  let database: PlainDatabase;
  let report: DatabaseReport;
  beforeAll(async () => {
    database = await newDatabase();
    await database.as('owner', (owner) => owner.query('create table earlier (id bigserial primary key, body text)'));
    report = await provisionMain(database, { reader: 'read', writer: 'write' });
    await database.as('owner', (owner) => owner.query('create table later (id bigserial primary key, body text)'));
  });

  it('reports every role that it made', () => {
    expect(report).toEqual({
      store: 'main',
      server: 'primary',
      database: database.name,
      identity: 'created',
      roles: [
        { role: database.role('smoke'), access: 'smoke', outcome: 'created', relationsChanged: 0, leftAlone: [] },
        {
          role: database.role('reader'),
          service: 'reader',
          access: 'read',
          outcome: 'created',
          relationsChanged: 1,
          leftAlone: [],
        },
        {
          role: database.role('writer'),
          service: 'writer',
          access: 'write',
          outcome: 'created',
          relationsChanged: 2,
          leftAlone: [],
        },
      ],
    });
  });

  it.each(['earlier', 'later'])('lets a writing service write to table %s, and not reshape it', async (table) => {
    await database.as('writer', async (writer) => {
      await writer.query(`insert into ${table} (body) values ('x')`);
      await writer.query(`update ${table} set body = 'y'`);
      const { rowCount } = await writer.query(`delete from ${table} where body = 'y'`);
      expect(rowCount).toBe(1);
      expect(await refusal(writer.query(`truncate ${table}`))).toBe('42501');
      expect(await refusal(writer.query(`drop table ${table}`))).toBe('42501');
    });
  });

  it.each(['earlier', 'later'])('lets a reading service read table %s and do nothing else', async (table) => {
    await database.as('reader', async (reader) => {
      expect((await reader.query(`select * from ${table}`)).rowCount).toBe(0);
      expect(await refusal(reader.query(`insert into ${table} (body) values ('x')`))).toBe('42501');
      expect(await refusal(reader.query(`update ${table} set body = 'y'`))).toBe('42501');
      expect(await refusal(reader.query(`delete from ${table}`))).toBe('42501');
      expect(await refusal(reader.query(`select nextval('${table}_id_seq')`))).toBe('42501');
    });
  });

  it('lets no service create tables', async () => {
    const create = (role: string) => database.as(role, (client) => client.query('create table public.mine ()'));
    expect(await refusal(create('writer'))).toBe('42501');
    expect(await refusal(create('reader'))).toBe('42501');
  });

  it('refuses CONNECT to a role that is no part of the store', async () => {
    const stranger = database.addSecret('stranger');
    await database.asAdmin('postgres', (admin) =>
      admin.query(`create role ${stranger.username} login password '${stranger.password}'`),
    );
    expect(await refusal(database.as('stranger', () => Promise.resolve()))).toBe('42501');
  });

  it('gives the smoke role its schema, the monitoring views, and nothing on users’ tables', async () => {
    await database.as('smoke', async (smoke) => {
      await smoke.query(`insert into polystore_smoke.probe (id, run) values (gen_random_uuid(), 'test')`);
      await smoke.query('delete from polystore_smoke.probe');
      const { rows } = await smoke.query(`select pg_has_role('pg_monitor', 'USAGE') as monitors`);
      expect(rows).toEqual([{ monitors: true }]);
      expect(await refusal(smoke.query('select * from earlier'))).toBe('42501');
      expect(await refusal(smoke.query('select * from later'))).toBe('42501');
      expect(await refusal(smoke.query('create table public.mine ()'))).toBe('42501');
    });
  });

  it('says who it is to every role of the kit', async () => {
    for (const role of ['smoke', 'reader', 'writer']) {
      const { rows } = await database.as(role, (client) => client.query('select * from polystore.identity'));
      expect(rows).toEqual([{ only_row: true, tier: 'blog', stage: 'test', store: 'main', shard: null }]);
    }
  });

  it('lets nobody but its owner rewrite what it says', async () => {
    for (const role of ['smoke', 'reader', 'writer']) {
      const rewrite = database.as(role, (client) => client.query(`update polystore.identity set store = 'other'`));
      expect(await refusal(rewrite)).toBe('42501');
    }
  });

  it('confirms what stands when it runs again', async () => {
    const again = await provisionMain(database, { reader: 'read', writer: 'write' });
    expect(again.identity).toBe('confirmed');
    expect(again.roles.map(({ outcome }) => outcome)).toEqual(['confirmed', 'confirmed', 'confirmed']);
    expect(again.roles.map(({ relationsChanged }) => relationsChanged)).toEqual([0, 0, 0]);
  });
});

it('lets two runs at once both succeed', async () => {
  const database = await newDatabase();
  const topology = database.topology({ a: 'read', b: 'write' });
  const reports = await Promise.all([provision(database, topology), provision(database, topology)]);
  expect(reports.map(({ identity }) => identity).sort()).toEqual(['confirmed', 'created']);
  expect(await database.as('b', (client) => client.query('select 1'))).toMatchObject({ rowCount: 1 });
});

it('narrows a service that may only read from now on', async () => {
  const database = await newDatabase();
  await database.as('owner', (owner) => owner.query('create table t (id bigserial primary key)'));
  await provisionMain(database, { a: 'write' });
  await database.as('a', (a) => a.query('insert into t default values'));

  const report = await provisionMain(database, { a: 'read' });

  expect(roleOf(report, 'a')).toMatchObject({ access: 'read', outcome: 'changed', relationsChanged: 2 });
  await database.as('owner', (owner) => owner.query('create table u (id bigserial primary key)'));
  for (const table of ['t', 'u', 'polystore_smoke.rights']) {
    expect(await refusal(database.as('a', (a) => a.query(`insert into ${table} default values`)))).toBe('42501');
    await database.as('a', (a) => a.query(`select * from ${table}`));
  }
});

it('takes back what somebody granted by hand, on columns too', async () => {
  const database = await newDatabase();
  await database.as('owner', (owner) => owner.query('create table t (id int, body text)'));
  await provisionMain(database, { a: 'read' });
  await database.as('owner', (owner) => owner.query(`grant update (body) on t to ${database.role('a')}`));

  await provisionMain(database, { a: 'read' });

  expect(await refusal(database.as('a', (a) => a.query(`update t set body = 'x'`)))).toBe('42501');
});

it('drops the role of a service that left', async () => {
  const database = await newDatabase();
  await database.as('owner', (owner) => owner.query('create table t (id int)'));
  await provisionMain(database, { a: 'write', b: 'read' });

  const report = await provisionMain(database, { b: 'read' });

  expect(roleOf(report, 'a')).toMatchObject({ access: 'none', outcome: 'dropped' });
  expect(await refusal(database.as('a', () => Promise.resolve()))).toBe('28P01');
  expect(roleOf(report, 'b')).toMatchObject({ outcome: 'confirmed' });
  expect((await provisionMain(database, { a: 'read', b: 'read' })).roles).toHaveLength(3);
});

it('keeps the role of a service that left and owns things, without login and without rights', async () => {
  const database = await newDatabase();
  await provisionMain(database, { a: 'write' });
  await database.asAdmin(database.name, (admin) =>
    admin.query(`create schema theirs authorization "${database.role('a')}"`),
  );

  const report = await provisionMain(database, {});

  expect(roleOf(report, 'a')).toMatchObject({ access: 'none', outcome: 'disabled' });
  expect(await refusal(database.as('a', () => Promise.resolve()))).toMatch(/^28/);
  const { rows } = await database.as('owner', (owner) =>
    owner.query(
      `select has_database_privilege($1, current_database(), 'CONNECT') as connects, rolcanlogin from pg_roles where rolname = $1`,
      [database.role('a')],
    ),
  );
  expect(rows).toEqual([{ connects: false, rolcanlogin: false }]);
});

it('leaves tables of another owner alone and names them', async () => {
  const database = await newDatabase();
  await database.asAdmin(database.name, (admin) => admin.query('create table public.theirs ()'));
  const report = await provisionMain(database, { a: 'read' });
  expect(roleOf(report, 'a').leftAlone).toEqual(['public.theirs']);
});

it('changes a password, and never sends it to the server', async () => {
  const database = await newDatabase();
  await provisionMain(database, { a: 'read' });
  const { password } = database.addSecret('a');
  await database.asAdmin('postgres', (admin) =>
    admin.query(`alter role "${database.role('owner')}" set log_statement = 'all'`),
  );
  await provisionMain(database, { a: 'read' });
  const log = await readFile(server.logFile, 'utf8');
  expect(log).toMatch(new RegExp(`alter role "${database.role('a')}" .*SCRAM-SHA-256`));
  expect(log).not.toContain(password);
  expect(await database.as('a', (a) => a.query('select 1'))).toMatchObject({ rowCount: 1 });
});

it('refuses a password that clients read differently, before it touches the database', async () => {
  const database = await newDatabase();
  const topology = database.topology({ a: 'read' });
  database.secrets.set('a', { username: database.role('a'), password: 'påske' });
  await expect(provision(database, topology)).rejects.toMatchObject({
    code: 'DOCUMENT_INVALID',
    message: 'main: the password in secret a must be printable ASCII',
  });
  expect(await isProvisioned(database)).toBe(false);
});

describe('a service that logs in by IAM', () => {
  /** The topology of `database` with service `a` as one that has no secret. */
  const withTokens = (database: PlainDatabase): Topology => {
    const topology = database.topology({ a: 'write' });
    const main = topology.stores['main'] as PostgresTopology;
    const iam = { a: { role: database.role('a'), region: 'eu-west-1' } };
    return { ...topology, stores: { main: { ...main, secrets: { ...main.secrets, services: {}, iam } } } };
  };
  const memberships = async (database: PlainDatabase) => {
    const { rows } = await database.asAdmin('postgres', (admin) =>
      admin.query(
        `select rolpassword is null as without_password,
                exists (select from pg_auth_members where member = r.oid and roleid = 'rds_iam'::regrole) as by_token
           from pg_authid r where rolname = $1`,
        [database.role('a')],
      ),
    );
    return rows[0] as unknown;
  };

  it('gets a role without a password, of which RDS takes tokens, and back, where the server is one of RDS', async () => {
    const database = await newDatabase();
    await provisionMain(database, { a: 'write' });
    await expect(provision(database, withTokens(database))).rejects.toMatchObject({
      code: 'PROVISION_FAILED',
      message: expect.stringContaining('this server has no role rds_iam') as string,
    });

    await database.asAdmin('postgres', (admin) =>
      admin.query(`create role rds_iam;
        grant rds_iam to "${database.role('owner')}" with admin true, inherit false, set false`),
    );
    for (let run = 1; run <= 2; run++) {
      const report = await provision(database, withTokens(database));
      expect(roleOf(report, 'a')).toMatchObject({ access: 'write', outcome: 'confirmed' });
      expect(await memberships(database)).toEqual({ without_password: true, by_token: true });
    }
    expect(await refusal(database.as('a', () => Promise.resolve()))).toBe('28P01');

    await provisionMain(database, { a: 'write' });
    expect(await memberships(database)).toEqual({ without_password: false, by_token: false });
    await database.as('a', (a) => a.query('insert into polystore_smoke.rights values (gen_random_uuid())'));
  });

  it('does not lock provisioning out: the owner has a token where its password is refused', async () => {
    const database = await newDatabase();
    await database.asAdmin('postgres', (admin) =>
      admin.query(`do $$ begin create role rds_iam; exception when duplicate_object then null; end $$;
        grant rds_iam to "${database.role('owner')}" with admin true, inherit false, set false`),
    );
    const { username, password } = database.secrets.get('owner') ?? database.addSecret('owner');
    const topology = withTokens(database);
    database.secrets.set('owner', { username, password: 'refused' });
    expect(await refusal(provision(database, topology))).toBe('PROVISION_FAILED');

    const requests: unknown[] = [];
    const tokens = {
      token: (request: unknown) => {
        requests.push(request);
        return Promise.resolve(password);
      },
    };
    await provision(database, topology, { tokens });
    const { host, port } = server.server.endpoint;
    expect(requests).toEqual([{ host, port, username, region: 'eu-west-1' }]);

    // Nobody is asked for a token where no service logs in by one.
    expect(await refusal(provision(database, database.topology({ a: 'read' }), { tokens }))).toBe('PROVISION_FAILED');
    expect(requests).toHaveLength(1);
  });
});

describe('what it refuses', () => {
  it('a database that says it is another one: nothing is changed', async () => {
    const database = await newDatabase();
    await provisionMain(database, { a: 'read' });
    const other = { ...database.topology({ a: 'write' }), stage: 'prod' };
    await expect(provision(database, other)).rejects.toMatchObject({
      code: 'IDENTITY_CONFLICT',
      message: expect.stringContaining('says that it is blog/test main, the topology says blog/prod main') as string,
      details: { expected: 'blog/prod main', found: 'blog/test main' },
    });
    const insert = database.as('a', (a) => a.query('insert into polystore_smoke.rights values (gen_random_uuid())'));
    expect(await refusal(insert)).toBe('42501');
  });

  it('a role that the kit did not make', async () => {
    const database = await newDatabase();
    const { username } = database.addSecret('a');
    await database.asAdmin('postgres', (admin) => admin.query(`create role ${username} login`));
    await expect(provisionMain(database, { a: 'read' })).rejects.toMatchObject({
      code: 'PROVISION_FAILED',
      message: expect.stringContaining(`role "${username}" exists and was not made by the kit`) as string,
    });
    expect(await isProvisioned(database)).toBe(false);
  });

  it('an owner role that does not own the database', async () => {
    const database = await newDatabase();
    await database.asAdmin('postgres', (admin) =>
      admin.query(`alter database ${database.name} owner to ${server.admin.username}`),
    );
    await database.asAdmin('postgres', (admin) =>
      admin.query(`grant all on database ${database.name} to ${database.role('owner')}`),
    );
    await expect(provisionMain(database, {})).rejects.toMatchObject({
      code: 'PROVISION_FAILED',
      message: expect.stringContaining(`the owner role must own database "${database.name}"`) as string,
    });
  });

  it('an owner role that may not give pg_monitor on', async () => {
    const database = await newDatabase();
    await database.asAdmin('postgres', (admin) => admin.query(`revoke pg_monitor from ${database.role('owner')}`));
    await expect(provisionMain(database, {})).rejects.toMatchObject({
      code: 'PROVISION_FAILED',
      message: expect.stringContaining('pg_monitor') as string,
    });
    expect(await isProvisioned(database)).toBe(false);
  });

  it('a replica that the topology calls the primary', async () => {
    const database = await newDatabase();
    const main = tier.topology.stores['main'];
    const topology = database.topology({});
    const store = topology.stores['main'];
    if (main?.kind !== 'postgres' || store?.kind !== 'postgres') throw new Error('not postgres');
    const primary = { ...store.primary, endpoint: (main.replicas[0] as typeof store.primary).endpoint };
    const onReplica = { ...topology, stores: { main: { ...store, primary } } };
    const isThere = 'select from pg_database where datname = $1';
    await eventually('the replica has the database', () =>
      tier.on('main/r1', async (client) => (await client.query(isThere, [database.name])).rowCount === 1),
    );
    await expect(provision(database, onReplica)).rejects.toMatchObject({
      code: 'PRIMARY_DEMOTED',
      message: 'main: primary is in recovery, it is no primary',
    });
  });

  it('a topology without the login of a service that uses the store', async () => {
    const database = await newDatabase();
    const topology = { ...database.topology({}), services: { a: { uses: { main: 'read' } } } } as const;
    await expect(provision(database, topology)).rejects.toMatchObject({
      code: 'DOCUMENT_INVALID',
      message: 'main: the topology does not say how service "a" logs in',
    });
  });

  it('a server that does not answer, as retryable, while the other databases are done', async () => {
    const [up, down] = [await newDatabase(), await newDatabase()];
    const port = await closedPort();
    const broken = down.topology({}).stores['main'];
    if (broken?.kind !== 'postgres') throw new Error('not postgres');
    const primary = { ...broken.primary, endpoint: { ...broken.primary.endpoint, port } };
    const base = up.topology({});
    const topology = { ...base, stores: { gone: { ...broken, primary }, main: base.stores['main'] as typeof broken } };
    await expect(provision(up, topology)).rejects.toMatchObject({
      code: 'SERVER_UNAVAILABLE',
      retryable: true,
      message: 'gone: primary does not answer: ECONNREFUSED',
    });
    expect(await isProvisioned(up)).toBe(true);
  });

  it('a shard map that names a missing shard, before it touches the database', async () => {
    const database = await newDatabase();
    const run = provisionTier({
      topology: database.shardedTopology({}),
      secrets: database.secretSource,
      placementOf: (store) => readable(placementOfShards(store, ['s0', 's9'])),
    });
    await expect(run).rejects.toMatchObject({ code: 'SHARD_OWNS_BUCKETS', details: { shard: 's9', buckets: 2048 } });
    expect(await isProvisioned(database)).toBe(false);
  });

  it.each([
    ['of another store', 'other', 'bigint'],
    ['for keys of another type', 'posts', 'text'],
  ] as const)('a placement %s', async (_what, store, keyType) => {
    const database = await newDatabase();
    const run = provisionTier({
      topology: database.shardedTopology({}),
      secrets: database.secretSource,
      placementOf: () => readable(placementOfShards(store, ['s0'], keyType)),
    });
    await expect(run).rejects.toMatchObject({ code: 'DOCUMENT_INVALID' });
  });
});

async function isProvisioned(database: PlainDatabase): Promise<boolean> {
  const { rows } = await database.asAdmin(database.name, (admin) =>
    admin.query(`select to_regclass('polystore.identity') is not null as is`),
  );
  return (rows[0] as { is: boolean }).is;
}

/** A port of this machine that nobody listens on. */
async function closedPort(): Promise<number> {
  const listener = createServer();
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
  const { port } = listener.address() as AddressInfo;
  await new Promise((resolve) => listener.close(resolve));
  return port;
}
