import { setTimeout as pause } from 'node:timers/promises';
import type { PolystoreError } from '../../lib/errors';
import type { PgPoolClient } from '../../lib/postgres';
import type { Router, RouterEvents } from '../../lib/routing';
import { ServerMonitor } from '../../lib/routing/server-monitor';
import { eventually } from '../support/eventually';
import { startTestTier, type TestTier } from '../support/local-servers';
import type { TcpProxy } from '../support/tcp-proxy';
import { closedAfterEach } from './closed-after-each';
import { mainOnly, routerOf, through, WHO, withMain } from './tier';

const opened = closedAfterEach();
let test: TestTier;

beforeAll(async () => {
  test = await startTestTier(mainOnly);
  const router = await routerOf(test);
  await router.main.write('create table note (id integer primary key)');
  await router.close();
});

afterAll(() => test?.stop());

/** A router that is closed, and whose proxies are, at the end of the test. */
const open: typeof routerOf = async (...options) => opened.router(await routerOf(...options));

const port = (label: string): number => test.servers().find((server) => server.label === label)?.port as number;

const proxyTo = (label: string): Promise<TcpProxy> => opened.proxyTo(port(label));

const readers = async (router: Router, times = 20): Promise<string[]> => {
  const answers = await Promise.all(Array.from({ length: times }, () => readWho(router)));
  return [...new Set(answers)].sort();
};

const readWho = async (router: Router): Promise<string> => {
  const main = router.store('main');
  if (main.kind !== 'postgres') throw new Error('main is not sharded');
  return (await main.read<{ who: string }>(WHO)).rows[0]?.who ?? '';
};

const healthOf = (router: Awaited<ReturnType<typeof routerOf>>, name: string) =>
  router.main.servers().find((server) => server.name === name)?.health;

describe('a replica that refuses connections', () => {
  it('is left without a failed read, and comes back', async () => {
    const proxy = await proxyTo('main/r1');
    const router = await open(test, {
      change: (topology) =>
        withMain(topology, ({ replicas: [r1, ...others] }) => ({
          replicas: r1 ? [through(proxy.port, r1), ...others] : others,
        })),
    });
    expect(await readers(router)).toEqual(['main/r1', 'main/r2']);
    let failures = 0;
    let isOver = false;
    const load = Array.from({ length: 4 }, async () => {
      for (; !isOver; await pause(2)) await readWho(router).catch(() => failures++);
    });
    await proxy.set('refuse');
    await eventually('r1 is down', () => healthOf(router, 'r1')?.state === 'down');
    expect(await readers(router)).toEqual(['main/r2']);
    await proxy.set('pass');
    await eventually('r1 is up', () => healthOf(router, 'r1')?.state === 'up');
    expect(await readers(router)).toEqual(['main/r1', 'main/r2']);
    isOver = true;
    await Promise.all(load);
    expect(failures).toBe(0);
  });

  it('leaves reads to the primary, or to nobody, as the policy says', async () => {
    const proxy = await proxyTo('main/r1');
    const change: NonNullable<Parameters<typeof routerOf>[1]>['change'] = (topology) =>
      withMain(topology, ({ replicas }) => ({ replicas: replicas.slice(0, 1).map((r1) => through(proxy.port, r1)) }));
    await proxy.set('refuse');
    const router = await open(test, { change });
    expect(await readers(router)).toEqual(['main/primary']);
    expect(router.main.route('read')).toMatchObject({ role: 'primary', reason: 'fallback' });
    const strict = await open(test, { change, readFallback: 'none' });
    await expect(strict.main.read('select 1')).rejects.toMatchObject({
      code: 'NO_ELIGIBLE_REPLICA',
      details: { store: 'main', replicas: { r1: 'down: ECONNREFUSED' } },
    });
  });

  it('is left at the first read that fails, though its monitor is well', async () => {
    const applicationName = 'only-the-pool';
    const router = await open(test, {
      pool: { applicationName },
      change: (topology) => withMain(topology, ({ replicas }) => ({ replicas: replicas.slice(0, 1) })),
    });
    const marker = 'ended by an administrator';
    const reading = router.main.read<{ who: string }>(
      `select current_setting('cluster_name') as who, case when pg_is_in_recovery() then pg_sleep(60) end /* ${marker} */`,
    );
    await eventually('r1 runs the read', () => isRunning('main/r1', marker));
    await test.on('main/r1', (client) =>
      client.query('select pg_terminate_backend(pid) from pg_stat_activity where application_name = $1', [
        applicationName,
      ]),
    );
    expect((await reading).rows[0]?.who).toBe('main/primary');
    expect(healthOf(router, 'r1')).toEqual({ state: 'down', reason: '57P01' });
    await eventually('r1 is read again', async () => (await readWho(router)) === 'main/r1');
  });

  it('hands a read that it was busy with to another server', async () => {
    const proxy = await proxyTo('main/r1');
    const router = await open(test, {
      change: (topology) =>
        withMain(topology, ({ replicas }) => ({ replicas: replicas.slice(0, 1).map((r1) => through(proxy.port, r1)) })),
    });
    const marker = 'lost in flight';
    const reading = router.main.read<{ who: string }>(
      `select current_setting('cluster_name') as who, case when pg_is_in_recovery() then pg_sleep(60) end /* ${marker} */`,
    );
    await eventually('r1 runs the read', () => isRunning('main/r1', marker));
    await proxy.set('refuse');
    expect((await reading).rows[0]?.who).toBe('main/primary');
    // Nobody tells the server that nobody waits: what it goes on reading would hold up its replay once a vacuum has come.
    await test.on('main/r1', (client) =>
      client.query(
        'select pg_terminate_backend(pid) from pg_stat_activity where query like $1 and pid <> pg_backend_pid()',
        [`%${marker}%`],
      ),
    );
  });
});

