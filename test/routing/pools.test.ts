import { PrismaPg } from '@prisma/adapter-pg';
import { drizzle } from 'drizzle-orm/node-postgres';
import { sql as drizzleSql } from 'drizzle-orm';
import { Kysely, PostgresDialect, sql } from 'kysely';
import { Pool, type PoolClient } from 'pg';
import Cursor from 'pg-cursor';
import { defineTier, hash, postgres, shardedPostgres } from '../../lib/definition';
import type { PgPool } from '../../lib/postgres';
import type { Router, RouterEvents, Session } from '../../lib/routing';
import { eventually } from '../support/eventually';
import { startTestTier, type TestTier } from '../support/local-servers';
import { routerOf, WHO, type tier, type Who } from './tier';

const REPLICAS = ['main/r1', 'main/r2'];

const pooled = defineTier({
  name: 'routing',
  stages: { dev: { profile: 'disposable' } },
  stores: {
    main: postgres({ replicas: 2 }),
    posts: shardedPostgres({ shardKey: 'user_id', strategy: hash(), shards: 1 }),
  },
  services: { posts: { uses: { main: 'read' } } },
});

let test: TestTier;
let routers: { close(): Promise<void> }[] = [];
let nextId = 1;

beforeAll(async () => {
  test = await startTestTier(pooled);
  for (const label of ['main/primary', 'posts/s0']) {
    await test.on(label, async (client) => {
      await client.query('create table note (id integer primary key)');
      await client.query('grant all on note to public');
    });
  }
});

afterEach(async () => {
  await Promise.all([...routers.map((router) => router.close()), onReplicas('select pg_wal_replay_resume()')]);
  routers = [];
});

afterAll(() => test?.stop());

const open = async (options: Parameters<typeof routerOf>[1] = {}): Promise<Router<typeof tier>> => {
  const router = await routerOf(test, { catchUpMs: 5, ...options });
  routers.push(router);
  return router;
};

const onReplicas = (statement: string) =>
  Promise.all(REPLICAS.map((label) => test.on(label, (client) => client.query(statement))));

/** From now on no replica sees what is written. */
const pauseReplay = () => onReplicas('select pg_wal_replay_pause()');

const COUNT = 'select count(*)::int as n from note where id = $1';

