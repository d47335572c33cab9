import { setTimeout as pause } from 'node:timers/promises';
import { defineTier, postgres } from '../../lib/definition';
import { isPolystoreError } from '../../lib/errors';
import type { RouterEvents } from '../../lib/routing';
import { eventually } from '../support/eventually';
import { startTestTier, type TestTier } from '../support/local-servers';
import { TcpProxy } from '../support/tcp-proxy';
import { mainOnly, routerOf, through, WHO, withMain } from './tier';

let test: TestTier;
let router: Awaited<ReturnType<typeof routerOf>>;
const unhandled: unknown[] = [];
const noteUnhandled = (reason: unknown): void => void unhandled.push(reason);

beforeEach(() => void process.on('unhandledRejection', noteUnhandled));
afterEach(() => {
  process.off('unhandledRejection', noteUnhandled);
  expect(unhandled.splice(0)).toEqual([]);
});

async function start(): Promise<void> {
  test = await startTestTier(mainOnly);
  router = await routerOf(test);
}

async function stop(): Promise<void> {
  await router?.close();
  await test?.stop();
}

const readWho = async (): Promise<string | undefined> => (await router.main.read<{ who: string }>(WHO)).rows[0]?.who;

describe('of a tier whose replicas are built anew,', () => {
  beforeAll(start);
  afterEach(async () => {
    for (const { label, status } of test.servers()) {
      if (status.kind !== 'running') await test.rebuildReplica(label, 'main/primary');
    }
  });
  afterAll(stop);

  it('goes on reading when a replica is killed with -9', async () => {
    const seen = new Map<string | undefined, number>();
    let isOver = false;
    const load = Array.from({ length: 4 }, async () => {
      while (!isOver) {
        const who = await readWho();
        seen.set(who, (seen.get(who) ?? 0) + 1);
      }
    });
    await eventually('both replicas are read', () => seen.size === 2);
    await test.killServer('main/r1', 'SIGKILL');
    seen.clear();
    await eventually('reads go on', () => (seen.get('main/r2') ?? 0) > 200);
    isOver = true;
    await Promise.all(load);
    expect([...seen.keys()].filter((who) => who !== 'main/r1')).toEqual(['main/r2']);
    expect(router.main.servers().find(({ name }) => name === 'r1')?.health?.state).toBe('down');
  });

  it('reads the primary when every replica is killed with -9', async () => {
    await readWho();
    await Promise.all([test.killServer('main/r1', 'SIGKILL'), test.killServer('main/r2', 'SIGKILL')]);
    // Children of a killed postmaster live on until they notice, and may answer once more. No read fails.
    await eventually('the primary answers', async () => (await readWho()) === 'main/primary');
    const answers = await Promise.all(Array.from({ length: 10 }, readWho));
    expect(new Set(answers)).toEqual(new Set(['main/primary']));
  });
});

describe('once the primary is killed with -9', () => {
  const outcomeOf = (work: Promise<unknown>): Promise<unknown> => work.catch((error: unknown) => error);
  let refuses: typeof router;
  let goesOn: typeof router;
  let inFlight: unknown;
  let open: unknown;

  beforeAll(async () => {
    await start();
    [goesOn, refuses] = await Promise.all([
      routerOf(test, { maxLagMs: 1_500, readFallback: 'none' }),
      routerOf(test, { maxLagMs: 1_500, readFallback: 'none', whenPrimaryLost: 'refuse' }),
    ]);
    await Promise.all([goesOn.main.read('select 1'), refuses.main.read('select 1')]);
    await router.main.write('select 1');
    const writing = outcomeOf(router.main.write('select pg_sleep(60)'));
    const transaction = outcomeOf(
      router.main.transaction(async (client) => {
        await client.query('create table lost (id integer)');
        await client.query('select pg_sleep(60)');
      }),
    );
    await eventually('both statements run', async () =>
      test.on('main/primary', async (client) => {
        const { rows } = await client.query("select from pg_stat_activity where query = 'select pg_sleep(60)'");
        return rows.length === 2;
      }),
    );
    await test.killServer('main/primary', 'SIGKILL');
    // Not at once: what a replica has was true a moment ago.
    await refuses.main.read('select 1');
    [inFlight, open] = await Promise.all([writing, transaction]);
  });
  afterAll(async () => {
    await Promise.all([goesOn?.close(), refuses?.close()]);
    await stop();
  });

  it('says of what was on its way whether to retry', () => {
    expect(inFlight).toMatchObject({
      code: 'SERVER_UNAVAILABLE',
      retryable: false,
      details: { server: 'primary', sent: true },
    });
    expect(open).toMatchObject({
      code: 'SERVER_UNAVAILABLE',
      retryable: true,
      details: { server: 'primary', sent: false },
    });
  });

  it('fails writes fast', async () => {
    const began = performance.now();
    await expect(router.main.write('select 1')).rejects.toMatchObject({
      code: 'SERVER_UNAVAILABLE',
      retryable: true,
      next: 'Retry.',
      details: { store: 'main', server: 'primary', sent: false },
    });
    expect(performance.now() - began).toBeLessThan(1_000);
  });

  it('reads as long as the policy says', async () => {
    await eventually('the replicas of the one that refuses are too old', () =>
      refuses.main.read('select 1').then(
        () => false,
        (error: unknown) => isPolystoreError(error, 'NO_ELIGIBLE_REPLICA'),
      ),
    );
    const answers = await Promise.all(Array.from({ length: 20 }, () => goesOn.main.read<{ who: string }>(WHO)));
    expect(new Set(answers.map(({ rows }) => rows[0]?.who))).toEqual(new Set(['main/r1', 'main/r2']));
  });
});