const isRunning = (label: string, marker: string): Promise<boolean> =>
  test.on(label, async (client) => {
    const { rows } = await client.query(
      "select from pg_stat_activity where state = 'active' and query like '%' || $1 || '%' and pid <> pg_backend_pid()",
      [marker],
    );
    return rows.length > 0;
  });

describe('the monitor of a replica', () => {
  it('believes no probe that began before the replica was lost', async () => {
    const monitor = new ServerMonitor(await test.superuser('main/r1'), 'postgres', 'monitor-test');
    expect(monitor.health).toEqual({ state: 'unprobed' });
    const probed = monitor.start();
    monitor.markDown(new Error('lost while the probe was on its way'));
    await probed;
    expect(monitor.health).toEqual({ state: 'down', reason: 'lost while the probe was on its way' });
    await eventually('a later probe finds it', () => monitor.health.state === 'up');
    await monitor.close();
    await monitor.close();
  });
});

describe('a replica that has gone silent', () => {
  it('is left within its probe, and its reads move on where statements have a limit', async () => {
    const proxy = await proxyTo('main/r1');
    const router = await open(test, {
      pool: { statementTimeoutMs: 300 },
      change: (topology) =>
        withMain(topology, ({ replicas: [r1, ...others] }) => ({
          replicas: r1 ? [through(proxy.port, r1), ...others] : others,
        })),
    });
    expect(await readers(router)).toEqual(['main/r1', 'main/r2']);
    await proxy.set('silent');
    expect(await readers(router)).toEqual(['main/r2']);
    await eventually('r1 is down', () => healthOf(router, 'r1')?.state === 'down', 4_000);
  });
});

