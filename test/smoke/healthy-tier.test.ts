import { KIT_CONNECTIONS } from '../../lib/definition/relational/server-load';
import { openClient, withClient, type PgClient } from '../../lib/postgres';
import { openRouter, type PostgresHandle } from '../../lib/routing';
import type { CheckOutcome, SmokeReport } from '../../lib/smoke';
import { KeptConnections } from '../../lib/smoke/kept-connections';
import { eventually } from '../support/eventually';
import { startTestTier, type TestTier } from '../support/local-servers';
import { TcpProxy } from '../support/tcp-proxy';
import { asOwner, createUsersTables, failedOf, mainOf, postsOf, prove as proveWithin, skippedOf, tier } from './tier';

/** Nothing here is made to take long: a machine that is busy with other tests has all the time that it needs. */
const PATIENT_MS = 30_000;
const prove: typeof proveWithin = (on, changes) => proveWithin(on, { deadlineMs: PATIENT_MS, ...changes });

let local: TestTier;
const PRIMARIES = ['main/primary', 'posts/s0', 'posts/s1'];

beforeAll(async () => {
  local = await startTestTier(tier);
  for (const label of PRIMARIES)
    await asOwner(local, label, 'create table users_data (id bigserial primary key, body text)');
  await createUsersTables(local);
});
afterAll(() => local.stop());

const SMOKE_ROWS = `select (select count(*) from polystore_smoke.probe) + (select count(*) from polystore_smoke.rights)`;

/** Rows in the smoke test's own tables, over all primaries. */
async function smokeRows(): Promise<number> {
  const counts = await Promise.all(
    PRIMARIES.map((label) =>
      local.on(label, async (client) => {
        const keys = label === 'main/primary' ? '' : ' + (select count(*) from polystore_smoke.keys)';
        const { rows } = await client.query<{ count: string }>(`${SMOKE_ROWS}${keys} as count`);
        return Number(rows[0]?.count);
      }),
    ),
  );
  return counts.reduce((sum, count) => sum + count, 0);
}

it('opens no more connections to a server than the definition leaves it', async () => {
  for (const label of PRIMARIES) {
    const [database] = label.split('/');
    await local.on(label, (client) => client.query(`alter database ${database} connection limit ${KIT_CONNECTIONS}`));
  }
  const report = await prove(local);
  for (const label of PRIMARIES) {
    const [database] = label.split('/');
    await local.on(label, (client) => client.query(`alter database ${database} connection limit -1`));
  }
  expect(failedOf(report)).toEqual([]);
});