describe('pool() and readPool()', () => {
  it('are a pg.Pool in each form of its calls', async () => {
    const router = await open();
    for (const pool of [router.main.pool(), router.main.readPool(), router.posts.forKey(7).pool()]) {
      expect(pool).toBeInstanceOf(Pool);
      expect((await pool.query('select 1 as one')).rows).toEqual([{ one: 1 }]);
      expect((await pool.query('select $1::int as one', [1])).rows).toEqual([{ one: 1 }]);
      const config = { name: 'one', text: 'select $1::int as one', values: [1], rowMode: 'array' } as const;
      expect((await pool.query({ ...config, values: [1] })).rows).toEqual([[1]]);
      expect((await pool.query({ text: 'select $1::int as one' }, [2])).rows).toEqual([{ one: 2 }]);
      expect(await called((done) => pool.query('select 1 as one', done))).toMatchObject({ rows: [{ one: 1 }] });
      expect(await called((done) => pool.query('select $1::int as one', [3], done))).toMatchObject({
        rows: [{ one: 3 }],
      });
      await expect(called((done) => pool.query('select nonsense', done))).rejects.toMatchObject({ code: '42703' });
      await expect(pool.query('select nonsense')).rejects.toMatchObject({ code: '42703' });
      await expect(pool.query(null as unknown as string)).rejects.toThrow('a statement is a text');
      const client = await pool.connect();
      expect((await client.query(WHO)).rowCount).toBe(1);
      client.release();
      expect(() => client.release()).toThrow('already been released');
      const byCallback = await new Promise<unknown[]>((resolve, reject) =>
        pool.connect((failure, lent, done) => {
          if (!lent) return reject(failure ?? new Error('neither client nor error'));
          void lent.query('select 2 as two').then(({ rows }) => (done(), resolve(rows)), reject);
        }),
      );
      expect(byCallback).toEqual([{ two: 2 }]);
      expect(pool.totalCount).toBeGreaterThan(0);
      expect([pool.idleCount, pool.waitingCount]).toEqual([pool.totalCount, 0]);
    }
  });

  it('lend clients for cursors, and take those as a statement', async () => {
    const router = await open();
    for (const pool of [router.main.pool(), router.main.readPool()]) {
      const client = await pool.connect();
      const cursor = client.query(new Cursor<{ n: number }>('select n from generate_series(1, 5) n'));
      expect(await cursor.read(3)).toHaveLength(3);
      expect(await cursor.read(3)).toEqual([{ n: 4 }, { n: 5 }]);
      await cursor.close();
      client.release();
    }
    const listed = router.main.pool().query(new Cursor<{ n: number }>('select 1 as n'));
    expect(await listed.read(1)).toEqual([{ n: 1 }]);
    await listed.close();
    await eventually('its connection is back', () => router.main.pool().idleCount === router.main.pool().totalCount);
    const stream = new Cursor('select nonsense');
    router.main.pool().query(stream);
    await expect(stream.read(1)).rejects.toMatchObject({ code: '42703' });
    await eventually('its connection is back', () => router.main.pool().idleCount === router.main.pool().totalCount);
  });

  it('tell of the connections that they hand out', async () => {
    const router = await open();
    const pool = router.main.pool();
    const heard: string[] = [];
    for (const event of ['connect', 'acquire', 'release', 'remove'] as const) pool.on(event, () => heard.push(event));
    (await pool.connect()).release();
    (await pool.connect()).release(true);
    await eventually('the connection is gone', () => heard.includes('remove'));
    expect(heard).toEqual(['connect', 'acquire', 'release', 'acquire', 'release', 'remove']);
  });

  it('end nothing, and are refused once the router was closed', async () => {
    const router = await open();
    const pool = router.main.pool();
    expect(router.main.pool()).toBe(pool);
    await pool.end();
    await new Promise<void>((resolve) => pool.end(resolve));
    expect((await pool.query('select 1 as one')).rows).toEqual([{ one: 1 }]);
    await router.close();
    await expect(pool.query('select 1')).rejects.toMatchObject({ code: 'HANDLE_CLOSED' });
    await expect(pool.connect()).rejects.toMatchObject({ code: 'HANDLE_CLOSED' });
    expect(() => router.main.readPool()).toThrow(expect.objectContaining({ code: 'HANDLE_CLOSED' }));
  });

  it('tell how many connections they have, those of a key too, also once the router was closed', async () => {
    const router = await open();
    const key = router.posts.forKey(1);
    const pools = [router.main.pool(), key.pool(), key.readPool()];
    await Promise.all(pools.map((pool) => pool.query('select 1')));
    const counts = (): readonly number[] => pools.map(({ totalCount }) => totalCount);
    expect(counts()).toEqual([1, expect.any(Number), 0]);
    expect(counts()[1]).toBeGreaterThan(0);
    await router.close();
    expect(counts()).toEqual([0, 0, 0]);
  });

  it('read replicas and write to the primary', async () => {
    const router = await open({ replicaChoice: 'roundRobin' });
    const who = async (pool: PgPool) => (await pool.query<Who>(WHO)).rows[0]?.who;
    const lent = async (pool: PgPool) => {
      const client = await pool.connect();
      try {
        return (await client.query<Who>(WHO)).rows[0]?.who;
      } finally {
        client.release();
      }
    };
    expect([await who(router.main.pool()), await lent(router.main.pool())]).toEqual(['main/primary', 'main/primary']);
    const pool = router.main.readPool();
    expect(new Set([await who(pool), await who(pool)])).toEqual(new Set(REPLICAS));
    expect(new Set([await lent(pool), await lent(pool)])).toEqual(new Set(REPLICAS));
    await expect(pool.query('insert into note values (0)')).rejects.toMatchObject({ code: '25006' });
  });

  it('give a service that may only read no pool to write with', async () => {
    const router = await open({ login: { kind: 'service', service: 'posts' } });
    expect(() => router.main.pool()).toThrow(expect.objectContaining({ code: 'ACCESS_REFUSED' }));
    expect((await router.main.readPool().query(WHO)).rowCount).toBe(1);
  });

  it('fall back by the rules of reads, and keep the primary its connections', async () => {
    const router = await open({ primaryReadShare: 0.5, pool: { max: 2, connectTimeoutMs: 100 } });
    const fallbacks: RouterEvents['fallback'][] = [];
    router.on('fallback', (event) => fallbacks.push(event));
    await router.main.read('select 1');
    await pauseReplay();
    await router.session().run(async () => {
      await router.main.pool().query('insert into note values ($1)', [nextId++]);
      const client = await router.main.readPool().connect();
      expect((await client.query<Who>(WHO)).rows[0]?.who).toBe('main/primary');
      await expect(router.main.readPool().connect()).rejects.toMatchObject({ code: 'READ_BUDGET_EXHAUSTED' });
      client.release();
      (await router.main.readPool().connect()).release();
    });
    expect(fallbacks.map(({ reason }) => reason)).toEqual(['behind', 'behind', 'behind']);
    const strict = await open({ readFallback: 'none' });
    const refused = strict.session().run(async () => {
      await strict.main.pool().query('insert into note values ($1)', [nextId++]);
      return strict.main.readPool().connect();
    });
    await expect(refused).rejects.toMatchObject({ code: 'NO_ELIGIBLE_REPLICA' });
  });
});