describe('a replica that is not fresh', () => {
  const resume = () =>
    Promise.all(
      ['main/r1', 'main/r2'].map((label) => test.on(label, (client) => client.query('select pg_wal_replay_resume()'))),
    );
  afterEach(resume);

  it('is not read while it lags more than allowed, and is again when it has caught up', async () => {
    const router = await open(test, { maxLagMs: 250 });
    const strict = await open(test, { maxLagMs: 250, readFallback: 'none' });
    expect(await readers(router)).toEqual(['main/r1', 'main/r2']);
    await readers(strict);
    await test.on('main/r1', (client) => client.query('select pg_wal_replay_pause()'));
    await router.main.write('insert into note values (1)');
    const lags = (name: string, one = router) => {
      const health = healthOf(one, name);
      return health?.state === 'up' && health.lagMs !== 'unknown' && health.lagMs > 250;
    };
    await eventually('r1 lags', () => lags('r1'));
    expect(await readers(router)).toEqual(['main/r2']);

    await test.on('main/r2', (client) => client.query('select pg_wal_replay_pause()'));
    await router.main.write('delete from note where id = 1');
    await eventually('both lag', () => lags('r1', strict) && lags('r2', strict));
    await expect(strict.main.read('select 1')).rejects.toMatchObject({
      code: 'NO_ELIGIBLE_REPLICA',
      details: { replicas: { r1: expect.stringMatching(/^lag \d+ ms, allowed 250 ms$/), r2: expect.any(String) } },
    });
    await eventually('both lag', () => lags('r1') && lags('r2'));
    expect(await readers(router)).toEqual(['main/primary']);

    await resume();
    await eventually('both are read again', async () => (await readers(router)).join() === 'main/r1,main/r2');
  });

  it('would answer stale without a limit, so the pause is real', async () => {
    const router = await open(test, { maxLagMs: Infinity });
    await readers(router);
    await Promise.all(
      ['main/r1', 'main/r2'].map((label) => test.on(label, (client) => client.query('select pg_wal_replay_pause()'))),
    );
    await router.main.write('insert into note values (2)');
    expect((await router.main.read('select id from note where id = 2')).rows).toEqual([]);
    await router.main.write('delete from note where id = 2');
  });

  it.each([{ kind: 'owner' }, { kind: 'smoke' }] as const)(
    'is not read while its lag is unknown ($kind)',
    async (login) => {
      const set = (sql: string) =>
        test.on('main/r1', async (client) => {
          await client.query(sql);
          await client.query('select pg_reload_conf()');
        });
      const router = await open(test, { login });
      try {
        await set("alter system set primary_conninfo = ''");
        await eventually('r1 receives nothing', () =>
          test.on('main/r1', async (client) => (await client.query('select from pg_stat_wal_receiver')).rowCount === 0),
        );
        expect(await readers(router)).toEqual(['main/r2']);
        expect(healthOf(router, 'r1')).toMatchObject({ state: 'up', lagMs: 'unknown' });
      } finally {
        await set('alter system reset primary_conninfo');
      }
      await eventually('r1 is read again', async () => (await readers(router)).join() === 'main/r1,main/r2');
    },
  );
});

describe('a server that is no replica', () => {
  it('is not read as one', async () => {
    const router = await open(test, {
      change: (topology) =>
        withMain(topology, ({ primary, replicas }) => ({
          replicas: [through(primary.endpoint.port, replicas[0] ?? primary)],
        })),
    });
    expect(router.main.route('read').reason).toBe('fallback');
    await router.main.read('select 1');
    expect(healthOf(router, 'r1')).toEqual({ state: 'notReplica' });
    expect(router.main.route('read')).toMatchObject({ role: 'primary', reason: 'fallback' });
  });

  it('is not read behind a pooled endpoint, whose lag nobody can measure', async () => {
    const router = await open(test, {
      readFallback: 'none',
      change: (topology) =>
        withMain(topology, ({ replicas }) => ({
          replicas: replicas.map((replica) => ({
            ...replica,
            endpoint: { ...replica.endpoint, via: 'pooled' as const },
          })),
        })),
    });
    const why = 'down: its endpoint is pooled, so its lag cannot be measured';
    await expect(router.main.read('select 1')).rejects.toMatchObject({ details: { replicas: { r1: why, r2: why } } });
  });
});