describe('on a tier that keeps its promises', () => {
  let report: SmokeReport;
  const told: CheckOutcome[] = [];
  beforeAll(async () => {
    report = await prove(local, { onOutcome: (outcome) => told.push(outcome) });
  });

  it('passes every check', () => {
    expect(failedOf(report)).toEqual([]);
    expect(skippedOf(report)).toEqual([]);
    expect(report.counts).toEqual({ passed: 18 + 17, failed: 0, skipped: 6 });
    expect(report).toMatchObject({ version: 1, tier: 'smoke', stage: 'dev', world: 'local' });
  });

  it('makes these checks of each store, in this order', () => {
    const names = (store: string): readonly string[] =>
      report.outcomes.filter((outcome) => outcome.store === store).map(({ subject, check }) => `${subject} ${check}`);
    expect(names('main')).toEqual([
      'main/primary takes-writes',
      'main/r1 serves-reads',
      'main/r1 refuses-writes',
      'main/r2 serves-reads',
      'main/r2 refuses-writes',
      'main/primary identity',
      'main/primary refuses-plaintext',
      'main/r1 identity',
      'main/r1 refuses-plaintext',
      'main/r2 identity',
      'main/r2 refuses-plaintext',
      'main routes-writes',
      'main routes-reads',
      'main reads-own-writes',
      'main pool-status',
      'main refuses-strangers',
      'main as users holds-rights',
      'main as posts holds-rights',
      'main kms-encryption',
      'main multi-az',
      'main backups-current',
    ]);
    expect(names('posts')).toEqual([
      'posts shard-map',
      'posts keys-on-owner',
      ...['posts/s0', 'posts/s1'].flatMap((shard) => [
        `${shard} takes-writes`,
        `${shard} identity`,
        `${shard} refuses-plaintext`,
        `${shard} bucket-twin`,
        `${shard} rows-on-owner`,
        `${shard} owned-buckets`,
      ]),
      'posts/s0 refuses-strangers',
      'posts/s1 refuses-strangers',
      'posts as posts holds-rights',
      'posts kms-encryption',
      'posts multi-az',
      'posts backups-current',
    ]);
  });

  it('skips what only AWS can show, and says so', () => {
    const aws = report.outcomes.filter(({ check }) =>
      ['kms-encryption', 'multi-az', 'backups-current'].includes(check),
    );
    expect(aws.map(({ status }) => status)).toEqual(Array(6).fill('skipped'));
    expect(aws[0]).toMatchObject({ reason: 'needs AWS' });
  });

  it('shows who answered, the lag and counts', () => {
    const evidenceOf = (name: string): unknown => {
      const found = report.outcomes.find(({ subject, check }) => `${subject} ${check}` === name);
      return found?.status === 'passed' ? found.evidence : undefined;
    };
    const main = mainOf(local.topology);
    const address = `127.0.0.1:${main.replicas[0]?.endpoint.port}`;
    expect(evidenceOf('main/r1 serves-reads')).toEqual({
      answeredBy: address,
      inRecovery: true,
      visibleAfterMs: expect.any(Number) as number,
      lagMs: expect.any(Number) as number,
    });
    expect(evidenceOf('main routes-writes')).toEqual({
      writes: 8,
      landedOn: { [`127.0.0.1:${main.primary.endpoint.port}`]: 8 },
    });
    expect(evidenceOf('main routes-reads')).toMatchObject({
      reads: 32,
      landedOn: { r1: expect.any(Number) as number },
    });
    const own = evidenceOf('main reads-own-writes') as { readOn: Readonly<Record<string, number>> };
    expect(own).toMatchObject({ writes: 8, stale: 0 });
    expect(Object.values(own.readOn).reduce((sum, count) => sum + count, 0)).toBe(8);
    expect(evidenceOf('main pool-status')).toMatchObject({ statements: 4, max: 2, mostOpen: 2 });
    expect(evidenceOf('posts keys-on-owner')).toMatchObject({ keys: 256, shards: 2, mapVersion: 1 });
    expect(evidenceOf('posts shard-map')).toEqual({
      strategy: 'hash',
      version: 1,
      buckets: { s0: 2048, s1: 2048 },
    });
    expect(evidenceOf('posts/s0 owned-buckets')).toEqual({ buckets: 2048, mapVersion: 1 });
    expect(evidenceOf('main as posts holds-rights')).toEqual({
      access: 'read',
      databases: 1,
      triedOn: 'polystore_smoke.rights',
      tables: 1,
    });
    expect(evidenceOf('posts/s0 refuses-strangers')).toMatchObject({ refusedWith: { users: '28P01' } });
  });

  it('tells of every outcome as it comes', () => {
    expect(told).toHaveLength(report.outcomes.length);
  });

  it('leaves nothing behind', async () => {
    expect(await smokeRows()).toBe(0);
  });

  it('holds no password', async () => {
    const text = JSON.stringify(report);
    const names = [
      mainOf(local.topology).secrets,
      ...Object.values(postsOf(local.topology).shards).map(({ secrets }) => secrets),
    ].flatMap(({ owner, smoke, services }) => [owner, smoke, ...Object.values(services)]);
    for (const name of names) expect(text).not.toContain((await local.secrets.read(name)).password);
  });
});

it('passes twice at once', async () => {
  const reports = await Promise.all([prove(local), prove(local)]);
  expect(reports.flatMap(({ outcomes }) => outcomes.filter(({ status }) => status === 'failed'))).toEqual([]);
  expect(new Set(reports.map(({ run }) => run)).size).toBe(2);
  expect(await smokeRows()).toBe(0);
});

it('runs beside live traffic and touches none of it', async () => {
  const target = await local.superuser('main/primary');
  const credentials = await local.secrets.read(mainOf(local.topology).secrets.services['users'] ?? '');
  const running = { smoke: true };
  const written = withClient({ ...target, credentials }, async (client) => {
    let rows = 0;
    while (running.smoke) rows += (await client.query(`insert into users_data (body) values ('live')`)).rowCount ?? 0;
    return rows;
  });
  const report = await prove(local, { only: ['main'] });
  running.smoke = false;
  expect(failedOf(report)).toEqual([]);
  const rows = await written;
  expect(rows).toBeGreaterThan(10);
  const { rows: found } = await local.on('main/primary', (client) =>
    client.query<{ count: string }>('select count(*) from users_data'),
  );
  expect(Number(found[0]?.count)).toBe(rows);
});

