import { defineTier, postgres } from '../../lib/definition';
import {
  checkPoolOptions,
  closePool,
  errorGroupOf,
  openPool,
  type ConnectionTarget,
  type PgPool,
  type PoolOptions,
} from '../../lib/postgres';
import { eventually } from '../support/eventually';
import { startTestTier, type TestTier } from '../support/local-servers';
import { TcpProxy } from '../support/tcp-proxy';

const tier = defineTier({
  name: 'pools',
  stages: { dev: { profile: 'disposable' } },
  stores: { main: postgres({ replicas: 0 }) },
  services: { reader: { uses: { main: 'read' } } },
});

let test: TestTier;
let primary: ConnectionTarget;
const pools: PgPool[] = [];

beforeAll(async () => {
  test = await startTestTier(tier);
  primary = await test.superuser('main/primary');
});
afterEach(async () => {
  await Promise.all(pools.splice(0).map((pool) => closePool(pool, 1_000)));
});
afterAll(() => test?.stop());

function pooled(options: PoolOptions): PgPool {
  const pool = openPool(primary, options);
  pools.push(pool);
  return pool;
}

async function backendOf(pool: PgPool): Promise<number> {
  const { rows } = await pool.query<{ pid: number }>('select pg_backend_pid() as pid');
  return rows[0]?.pid ?? NaN;
}

/** Has each of `count` connections open at once, and gives all of them back. */
async function fill(pool: PgPool, count: number): Promise<void> {
  const clients = await Promise.all(Array.from({ length: count }, () => pool.connect()));
  for (const client of clients) client.release();
}

describe('a pool', () => {
  it('keeps the connection that it has where no age is set', async () => {
    const pool = pooled({});
    const first = await backendOf(pool);
    expect(await backendOf(pool)).toBe(first);
    expect(pool.options.maxLifetimeSeconds).toBe(0);
  });

  it('replaces a connection that is older than its age', async () => {
    const pool = pooled({ recycleAfterMs: 1_000, idleTimeoutMs: 60_000 });
    const first = await backendOf(pool);
    await eventually('another backend answers', async () => (await backendOf(pool)) !== first);
    expect(pool.totalCount).toBe(1);
  });

  it('closes what overflows, and keeps its least', async () => {
    const pool = pooled({ min: 2, max: 5, idleTimeoutMs: 50 });
    const removed = jest.fn();
    pool.on('remove', removed);
    await fill(pool, 5);
    await eventually('the overflow is closed', () => removed.mock.calls.length === 3);
    expect(pool.totalCount).toBe(2);
  });

  it('closes no connection for want of use where the time for that is 0', async () => {
    const [closing, keeping] = [pooled({ idleTimeoutMs: 50 }), pooled({ idleTimeoutMs: 0 })];
    await Promise.all([fill(keeping, 2), fill(closing, 2)]);
    // The control has closed its own, which were given back no earlier.
    await eventually('the control has closed its own', () => closing.totalCount === 0);
    expect(keeping.idleCount).toBe(2);
    expect(keeping.options.idleTimeoutMillis).toBe(0);
  });

  it('closes every connection where it has no least', async () => {
    const pool = pooled({ max: 3, idleTimeoutMs: 50 });
    await fill(pool, 3);
    await eventually('all are closed', () => pool.totalCount === 0);
  });
});

/** Ends a backend, and lets nobody here hear of it: while this waits, no socket is read. */
function endUnheard(pid: number): void {
  process.kill(pid, 'SIGTERM');
  const deadline = performance.now() + 10_000;
  const isThere = (): boolean => {
    try {
      return process.kill(pid, 0);
    } catch {
      return false;
    }
  };
  while (isThere()) {
    if (performance.now() > deadline) throw new Error(`backend ${pid} did not end`);
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
  }
}