describe('a primary behind a broken network', () => {
  const throughProxy = (proxy: TcpProxy, options: Parameters<typeof routerOf>[1] = {}) =>
    open(test, {
      ...options,
      change: (topology) => withMain(topology, ({ primary }) => ({ primary: through(proxy.port, primary) })),
    });
  const ids = async (router: Awaited<ReturnType<typeof routerOf>>): Promise<unknown[]> =>
    (await router.main.write('select id from note order by id')).rows.map(({ id }) => id as unknown);
  afterEach(() => test.on('main/primary', (client) => client.query('truncate note')));

  it('fails a write that was not sent as safe to retry', async () => {
    const proxy = await proxyTo('main/primary');
    await proxy.set('refuse');
    const router = await throughProxy(proxy);
    const refused = {
      code: 'SERVER_UNAVAILABLE',
      message: `store "main": primary "primary" at 127.0.0.1:${proxy.port} is unavailable (ECONNREFUSED): nothing was sent`,
      retryable: true,
      details: { store: 'main', server: 'primary', sent: false },
    };
    await expect(router.main.write('insert into note values (1)')).rejects.toMatchObject(refused);
    await expect(router.main.transaction(() => Promise.resolve())).rejects.toMatchObject(refused);
    await proxy.set('pass');
    await router.main.write('insert into note values (1)');
  });

  it('fails a write that was sent as not safe to retry', async () => {
    const proxy = await proxyTo('main/primary');
    const router = await throughProxy(proxy);
    const writing = router.main.write('insert into note select 2 from pg_sleep(60) /* write in flight */');
    const outcome = expect(writing).rejects.toMatchObject({
      code: 'SERVER_UNAVAILABLE',
      retryable: false,
      details: { sent: true },
      message: expect.stringContaining('the statement was sent and may have been done'),
    });
    await eventually('the primary runs the write', () => isRunning('main/primary', 'write in flight'));
    await proxy.set('refuse');
    await outcome;
    await test.on('main/primary', (client) =>
      client.query(
        "select pg_terminate_backend(pid) from pg_stat_activity where query like '%write in flight%' and pid <> pg_backend_pid()",
      ),
    );
  });

  it('fails a transaction that was not committed as safe to retry', async () => {
    const proxy = await proxyTo('main/primary');
    const router = await throughProxy(proxy);
    const work = router.main.transaction(async (client) => {
      await client.query('insert into note values (3)');
      await proxy.set('refuse');
      await client.query('insert into note values (4)');
    });
    await expect(work).rejects.toMatchObject({
      code: 'SERVER_UNAVAILABLE',
      retryable: true,
      details: { sent: false },
      message: expect.stringContaining('the transaction was not committed'),
    });
    await proxy.set('pass');
    expect(await ids(router)).toEqual([]);
  });

  it('fails a transaction that was lost before COMMIT was sent as safe to retry', async () => {
    const proxy = await proxyTo('main/primary');
    const router = await throughProxy(proxy, { pool: { statementTimeoutMs: 300 } });
    const work = router.main.transaction(async (client) => {
      await client.query('insert into note values (5)');
      await proxy.set('silent');
    });
    await expect(work).rejects.toMatchObject({ code: 'SERVER_UNAVAILABLE', retryable: true, details: { sent: false } });
    await proxy.set('refuse');
    await proxy.set('pass');
    expect(await ids(router)).toEqual([]);
  });

  describe('that breaks during COMMIT', () => {
    /** COMMIT takes a minute, or until somebody lets it go. */
    beforeAll(() =>
      test.on('main/primary', async (client) => {
        await client.query('create table gate (open boolean)');
        await client.query('grant select on gate to public');
        await client.query(`
          create function slow_commit() returns trigger language plpgsql as $$
            begin
              for i in 1..6000 loop
                exit when exists (select from gate);
                perform pg_sleep(0.01);
              end loop;
              return null;
            end $$`);
        await client.query(`
          create constraint trigger slow after insert on note deferrable initially deferred
            for each row when (new.id >= 100) execute function slow_commit()`);
      }),
    );
    afterEach(() => test.on('main/primary', (client) => client.query('truncate gate')));

    const loseDuringCommit = async (id: number, meanwhile: (proxy: TcpProxy) => Promise<unknown>) => {
      const proxy = await proxyTo('main/primary');
      const router = await throughProxy(proxy);
      const work = router.main.transaction((client) => client.query('insert into note values ($1)', [id]));
      const failed = work.catch((error: unknown) => error as PolystoreError<'UNKNOWN_OUTCOME'>);
      await eventually('COMMIT runs', () => isRunning('main/primary', 'commit'));
      await meanwhile(proxy);
      const error = (await failed) as PolystoreError<'UNKNOWN_OUTCOME'>;
      expect(error).toMatchObject({ code: 'UNKNOWN_OUTCOME', retryable: false });
      const { transaction } = error.details;
      if (!transaction) throw new Error('the error names no transaction');
      await proxy.set('pass');
      return { router, transaction };
    };

    it('says that the outcome is unknown, and can tell later that the transaction stands', async () => {
      const { router, transaction } = await loseDuringCommit(100, async (proxy) => {
        await proxy.set('refuse');
        await proxy.set('pass');
        await test.on('main/primary', (client) => client.query('insert into gate values (true)'));
      });
      await eventually('it ended', async () => (await router.main.outcomeOf(transaction)) !== 'inProgress');
      expect(await router.main.outcomeOf(transaction)).toBe('committed');
      expect(await ids(router)).toEqual([100]);
    });

    it('says that the outcome is unknown, and can tell later that it does not stand', async () => {
      const { router, transaction } = await loseDuringCommit(101, () =>
        test.on('main/primary', (client) =>
          client.query("select pg_terminate_backend(pid) from pg_stat_activity where query = 'commit'"),
        ),
      );
      expect(await router.main.outcomeOf(transaction)).toBe('aborted');
      expect(await ids(router)).toEqual([]);
    });

    it('cannot tell of a transaction that another incarnation of the server may have had', async () => {
      const { router, transaction } = await loseDuringCommit(102, async (proxy) => {
        await proxy.set('refuse');
        await proxy.set('pass');
        await test.on('main/primary', (client) => client.query('insert into gate values (true)'));
      });
      await eventually('it ended', async () => (await router.main.outcomeOf(transaction)) !== 'inProgress');
      expect(await router.main.outcomeOf({ ...transaction, incarnation: '00000001/0' })).toBe('unknown');
      const never = { ...transaction, id: String(BigInt(transaction.id) + 1_000_000n) };
      expect(await router.main.outcomeOf(never)).toBe('aborted');
    });
  });

  it('survives the end of its connections, idle or in use', async () => {
    const router = await open(test, { pool: { applicationName: 'to-be-ended' } });
    const endAll = () =>
      test.on('main/primary', (client) =>
        client.query("select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'to-be-ended'"),
      );
    await Promise.all(Array.from({ length: 5 }, () => router.main.write('select 1')));
    const pool = router.main.pool();
    expect(pool.totalCount).toBeGreaterThan(1);
    await endAll();
    await eventually('the pool has noticed', () => pool.totalCount === 0);
    await router.main.write('insert into note values (6)');

    // An application that took a client out of the pool, and waits for something else when its connection ends.
    const held = await pool.connect();
    const ended = new Promise((resolve) => held.once('end', resolve));
    await endAll();
    await ended;
    await expect(held.query('select 1')).rejects.toThrow();
    held.release(true);
    expect(await ids(router)).toEqual([6]);
  });
});