/** Makes a replica the primary, as an operator would, and lets another one follow it. */
async function promote(label: string, follower?: string): Promise<void> {
  await test.on(label, (client) => client.query('select pg_promote()'));
  const port = test.servers().find((server) => server.label === label)?.port;
  if (follower === undefined) return;
  await test.on(follower, async (client) => {
    const { rows } = await client.query<{ link: string }>("select current_setting('primary_conninfo') as link");
    const link = rows[0]?.link.replace(/port=\S+/, `port=${port}`) ?? '';
    await client.query(`alter system set primary_conninfo = '${link.replaceAll("'", "''")}'`);
    await client.query("alter system set primary_slot_name = ''");
    await client.query('select pg_reload_conf()');
  });
}

describe('of a tier of its own,', () => {
  beforeEach(start);
  afterEach(stop);

  it('finds the promoted primary by asking, and sessions go on', async () => {
    const failovers: RouterEvents['failover'][] = [];
    const losses: RouterEvents['primaryLost'][] = [];
    router.on('failover', (event) => failovers.push(event));
    router.on('primaryLost', (event) => losses.push(event));
    await router.main.write('create table note (id integer primary key)');
    const session = router.session();
    const main = session.store('main');
    await main.write('insert into note values (1)');
    const sees = async (id: number) => (await main.read('select from note where id = $1', [id])).rowCount === 1;
    await eventually('a replica answers the session', async () => {
      const { rows } = await main.read<{ who: string }>(WHO);
      return rows[0]?.who !== 'main/primary';
    });
    await test.killServer('main/primary', 'SIGKILL');
    await expect(router.main.write('select 1')).rejects.toMatchObject({ code: 'SERVER_UNAVAILABLE' });
    // The write of before the crash is on the replicas; reads, also of the session, go on.
    expect(await sees(1)).toBe(true);
    await readWho();
    await eventually('the loss is known', () => losses.length > 0);
    expect(losses).toEqual([{ store: 'main', shard: undefined, server: 'primary', reason: expect.any(String) }]);

    await promote('main/r1', 'main/r2');
    await eventually('writes go on', () =>
      main.write('insert into note values (2)').then(
        () => true,
        (error: unknown) => isPolystoreError(error, 'SERVER_UNAVAILABLE') && Promise.reject(error),
      ),
    );
    expect(await sees(2)).toBe(true);
    expect(failovers).toEqual([{ store: 'main', shard: undefined, from: 'primary', to: 'r1', timeline: 2 }]);
    expect(router.main.servers().map(({ name, role }) => [name, role])).toEqual([
      ['r1', 'primary'],
      ['primary', 'replica'],
      ['r2', 'replica'],
    ]);
    await eventually('the other replica follows, and answers the session', async () => {
      const { rows } = await main.read<{ who: string }>(WHO);
      return rows[0]?.who === 'main/r2';
    });
    expect(await sees(2)).toBe(true);
  });

  it('takes no replica for the primary that was promoted beside it, also when the primary is lost', async () => {
    const failovers: RouterEvents['failover'][] = [];
    router.on('failover', (event) => failovers.push(event));
    const writeWho = async () => (await router.main.write<{ who: string }>(WHO)).rows[0]?.who;
    await readWho();
    const healthOf = (name: string) => router.main.servers().find((server) => server.name === name)?.health?.state;
    await eventually('all are known', () => healthOf('r1') === 'up' && healthOf('r2') === 'up');
    await promote('main/r2');
    await eventually('r2 is no replica', () => healthOf('r2') === 'notReplica');
    expect(await Promise.all(Array.from({ length: 10 }, writeWho))).toEqual(Array(10).fill('main/primary'));
    expect(await readWho()).toBe('main/r1');

    await test.killServer('main/primary', 'SIGKILL');
    await eventually('the loss is noticed', () =>
      writeWho().then(
        () => false,
        (error: unknown) => isPolystoreError(error, 'SERVER_UNAVAILABLE') && error.retryable,
      ),
    );
    expect(failovers).toEqual([]);
    await promote('main/r1');
    await eventually('r1 takes the writes', async () => (await writeWho()) === 'main/r1');
    expect(failovers).toMatchObject([{ from: 'primary', to: 'r1' }]);
  });
});