it('removes what a run left that crashed over an hour ago, and nothing younger', async () => {
  const plant = (label: string, table: string, columns: string, values: string): Promise<unknown> =>
    local.on(label, (client) =>
      client.query(`insert into polystore_smoke.${table} (run, written_at, ${columns}) values ${values}`),
    );
  const old = `now() - interval '61 minutes'`;
  const young = `now() - interval '10 minutes'`;
  await plant(
    'main/primary',
    'probe',
    'id',
    `('old', ${old}, gen_random_uuid()), ('young', ${young}, gen_random_uuid())`,
  );
  await plant('posts/s0', 'keys', 'key', `('old', ${old}, 1), ('young', ${young}, 2)`);

  const report = await prove(local);

  expect(failedOf(report)).toEqual([]);
  const sweeping = report.outcomes.filter(({ check }) => check === 'takes-writes');
  expect(
    sweeping.map((outcome) => (outcome.status === 'passed' ? outcome.evidence['leftoversRemoved'] : 'failed')),
  ).toEqual([1, 1, undefined]);
  expect(await smokeRows()).toBe(2);
  await local.on('main/primary', (client) => client.query('delete from polystore_smoke.probe'));
  await local.on('posts/s0', (client) => client.query('delete from polystore_smoke.keys'));
});

describe('a service that logs in by IAM', () => {
  /** As on AWS: service `users` has no secret in main, but tokens. */
  const withTokens = () => {
    const main = mainOf(local.topology);
    const { services } = main.secrets;
    const iam = { users: { role: 'users', region: 'eu-west-1' } };
    const secrets = { ...main.secrets, services: { posts: services['posts'] ?? '' }, iam };
    return { ...local.topology, stores: { ...local.topology.stores, main: { ...main, secrets } } };
  };

  it('is proven by a token for the primary, and is no stranger', async () => {
    const { primary, secrets } = mainOf(local.topology);
    const { password } = await local.secrets.read(secrets.services['users'] ?? '');
    const requests: unknown[] = [];
    const tokens = { token: (request: unknown) => (requests.push(request), Promise.resolve(password)) };
    const report = await prove(local, { only: ['main'], topology: withTokens(), tokens });
    expect(failedOf(report)).toEqual([]);
    const { host, port } = primary.endpoint;
    expect(requests).toEqual([{ host, port, username: 'users', region: 'eu-west-1' }]);
  });

  it('fails, saying why, where the server takes no token', async () => {
    const tokens = { token: () => Promise.resolve('no token') };
    const report = await prove(local, { only: ['main'], topology: withTokens(), tokens });
    expect(failedOf(report)).toEqual(['main as users holds-rights']);
    expect(report.outcomes.find(({ status }) => status === 'failed')).toMatchObject({
      reason: 'main: login refused (28P01): the server took no token of IAM',
    });
  });
});

describe('where the primary stands in another region', () => {
  const awayFrom = (replicas = mainOf(local.topology).replicas) => {
    const main = mainOf(local.topology);
    // Nobody listens there, as nothing leads to another region.
    const primary = { ...main.primary, region: 'eu-west-1', endpoint: { ...main.primary.endpoint, port: 1 } };
    return { ...local.topology, stores: { main: { ...main, primary, replicas } } };
  };

  it('proves the replicas, and asks nothing of the primary', async () => {
    const { outcomes } = await prove(local, { topology: awayFrom() });
    expect(outcomes.map(({ subject, check, status }) => [subject, check, status])).toEqual([
      ['main/primary', 'takes-writes', 'skipped'],
      ...['main/r1', 'main/r2'].flatMap((replica) => [
        [replica, 'serves-reads', 'passed'],
        [replica, 'refuses-writes', 'passed'],
        [replica, 'identity', 'passed'],
        [replica, 'refuses-plaintext', 'passed'],
      ]),
      ['main', 'kms-encryption', 'skipped'],
    ]);
    expect(outcomes[0]).toMatchObject({ reason: 'stands in eu-west-1, and is proven there' });
  });

  it('lets a router read, though nothing leads to the primary', async () => {
    const router = await openRouter({
      topology: { read: () => Promise.resolve(awayFrom()) },
      secrets: local.secrets,
      login: { kind: 'owner' },
    });
    const { rows } = await (router.store('main') as PostgresHandle).read<{ replica: boolean }>(
      'select pg_is_in_recovery() as replica',
    );
    expect(rows).toEqual([{ replica: true }]);
    await router.close();
  });

  it('notices a replica that is none', async () => {
    const { primary } = mainOf(local.topology);
    const report = await prove(local, { topology: awayFrom([{ ...primary, name: 'eu' }]) });
    expect(failedOf(report)).toEqual(['main/eu refuses-writes', 'main/eu serves-reads']);
  });
});