describe('a primary that was demoted', () => {
  it('is told from one that is well, and left as soon as its name points elsewhere', async () => {
    const proxy = await opened.proxyTo(port('main/r1'));
    const router = await open(test, {
      change: (topology) =>
        withMain(topology, ({ primary }) => ({ primary: through(proxy.port, primary), replicas: [] })),
    });
    await Promise.all(Array.from({ length: 5 }, () => router.main.write('select pg_sleep(0.02)')));
    const demoted = {
      code: 'PRIMARY_DEMOTED',
      retryable: true,
      details: { store: 'main', server: 'primary' },
    };
    await expect(router.main.write('delete from note')).rejects.toMatchObject({
      ...demoted,
      cause: expect.objectContaining({ code: '25006' }),
    });
    await expect(router.main.transaction((client) => client.query('delete from note'))).rejects.toMatchObject(demoted);
    proxy.retarget(port('main/primary'));
    await Promise.all(Array.from({ length: 10 }, () => router.main.write('delete from note')));
    await router.main.transaction((client) => client.query('delete from note'));
  });
});

describe('a topology that changes', () => {
  it('brings replicas into use, and takes others out of it, without a restart', async () => {
    let names = ['r1'];
    let isBroken = false;
    const topology = {
      read: async () => {
        if (isBroken) throw new Error('no topology');
        return withMain(test.topology, ({ replicas }) => ({
          replicas: replicas.filter(({ name }) => names.includes(name)),
        }));
      },
    };
    const applicationName = 'changing';
    const router = await open(test, { topology, pool: { applicationName } });
    const changes: RouterEvents['topologyRefresh'][] = [];
    const stop = router.on('topologyRefresh', (event) => changes.push(event));
    expect(await readers(router)).toEqual(['main/r1']);

    names = ['r1', 'r2'];
    await Promise.all([router.refresh(), router.refresh()]);
    await eventually('both are read', async () => (await readers(router)).join() === 'main/r1,main/r2');

    names = ['r2'];
    await router.refresh();
    expect(await readers(router)).toEqual(['main/r2']);
    expect(router.main.servers().map(({ name }) => name)).toEqual(['primary', 'r2']);
    await eventually('nothing is connected to the one that went', () =>
      test.on('main/r1', async (client) => {
        const left = 'select from pg_stat_activity where application_name like $1';
        return (await client.query(left, [`${applicationName}%`])).rowCount === 0;
      }),
    );

    isBroken = true;
    await expect(router.refresh()).rejects.toThrow('no topology');
    expect(await readers(router)).toEqual(['main/r2']);
    expect(changes).toEqual([
      { added: ['r2'], removed: [], error: undefined },
      { added: [], removed: ['r1'], error: undefined },
      { added: [], removed: [], error: expect.objectContaining({ message: 'no topology' }) },
    ]);
    stop();
    await expect(router.refresh()).rejects.toThrow('no topology');
    expect(changes).toHaveLength(3);
    await router.close();
    await expect(async () => router.refresh()).rejects.toMatchObject({ code: 'HANDLE_CLOSED' });
  });

  it('is followed by itself where the router says how often', async () => {
    let replicas = 1;
    const topology = {
      read: () => Promise.resolve(withMain(test.topology, (main) => ({ replicas: main.replicas.slice(0, replicas) }))),
    };
    const router = await open(test, { topology, refreshMs: 1_000 });
    expect(await readers(router)).toEqual(['main/r1']);
    replicas = 2;
    await eventually('both are read', async () => (await readers(router)).join() === 'main/r1,main/r2');
  });
});