describe('64 workers, while everything breaks', () => {
  const manyReplicas = defineTier({
    name: 'faults',
    stages: { dev: { profile: 'disposable' } },
    stores: { main: postgres({ replicas: 3 }) },
  });
  const applicationName = 'workers';

  /** What a worker may be told: that something is lost, or busy. Everything else is a fault of the router. */
  const isExpected = (error: unknown): boolean =>
    isPolystoreError(error, 'SERVER_UNAVAILABLE') ||
    isPolystoreError(error, 'PRIMARY_DEMOTED') ||
    isPolystoreError(error, 'UNKNOWN_OUTCOME') ||
    isPolystoreError(error, 'POOL_EXHAUSTED') ||
    isPolystoreError(error, 'READ_BUDGET_EXHAUSTED');

  beforeAll(async () => void (test = await startTestTier(manyReplicas)));
  afterAll(() => test.stop());

  it('loses no acknowledged write, shows no session less than it wrote, and leaks nothing', async () => {
    const portOf = (label: string) => test.servers().find((server) => server.label === label)?.port as number;
    const proxy = await TcpProxy.open(portOf('main/r3'));
    const busy = await routerOf(test, {
      pool: { applicationName, statementTimeoutMs: 500, max: 10 },
      change: (topology) =>
        withMain(topology, ({ replicas }) => ({
          replicas: replicas.map((replica) => (replica.name === 'r3' ? through(proxy.port, replica) : replica)),
        })),
    });
    await test.on('main/primary', async (client) => {
      await client.query('create table note (id bigint primary key)');
      await client.query('grant all on note to public');
      // What is acknowledged is on the replica that will be promoted.
      await client.query(`alter system set synchronous_standby_names = 'FIRST 1 ("main/r1")'`);
      await client.query('select pg_reload_conf()');
    });
    const acknowledged: number[] = [];
    const unexpected: unknown[] = [];
    let stale = 0;
    let isOver = false;
    const workers = Array.from({ length: 64 }, async (_, worker) => {
      const main = busy.session().store('main');
      let last: number | undefined;
      for (let turn = 0; !isOver; turn++) {
        const id = worker * 1_000_000 + turn;
        try {
          if (turn % 2 === 0) await main.write('insert into note values ($1)', [id]);
          else await main.transaction((client) => client.query('insert into note values ($1)', [id]));
          acknowledged.push(id);
          last = id;
          const { rowCount } = await main.read('select from note where id = $1', [last]);
          if (rowCount !== 1) stale++;
        } catch (error) {
          if (!isExpected(error)) unexpected.push(error);
          // Nobody who was refused asks again at once; who is served does.
          await pause(5);
        }
      }
    });
    const more = async (what: string) => {
      const before = acknowledged.length;
      await eventually(`writes go on ${what}`, () => acknowledged.length > before + 150, 20_000);
    };
    try {
      await more('at first');
      await test.on('main/r3', (client) => client.query('select pg_wal_replay_pause()'));
      await more('while a replica does not replay');
      await test.on('main/r3', (client) => client.query('select pg_wal_replay_resume()'));
      await proxy.set('silent');
      await more('while a replica is silent');
      await test.killServer('main/r2', 'SIGKILL');
      await more('while two replicas are lost');
      await proxy.set('pass');
      await test.killServer('main/primary', 'SIGKILL');
      await promote('main/r1');
      await more('after a promotion');
    } finally {
      isOver = true;
      await Promise.all(workers);
    }
    expect(unexpected).toEqual([]);
    expect(stale).toBe(0);
    expect(busy.main.servers().map(({ outstanding }) => outstanding)).toEqual([0, 0, 0, 0]);
    const found = await test.on('main/r1', (client) => client.query<{ id: string }>('select id from note'));
    const stored = new Set(found.rows.map(({ id }) => Number(id)));
    expect(acknowledged.filter((id) => !stored.has(id))).toEqual([]);
    await busy.close();
    await proxy.close();
    for (const label of ['main/r1', 'main/r3']) {
      await eventually(`${label} has no connection left`, () =>
        test.on(label, async (client) => {
          const left = 'select from pg_stat_activity where application_name like $1';
          return (await client.query(left, [`${applicationName}%`])).rowCount === 0;
        }),
      );
    }
  });
});
