import { copyFile, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { ensureCertificates } from '../../lib/local/certificates';
import type { PgPool } from '../../lib/postgres';
import type { Router, RouterEvents } from '../../lib/routing';
import type { Topology } from '../../lib/topology';
import { eventually } from '../support/eventually';
import { startTestTier, type TestTier } from '../support/local-servers';
import { closedAfterEach } from './closed-after-each';
import { mainOnly, routerOf, through, withMain, type tier } from './tier';

const opened = closedAfterEach();
let test: TestTier;

beforeAll(async () => {
  test = await startTestTier(mainOnly);
});

afterAll(() => test?.stop());

const open = async (options: Parameters<typeof routerOf>[1] = {}): Promise<Router<typeof tier>> => {
  return opened.router(await routerOf(test, options));
};

/** Resolves when so many wait for a connection. */
const waiting = (pool: PgPool, count: number): Promise<unknown> =>
  eventually('they wait', () => pool.waitingCount === count);

const closed = { code: 'HANDLE_CLOSED' };

describe('a router that is closed', () => {
  it('lends no client of a pool that somebody kept, and opens nothing for it', async () => {
    const [used, unused] = await Promise.all([open(), open()]);
    await used.main.read('select 1');
    for (const router of [used, unused]) {
      const pools = [router.main.readPool(), router.main.pool()];
      await router.close();
      for (const pool of pools) {
        await expect(pool.connect()).rejects.toMatchObject(closed);
        await expect(pool.query('select 1')).rejects.toMatchObject(closed);
        expect(pool.totalCount).toBe(0);
      }
    }
  });

  it('opens nothing for what was asked for in the same moment', async () => {
    const router = await open();
    const pool = router.main.readPool();
    const refused = [pool.connect(), router.main.read('select 1')].map((late) =>
      expect(late).rejects.toMatchObject(closed),
    );
    await router.close();
    await Promise.all(refused);
    expect(pool.totalCount).toBe(0);
  });

  it('refuses at once who still waits for a connection, and waits for who has one', async () => {
    const router = await open({ pool: { max: 1 } });
    const held = await router.main.pool().connect();
    const refused = [
      router.main.write('select 1'),
      router.main.transaction(() => Promise.reject(new Error('was run'))),
      router.main.pool().query('select 1'),
    ].map((late) => expect(late).rejects.toMatchObject(closed));
    await waiting(router.main.pool(), 3);
    const closing = router.close();
    await Promise.all(refused);
    expect((await held.query('select 1 as one')).rows).toEqual([{ one: 1 }]);
    held.release();
    await closing;
  });

  it('names what was called', async () => {
    const router = await open();
    await router.close();
    await expect(async () => router.refresh()).rejects.toThrow(/^the topology: /);
    await expect(router.service('users')).rejects.toThrow(/^service "users": /);
  });
});

describe('a signal that aborts while a read waits', () => {
  const cancelled = { code: 'CANCELLED' };
  /** No replica may answer. */
  const alone = (topology: Topology) =>
    withMain(topology, ({ replicas }) => ({
      replicas: replicas.map((one) => ({ ...one, endpoint: { ...one.endpoint, via: 'pooled' as const } })),
    }));

  it('for its turn on the primary, in a session or not, ends the wait and leaves the turn to others', async () => {
    const router = await open({ change: alone, primaryReadShare: 0.1, pool: { connectTimeoutMs: 30_000 } });
    const held = await router.main.readPool().connect();
    const abort = new AbortController();
    const session = router.session().store('main');
    const ended = [router.main.read('select 1', [], abort.signal), session.read('select 1', [], abort.signal)].map(
      (read) =>
        expect(read).rejects.toMatchObject({ ...cancelled, message: expect.stringContaining('nothing was sent') }),
    );
    const patient = router.main.read<{ one: number }>('select 1 as one');
    // A turn of the event loop: each has come to its wait.
    await new Promise(setImmediate);
    abort.abort();
    await Promise.all(ended);
    held.release();
    expect((await patient).rows).toEqual([{ one: 1 }]);
    // The one turn is free: two that need it come one after the other.
    await Promise.all([router.main.read('select 1'), router.main.read('select 1')]);
    await expect(router.main.read('select 1', [], AbortSignal.abort())).rejects.toMatchObject(cancelled);
    await router.main.read('select 1');
  });

  it('for the first probe of replicas that are silent ends the wait', async () => {
    const proxy = await opened.proxyTo(portOf('main/r1'));
    await proxy.set('silent');
    const router = await open({
      change: (topology) =>
        withMain(topology, ({ replicas }) => ({ replicas: replicas.map((replica) => through(proxy.port, replica)) })),
    });
    const abort = new AbortController();
    const read = expect(router.main.read('select 1', [], abort.signal)).rejects.toMatchObject(cancelled);
    abort.abort();
    await read;
    expect(router.main.servers().map(({ health }) => health?.state)).toEqual([undefined, 'unprobed', 'unprobed']);
  });
});

const portOf = (label: string): number => test.servers().find((server) => server.label === label)?.port as number;

describe('a primary that has gone silent', () => {
  const silentPrimary = async (max: number) => {
    const proxy = await opened.proxyTo(portOf('main/primary'));
    const router = await open({
      pool: { max, connectTimeoutMs: 500 },
      change: (topology) => withMain(topology, ({ primary }) => ({ primary: through(proxy.port, primary) })),
    });
    const lost: RouterEvents['primaryLost'][] = [];
    router.on('primaryLost', (event) => lost.push(event));
    await router.main.write('select 1');
    return { router, proxy, lost };
  };

  it('is unavailable to who waits for a connection that it does not make, not busy', async () => {
    const { router, proxy, lost } = await silentPrimary(2);
    await proxy.set('silent');
    // Has the one connection that there is, and no limit.
    const stuck = expect(router.main.write('select 1')).rejects.toMatchObject({ code: 'SERVER_UNAVAILABLE' });
    const unsent = { code: 'SERVER_UNAVAILABLE', retryable: true, details: { sent: false } };
    const others = Array.from({ length: 4 }, () => expect(router.main.write('select 1')).rejects.toMatchObject(unsent));
    await Promise.all(others);
    expect(lost).toMatchObject([{ store: 'main', server: 'primary' }]);
    await proxy.set('refuse');
    await stuck;
  });

  it('is looked for when all connections to it are in use for too long', async () => {
    const { router, proxy, lost } = await silentPrimary(1);
    await proxy.set('silent');
    const stuck = expect(router.main.write('select 1')).rejects.toMatchObject({ code: 'SERVER_UNAVAILABLE' });
    await expect(router.main.write('select 1')).rejects.toMatchObject({ code: 'POOL_EXHAUSTED' });
    await eventually('it is lost', () => lost.length === 1);
    await proxy.set('refuse');
    await stuck;
  });

  it('is not lost where it is only busy', async () => {
    const { router, lost } = await silentPrimary(1);
    const held = await router.main.pool().connect();
    await expect(router.main.write('select 1')).rejects.toMatchObject({ code: 'POOL_EXHAUSTED' });
    held.release();
    await router.main.write('select 1');
    expect(lost).toEqual([]);
  });
});

describe('the authorities that a topology trusts', () => {
  const trusting = (path: string) => ({
    change: (topology: Topology): Topology => ({ ...topology, trust: { kind: 'file', path } }),
  });
  const own = (): string => {
    const { trust } = test.topology;
    if (trust.kind !== 'file') throw new Error('a tier here trusts a file');
    return trust.path;
  };
  /** The next statement needs a new connection. */
  const drop = async (router: Router<typeof tier>): Promise<void> => (await router.main.pool().connect()).release(true);

  it('are looked for when a router is opened, and what to do is said where there are none', async () => {
    const missing = { code: 'DOCUMENT_MISSING', details: { document: 'certificate authorities', source: '/no/such' } };
    await expect(open(trusting('/no/such'))).rejects.toMatchObject(missing);
    const onAws = open({ change: (topology) => ({ ...topology, trust: { kind: 'rds', bundlePath: '/no/such' } }) });
    await expect(onAws).rejects.toMatchObject({ ...missing, next: expect.stringContaining('global-bundle.pem') });
  });

  it('may be replaced while a router is open, and are those of before where they are gone', async () => {
    const path = join(dirname(test.topologyFile), 'authorities.crt');
    const another = await ensureCertificates(join(dirname(test.topologyFile), 'another-tier'));
    await copyFile(own(), path);
    const router = await open({ ...trusting(path), pool: { max: 1 } });
    await router.main.write('select 1');

    await copyFile(another.authority, path);
    await router.main.write('select 1');
    await drop(router);
    await expect(router.main.write('select 1')).rejects.toMatchObject({
      code: 'SERVER_UNAVAILABLE',
      message: expect.stringMatching(/\((UNABLE_TO_VERIFY_LEAF_SIGNATURE|CERT_SIGNATURE_FAILURE)\): nothing was sent$/),
      retryable: true,
      details: { sent: false },
      next: expect.stringContaining('trust'),
    });

    await copyFile(own(), path);
    await router.main.write('select 1');
    await rm(path);
    await drop(router);
    await router.main.write('select 1');
    expect(router.main.servers().map(({ outstanding }) => outstanding)).toEqual([0, 0, 0]);
  });
});

describe('another topology', () => {
  it('is refused where it is of another tier or stage, or has another store by the name of one', async () => {
    let found = test.topology;
    const router = await open({ topology: { read: () => Promise.resolve(found) } });
    const { main } = found.stores;
    for (const [other, why] of [
      [{ ...found, tier: 'other' }, 'it is of other/dev'],
      [{ ...found, stage: 'prod' }, 'it is of routing/prod'],
      [
        { ...found, stores: { main: { ...main, kind: 'shardedPostgres' } } },
        'store "main" was postgres, and is shardedPostgres',
      ],
    ] as const) {
      found = other as Topology;
      await expect(router.refresh()).rejects.toMatchObject({
        code: 'DOCUMENT_INVALID',
        message: expect.stringContaining(why),
      });
      await router.main.read('select 1');
    }
    found = test.topology;
    await router.refresh();
  });
});