describe('the events of a router', () => {
  it('tell where statements go, and which server is left and back', async () => {
    const proxy = await proxyTo('main/r1');
    const router = await open(test, {
      zone: 'here',
      change: (topology) =>
        withMain(topology, ({ primary, replicas: [r1, r2] }) => ({
          primary,
          replicas:
            r1 && r2
              ? [
                  { ...through(proxy.port, r1), zone: 'here' },
                  { ...r2, zone: 'there' },
                ]
              : [],
        })),
    });
    const routes: string[] = [];
    const breaker: string[] = [];
    router.on('route', ({ access, server }) => routes.push(`${access} ${server}`));
    router.on('breaker', ({ server, state }) => breaker.push(`${server} ${state}`));
    await router.main.read('select 1');
    await router.main.write('select 1');
    await router.main.transaction((client) => client.query('select 1'));
    await router.session().store('main').read('select 1');
    // The replica in the same zone, as long as it is there.
    expect(routes).toEqual(['read r1', 'write primary', 'write primary', 'read r1']);
    await proxy.set('refuse');
    await eventually('r1 is left', () => breaker.includes('r1 open'));
    expect(await readers(router)).toEqual(['main/r2']);
    await proxy.set('pass');
    await eventually('r1 is back', () => breaker.at(-1) === 'r1 closed');
    expect(await readers(router)).toEqual(['main/r1']);
  });

  it('reach the others, and the router goes on, where a listener throws', async () => {
    const later = jest.spyOn(globalThis, 'queueMicrotask').mockImplementation(() => undefined);
    try {
      const router = await open(test);
      const mine = new TypeError('a listener of the application');
      const heard: string[] = [];
      router.on('route', () => {
        throw mine;
      });
      router.on('route', ({ server }) => heard.push(server));
      await router.main.write('select 1');
      expect(heard).toEqual(['primary']);
      // It surfaces as an exception that nobody has caught.
      const thrown = later.mock.calls.map(([callback]) => callback);
      expect(thrown.filter((callback) => throwsIt(callback, mine))).toHaveLength(1);
    } finally {
      later.mockRestore();
    }
  });
});

function throwsIt(callback: () => void, expected: unknown): boolean {
  try {
    callback();
    return false;
  } catch (error) {
    return error === expected;
  }
}

describe('a choice of replicas', () => {
  it.each(['random', 'roundRobin'] as const)('reads all of them (%s)', async (replicaChoice) => {
    const router = await open(test, { replicaChoice });
    expect(await readers(router)).toEqual(['main/r1', 'main/r2']);
    expect(router.main.route('read')).toMatchObject({ role: 'replica', reason: replicaChoice });
  });
});

describe('a transaction whose server is lost before COMMIT', () => {
  it('is run again where its options say so, and only then', async () => {
    const proxy = await proxyTo('main/primary');
    const router = await open(test, {
      change: (topology) => withMain(topology, ({ primary }) => ({ primary: through(proxy.port, primary) })),
    });
    const losesOnce = () => {
      let runs = 0;
      return {
        runs: () => runs,
        work: async (client: PgPoolClient) => {
          await client.query('insert into note values (50)');
          if (runs++ > 0) return;
          await proxy.set('refuse');
          await proxy.set('pass');
          await client.query('select 1');
        },
      };
    };
    const once = losesOnce();
    await expect(router.main.transaction(once.work)).rejects.toMatchObject({
      code: 'SERVER_UNAVAILABLE',
      retryable: true,
    });
    expect(once.runs()).toBe(1);
    const twice = losesOnce();
    await router.main.transaction(twice.work, { retries: 3 });
    expect(twice.runs()).toBe(2);
    const { rowCount } = await router.main.write('delete from note where id = 50');
    expect(rowCount).toBe(1);
  });
});