describe('statements that are kept prepared', () => {
  const ALL = 'select * from changing where id > $1';

  it('are prepared again after a change of their table: alone, in a session, on a client, and in a transaction that may be repeated', async () => {
    const router = await open({ pool: { max: 1, statementCache: { max: 10 } }, readFallback: 'primary' });
    const { main } = router;
    await test.on('main/primary', (client) =>
      client.query('create table changing (id int); grant all on changing to public'),
    );
    let columns = 1;
    const uses: Readonly<Record<string, () => Promise<{ fields: unknown[] }>>> = {
      alone: () => main.write(ALL, [0]),
      'in a session': () => router.session().run(() => main.write(ALL, [0])),
      'on a client in a session': () =>
        router.session().run(() => onClient(main.pool(), (client) => client.query(ALL, [0]))),
      'in a transaction': () => main.transaction((client) => client.query(ALL, [0]), { retries: 1 }),
    };
    for (const [name, use] of Object.entries(uses)) {
      expect([name, (await use()).fields.length]).toEqual([name, columns]);
      await test.on('main/primary', (client) => client.query(`alter table changing add c${columns} int`));
      columns++;
      expect([name, (await use()).fields.length]).toEqual([name, columns]);
      const { rows } = await main.write('select statement from pg_prepared_statements where statement = $1', [ALL]);
      expect([name, rows]).toEqual([name, [{ statement: ALL }]]);
    }
    await test.on('main/primary', (client) => client.query('alter table changing add last int'));
    const once = main.transaction((client) => client.query(ALL, [0]));
    await expect(once).rejects.toMatchObject({ code: 'STATEMENT_OUTDATED', retryable: true });
  });
});

/** Each writes the note `id` on `pool` as a library or an application would. */
const WRITES: Readonly<Record<string, (pool: PgPool, id: number) => Promise<unknown>>> = {
  'a statement': (pool, id) => pool.query('insert into note values ($1)', [id]),
  'a statement by callback': (pool, id) => called((done) => pool.query('insert into note values ($1)', [id], done)),
  'a client': (pool, id) => onClient(pool, (client) => client.query('insert into note values ($1)', [id])),
  'a client by callback': (pool, id) =>
    onClient(pool, (client) => called((done) => client.query('insert into note values ($1)', [id], done))),
  'a transaction': (pool, id) =>
    onClient(pool, async (client) => {
      await client.query('begin');
      await client.query('set transaction isolation level serializable');
      await client.query('insert into note values ($1)', [id]);
      await client.query('commit');
    }),
  'statements that are not awaited one by one': (pool, id) =>
    onClient(pool, (client) =>
      Promise.all([
        client.query('begin'),
        client.query('set transaction isolation level serializable'),
        client.query('insert into note values ($1)', [id]),
        client.query({ text: 'COMMIT' }),
        client.query('select 1'),
        client.query('select 2'),
      ]),
    ),
  'a text of several statements': (pool, id) =>
    onClient(pool, (client) => client.query(`begin; insert into note values (${id}); commit`)),
  'a transaction that ends behind a comment': (pool, id) =>
    onClient(pool, async (client) => {
      await client.query('begin');
      await client.query('insert into note values ($1)', [id]);
      await client.query('/* traced */ commit');
    }),
  'a cursor': (pool, id) =>
    onClient(pool, async (client) => {
      const cursor = client.query(new Cursor('insert into note values ($1) returning id', [id]));
      await cursor.read(1);
      await cursor.close();
    }),
  'Kysely, a statement': (pool, id) => kysely(pool).insertInto('note').values({ id }).execute(),
  'Kysely, a transaction': (pool, id) =>
    kysely(pool)
      .transaction()
      .execute((tx) => sql`insert into note values (${id})`.execute(tx)),
  'Drizzle, a statement': (pool, id) => drizzle(pool).execute(drizzleSql`insert into note values (${id})`),
  'Drizzle, a transaction': (pool, id) =>
    drizzle(pool).transaction((tx) => tx.execute(drizzleSql`insert into note values (${id})`)),
  "Prisma's adapter, a statement": async (pool, id) =>
    (await new PrismaPg(pool).connect()).executeRaw({ sql: `insert into note values (${id})`, args: [], argTypes: [] }),
  "Prisma's adapter, a transaction": async (pool, id) => {
    const tx = await (await new PrismaPg(pool).connect()).startTransaction('SERIALIZABLE');
    await tx.executeRaw({ sql: `insert into note values (${id})`, args: [], argTypes: [] });
    await tx.executeRaw({ sql: 'COMMIT', args: [], argTypes: [] });
    await tx.commit();
  },
};