describe('a pool that asks first', () => {
  it('replaces a connection whose end nobody has heard of', async () => {
    const pool = pooled({ prePing: { afterIdleMs: 0 } });
    const first = await backendOf(pool);
    expect(await backendOf(pool)).toBe(first);
    endUnheard(first);
    expect(await backendOf(pool)).not.toBe(first);
    expect(pool.totalCount).toBe(1);
  });

  it('replaces each of several, for callbacks and for who waits in turn', async () => {
    const pool = pooled({ max: 3, prePing: { afterIdleMs: 0 } });
    const clients = await Promise.all(Array.from({ length: 3 }, () => pool.connect()));
    const pids = await Promise.all(
      clients.map(
        async (client) => (await client.query<{ pid: number }>('select pg_backend_pid() as pid')).rows[0]?.pid,
      ),
    );
    for (const client of clients) client.release();
    for (const pid of pids) endUnheard(pid as number);
    const answers = await Promise.all(Array.from({ length: 6 }, () => backendOf(pool)));
    expect(answers.filter((pid) => pids.includes(pid))).toEqual([]);
  });

  it('asks only where a connection was unused for long', async () => {
    const pool = pooled({ prePing: { afterIdleMs: 60_000 } });
    endUnheard(await backendOf(pool));
    expect(errorGroupOf(await backendOf(pool).catch((error: unknown) => error))).toBe('unavailable');
  });

  it('is needed: without, the statement meets the dead connection', async () => {
    const pool = pooled({});
    endUnheard(await backendOf(pool));
    expect(errorGroupOf(await backendOf(pool).catch((error: unknown) => error))).toBe('unavailable');
  });

  it('waits once for connections that have gone silent, however many', async () => {
    const proxy = await TcpProxy.open(primary.server.endpoint.port);
    const endpoint = { ...primary.server.endpoint, port: proxy.port };
    const target = { ...primary, server: { ...primary.server, endpoint } };
    const pool = openPool(target, { max: 5, connectTimeoutMs: 300, prePing: { afterIdleMs: 0 } });
    pools.push(pool);
    await fill(pool, 5);
    await proxy.set('silent');
    const began = performance.now();
    expect(['unavailable', 'poolExhausted']).toContain(
      errorGroupOf(await backendOf(pool).catch((error: unknown) => error)),
    );
    // Five questions, one after the other, would take five seconds.
    expect(performance.now() - began).toBeLessThan(3_000);
    await eventually('none is left', () => pool.totalCount === 0);
    await proxy.set('pass');
    expect(await backendOf(pool)).toBeGreaterThan(0);
    await proxy.close();
  });
});

describe('options of a pool are refused', () => {
  it.each<[PoolOptions, string]>([
    [{ max: 0 }, 'pool.max must be an integer in [1, ∞), got 0'],
    [{ max: 1.5 }, 'pool.max must be an integer in [1, ∞), got 1.5'],
    [{ max: NaN }, 'pool.max must be an integer in [1, ∞), got NaN'],
    [{ min: 11 }, 'pool.min must be an integer in [0, 10], got 11'],
    [{ min: 3, max: 2 }, 'pool.min must be an integer in [0, 2], got 3'],
    [{ idleTimeoutMs: -1 }, 'pool.idleTimeoutMs must be an integer in [0, 2147483647], got -1'],
    [{ recycleAfterMs: 999 }, 'pool.recycleAfterMs must be an integer in [1000, 2147483647], got 999'],
    [{ recycleAfterMs: 2 ** 31 }, 'pool.recycleAfterMs must be an integer in [1000, 2147483647], got 2147483648'],
    [{ prePing: { afterIdleMs: -1 } }, 'pool.prePing.afterIdleMs must be an integer in [0, 2147483647], got -1'],
    [{ connectTimeoutMs: 0 }, 'pool.connectTimeoutMs must be an integer in [1, 2147483647], got 0'],
    [{ statementTimeoutMs: 0 }, 'pool.statementTimeoutMs must be an integer in [1, 2147483147], got 0'],
  ])('%j', (options, message) => {
    expect(() => openPool(primary, options)).toThrow(new RangeError(message));
    expect(() => checkPoolOptions(options)).toThrow(new RangeError(message));
  });
});