it('proves only the stores that it is asked for', async () => {
  const report = await prove(local, { only: ['posts'] });
  expect([...new Set(report.outcomes.map(({ store }) => store))]).toEqual(['posts']);
});

it('refuses a store that the tier does not have', async () => {
  await expect(prove(local, { only: ['mian'] })).rejects.toMatchObject({
    code: 'UNKNOWN_STORE',
    details: { store: 'mian', known: ['main', 'posts'] },
  });
});

it('ends early when it is interrupted, skips the rest and cleans up', async () => {
  const interrupt = new AbortController();
  const report = await prove(local, {
    signal: interrupt.signal,
    onOutcome: () => interrupt.abort(),
  });
  const { failed, skipped } = report.counts;
  expect(failed).toBe(0);
  expect(skipped).toBeGreaterThan(10);
  expect(report.outcomes.some((outcome) => outcome.status === 'skipped' && outcome.reason === 'interrupted')).toBe(
    true,
  );
  expect(await smokeRows()).toBe(0);
});

describe('connections that checks use one after the other', () => {
  const backendOf = async (client: PgClient): Promise<number> =>
    (await client.query<{ pid: number }>('select pg_backend_pid() as pid')).rows[0]?.pid ?? 0;

  let proxy: TcpProxy;
  let kept: KeptConnections;
  beforeEach(async () => {
    const target = await local.superuser('main/primary');
    proxy = await TcpProxy.open(target.server.endpoint.port);
    const server = { ...target.server, endpoint: { ...target.server.endpoint, port: proxy.port } };
    kept = new KeptConnections({ open: () => openClient({ ...target, server }, { timeoutMs: 800 }), timeoutMs: 800 });
  });
  afterEach(async () => {
    await kept.close();
    await proxy.close();
  });

  it('are used again, but never by two at once', async () => {
    const first = await kept.use(backendOf);
    const [again, beside] = await Promise.all([kept.use(backendOf), kept.use(backendOf)]);
    expect(again).toBe(first);
    expect(beside).not.toBe(first);
  });

  it('are not used after one that was ended, refused or closed', async () => {
    const ended = await kept.use(backendOf);
    await local.on('main/primary', (client) => client.query('select pg_terminate_backend($1, 5000)', [ended]));
    const refused = await kept.use(backendOf);
    expect(refused).not.toBe(ended);
    await expect(kept.use((client) => client.query('select 1 / 0'))).rejects.toMatchObject({ code: '22012' });
    const closed = await kept.use(backendOf);
    expect(closed).not.toBe(refused);
    await kept.makeRoom();
    expect(await kept.use(backendOf)).not.toBe(closed);
  });

  it("don't hide that the server is gone, or silent, and say so in time", async () => {
    await kept.use(backendOf);
    await proxy.set('silent');
    const started = performance.now();
    await expect(kept.use(backendOf)).rejects.toThrow('timeout expired');
    expect(performance.now() - started).toBeLessThan(1_600);
    await proxy.set('pass');
    await kept.use(backendOf);
    await proxy.set('refuse');
    await expect(kept.use(backendOf)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  });

  it('are closed once nobody has used them for a while', async () => {
    const pid = await kept.use(backendOf);
    await eventually('it is closed', () =>
      local.on('main/primary', async (client) => {
        const { rowCount } = await client.query('select from pg_stat_activity where pid = $1', [pid]);
        return rowCount === 0;
      }),
    );
  });
});

it('leaves no connection open', async () => {
  await prove(local);
  const open = `select from pg_stat_activity where application_name like 'polystore-%'`;
  for (const label of [...PRIMARIES, 'main/r1']) {
    // A server notes the end of a connection a moment after the client has said goodbye; far sooner than an idle one is closed.
    await eventually(
      `no connection on ${label}`,
      () => local.on(label, async (client) => (await client.query(open)).rowCount === 0),
      3_000,
    );
  }
});