describe('what a session writes on a pool, it reads on one', () => {
  it.each(Object.entries(WRITES))('%s', async (_name, write) => {
    const router = await open();
    await router.main.read('select 1');
    await pauseReplay();
    const id = nextId++;
    const seen = (pool: PgPool) => pool.query<{ n: number }>(COUNT, [id]).then(({ rows }) => rows[0]?.n);
    const lent = (pool: PgPool) =>
      onClient(pool, (client) => client.query<{ n: number }>(COUNT, [id])).then(({ rows }) => rows[0]?.n);
    const { session, token } = await inSession(router, async (session) => {
      await write(router.main.pool(), id);
      const token = session.token();
      expect([await seen(router.main.readPool()), await lent(router.main.readPool())]).toEqual([1, 1]);
      return token;
    });
    // A token that was taken at once leads another process as far.
    const elsewhere = router.session(token);
    expect(await elsewhere.run(() => seen(router.main.readPool()))).toBe(1);
    // The control: outside the session, and in one that has seen nothing, replicas answer with what they have.
    expect([await seen(router.main.readPool()), await lent(router.main.readPool())]).toEqual([0, 0]);
    expect(await router.session().run(() => lent(router.main.readPool()))).toBe(0);
    await eventually('every client is back', () => router.main.servers().every(({ outstanding }) => outstanding === 0));
    expect(session.token()).not.toBe(router.session().token());
  });

  it('with handles of the session, wherever they are used', async () => {
    const router = await open();
    await pauseReplay();
    const main = router.session().store('main');
    const id = nextId++;
    await main.pool().query('insert into note values ($1)', [id]);
    expect((await main.readPool().query(COUNT, [id])).rows).toEqual([{ n: 1 }]);
    expect(main.pool()).toBeInstanceOf(Pool);
  });

  it('on the shard of a key', async () => {
    const router = await open();
    const { session } = await inSession(router, async (session) => {
      const posts = router.posts.forKey(7);
      const id = nextId++;
      await onClient(posts.pool(), (client) => client.query('insert into note values ($1)', [id]));
      expect((await posts.readPool().query(COUNT, [id])).rows).toEqual([{ n: 1 }]);
      return session.token();
    });
    expect(Buffer.from(session.token(), 'base64url').toString('latin1')).toContain('posts/s0');
  });

  it('is never less than it has read through a client of a replica', async () => {
    const router = await open();
    const main = router.main;
    await main.read('select 1');
    await test.on('main/r1', (client) => client.query('select pg_wal_replay_pause()'));
    const id = nextId++;
    await main.pool().query('insert into note values ($1)', [id]);
    await router.session().run(async () => {
      const sees = async () =>
        (await onClient(main.readPool(), (client) => client.query<{ n: number }>(COUNT, [id]))).rows[0]?.n === 1;
      await eventually('the session sees it', sees);
      for (let turn = 0; turn < 20; turn++) expect(await sees()).toBe(true);
    });
  });

  it('gives connections back as they were', async () => {
    const router = await open({ pool: { max: 1 } });
    const client = await router.session().run(() => router.main.pool().connect());
    await client.query('select 1');
    await expect(client.query('select nonsense')).rejects.toMatchObject({ code: '42703' });
    client.release();
    const same = await router.main.pool().connect();
    expect(same).toBe(client);
    expect(Object.hasOwn(same, 'query')).toBe(false);
    same.release();
  });
});

const kysely = (pool: PgPool) => new Kysely<{ note: { id: number } }>({ dialect: new PostgresDialect({ pool }) });

async function onClient<T>(pool: PgPool, work: (client: PoolClient) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  try {
    return await work(client);
  } finally {
    client.release();
  }
}

async function inSession(
  router: Router<typeof tier>,
  work: (session: Session) => Promise<string>,
): Promise<{ session: Session; token: string }> {
  const session = router.session();
  return { session, token: await session.run(() => work(session)) };
}

/** What a function calls back with. */
const called = <T>(call: (done: (error: Error | null, result: T) => void) => unknown): Promise<T> =>
  new Promise((resolve, reject) => call((error, result) => (error ? reject(error) : resolve(result))));
