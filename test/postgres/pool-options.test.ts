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

describe('a pool that keeps statements prepared', () => {
  const prepared = async (pool: PgPool): Promise<readonly string[]> =>
    (
      await pool.query<{ statement: string }>('select statement from pg_prepared_statements order by prepare_time')
    ).rows.map(({ statement }) => statement);
  const add = (n: number) => `select $1::int + ${n} as sum`;
  const sum = async (pool: PgPool, n: number) => (await pool.query<{ sum: number }>(add(n), [1])).rows[0]?.sum;

  it('prepares each once a connection, and closes those that were not used for longest', async () => {
    const pool = pooled({ max: 1, statementCache: { max: 2 } });
    expect([await sum(pool, 1), await sum(pool, 2), await sum(pool, 1)]).toEqual([2, 3, 2]);
    expect(await prepared(pool)).toEqual([add(1), add(2)]);
    expect([await sum(pool, 3), await sum(pool, 1)]).toEqual([4, 2]);
    expect(await prepared(pool)).toEqual([add(1), add(3)]);
    const { rows } = await pool.query<{ runs: string }>(
      'select generic_plans + custom_plans as runs from pg_prepared_statements where statement = $1',
      [add(1)],
    );
    expect(rows).toEqual([{ runs: '3' }]);
  });

  it('prepares nothing without the option, without parameters, or under a name of its own', async () => {
    const pool = pooled({ max: 1, statementCache: { max: 5 } });
    await pool.query('select 1; select 2');
    await pool.query({ name: 'mine', text: add(7), values: [1] });
    expect(await prepared(pool)).toEqual([add(7)]);
    const plain = pooled({ max: 1 });
    await sum(plain, 1);
    expect(await prepared(plain)).toEqual([]);
  });

  it('takes each form of a call, and rejects with what the server says', async () => {
    const pool = pooled({ max: 1, statementCache: { max: 5 } });
    const client = await pool.connect();
    const called = await new Promise((resolve, reject) =>
      client.query(add(1), [1], (error, result) => (error ? reject(error) : resolve(result.rows))),
    );
    expect(called).toEqual([{ sum: 2 }]);
    expect((await client.query({ text: add(1), values: [1], rowMode: 'array' })).rows).toEqual([[2]]);
    expect((await client.query({ text: add(1) }, [2])).rows).toEqual([{ sum: 3 }]);
    await expect(client.query('select $1::int', ['x'])).rejects.toMatchObject({ code: '22P02' });
    await expect(client.query('select nonsense($1)', [1])).rejects.toMatchObject({ code: '42883' });
    await expect(client.query('select nonsense($1)', [1])).rejects.toMatchObject({ code: '42883' });
    await expect(
      client.query({ text: 'select pg_sleep($1)', values: [5], query_timeout: 50 } as never),
    ).rejects.toThrow('Query read timeout');
    client.release(true);
    await expect(pool.query(null as unknown as string)).rejects.toThrow('null or undefined');
  });

  it('prepares a statement again that could not be sent', async () => {
    const pool = pooled({ max: 1, statementCache: { max: 5 } });
    const client = await pool.connect();
    const unsendable = {
      toPostgres: () => {
        throw new Error('no such value');
      },
    };
    for (const value of [1, unsendable, 1]) {
      const answer = client.query(add(1), [value]);
      if (value === 1) expect((await answer).rows).toEqual([{ sum: 2 }]);
      else await expect(answer).rejects.toThrow('no such value');
    }
    client.release();
  });

  describe('after a change of a table', () => {
    const ALL = 'select * from changing where id > $1';
    const alter = (column: string) =>
      test.on('main/primary', (client) => client.query(`alter table changing add ${column} int`));
    beforeEach(() =>
      test.on('main/primary', (client) =>
        client.query('drop table if exists changing; create table changing (id int)'),
      ),
    );

    it('prepares the statement again and sends it again', async () => {
      const pool = pooled({ max: 1, statementCache: { max: 5 } });
      await pool.query(ALL, [0]);
      const pid = await backendOf(pool);
      await alter('one');
      expect((await pool.query(ALL, [0])).fields.map(({ name }) => name)).toEqual(['id', 'one']);
      // On the same connection, which has it once.
      expect([await backendOf(pool), await prepared(pool)]).toEqual([pid, [ALL]]);
    });

    it('does the same once somebody has closed all of them', async () => {
      const pool = pooled({ max: 1, statementCache: { max: 5 } });
      await pool.query(ALL, [0]);
      await pool.query('deallocate all');
      expect((await pool.query(ALL, [0])).rowCount).toBe(0);
    });

    it('says so within a transaction, and works in the next', async () => {
      const pool = pooled({ max: 1, statementCache: { max: 5 } });
      await pool.query(ALL, [0]);
      await alter('one');
      const client = await pool.connect();
      await client.query('begin');
      await expect(client.query(ALL, [0])).rejects.toMatchObject({ code: 'STATEMENT_OUTDATED', retryable: true });
      await client.query('rollback');
      await client.query('begin');
      expect((await client.query(ALL, [0])).fields).toHaveLength(2);
      await client.query('commit');
      client.release();
    });

    it('sends nothing again where other statements wait behind it', async () => {
      const pool = pooled({ max: 1, statementCache: { max: 5 } });
      await pool.query(ALL, [0]);
      await alter('one');
      const client = await pool.connect();
      const [first] = await Promise.allSettled([
        client.query(ALL, [0]),
        client.query('begin'),
        client.query('rollback'),
      ]);
      expect(first).toMatchObject({ reason: { code: 'STATEMENT_OUTDATED' } });
      client.release();
    });
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
    [{ statementCache: { max: 0 } }, 'pool.statementCache.max must be an integer in [1, ∞), got 0'],
    [{ connectTimeoutMs: 0 }, 'pool.connectTimeoutMs must be an integer in [1, 2147483647], got 0'],
    [{ statementTimeoutMs: 0 }, 'pool.statementTimeoutMs must be an integer in [1, 2147483147], got 0'],
  ])('%j', (options, message) => {
    expect(() => openPool(primary, options)).toThrow(new RangeError(message));
    expect(() => checkPoolOptions(options)).toThrow(new RangeError(message));
  });
});
