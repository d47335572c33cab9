import { defineTier, postgres } from '../../lib/definition';
import {
  checkPoolOptions,
  closePool,
  openPool,
  type ConnectionTarget,
  type PgPool,
  type PoolOptions,
} from '../../lib/postgres';
import { eventually } from '../support/eventually';
import { startTestTier, type TestTier } from '../support/local-servers';

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

  it('closes every connection where it has no least', async () => {
    const pool = pooled({ max: 3, idleTimeoutMs: 50 });
    await fill(pool, 3);
    await eventually('all are closed', () => pool.totalCount === 0);
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
    [{ connectTimeoutMs: 0 }, 'pool.connectTimeoutMs must be an integer in [1, 2147483647], got 0'],
    [{ statementTimeoutMs: 0 }, 'pool.statementTimeoutMs must be an integer in [1, 2147483147], got 0'],
  ])('%j', (options, message) => {
    expect(() => openPool(primary, options)).toThrow(new RangeError(message));
    expect(() => checkPoolOptions(options)).toThrow(new RangeError(message));
  });
});
