import { getEventListeners } from 'node:events';
import { defineTier, hash, postgres, shardedPostgres } from '../../lib/definition';
import type { PgPoolClient } from '../../lib/postgres';
import { openRouter, type Router, type RouterOptions, type TransactionOptions } from '../../lib/routing';
import { FileTopology } from '../../lib/sources';
import type { Endpoint, PostgresTopology } from '../../lib/topology';
import { eventually } from '../support/eventually';
import { startTestTier, type TestTier } from '../support/local-servers';
import { TcpProxy } from '../support/tcp-proxy';

const tier = defineTier({
  name: 'transactions',
  stages: { dev: { profile: 'disposable' } },
  stores: {
    main: postgres(),
    posts: shardedPostgres({ shardKey: 'user_id', strategy: hash(), shards: 2 }),
  },
  services: { reader: { uses: { main: 'read' } } },
});

let test: TestTier;
let router: Router<typeof tier>;
let routers: { close(): Promise<void> }[] = [];

async function open(
  options: Partial<RouterOptions> = {},
  endpoint: Partial<Endpoint> = {},
): Promise<Router<typeof tier>> {
  const topology = await new FileTopology(test.topologyFile).read();
  const main = topology.stores['main'] as PostgresTopology;
  const primary = { ...main.primary, endpoint: { ...main.primary.endpoint, ...endpoint } };
  const changed = { ...topology, stores: { ...topology.stores, main: { ...main, primary } } };
  const opened = await openRouter<typeof tier>({
    topology: { read: () => Promise.resolve(changed) },
    secrets: test.secrets,
    login: { kind: 'owner' },
    ...options,
  });
  routers.push(opened);
  return opened;
}

beforeAll(async () => {
  test = await startTestTier(tier);
  router = await open();
  routers = [];
  await router.main.write('create table account (id integer primary key, balance integer not null)');
});

beforeEach(() => router.main.write('insert into account values (1, 100), (2, 100)'));

afterEach(async () => {
  await Promise.all(routers.map((opened) => opened.close()));
  routers = [];
  await router.main.write('delete from account');
});

afterAll(async () => {
  await router?.close();
  await test?.stop();
});

const ids = async (): Promise<unknown[]> =>
  (await router.main.write('select id from account order by id')).rows.map(({ id }) => id as unknown);

const settings = async (client: PgPoolClient): Promise<unknown> => {
  const names = [
    'transaction_isolation',
    'transaction_read_only',
    'statement_timeout',
    'lock_timeout',
    'idle_in_transaction_session_timeout',
  ];
  const { rows } = await client.query(
    `select ${names.map((name) => `current_setting('${name}') as ${name}`).join(', ')}`,
  );
  return Object.values(rows[0] ?? {});
};

/** How many wait for a lock, or run a statement with a marker. */
const active = async (marker: string, state = 'active'): Promise<number> =>
  test.on('main/primary', async (client) => {
    const { rows } = await client.query(
      'select from pg_stat_activity where state = $2 and query like $1 and pid <> pg_backend_pid()',
      [`%${marker}%`, state],
    );
    return rows.length;
  });

describe('the options of a transaction', () => {
  it('hold in it, and only there', async () => {
    const single = await open({ pool: { max: 1 } });
    const before = await single.main.transaction(settings);
    expect(before).toEqual(['read committed', 'off', '0', '0', '0']);
    const options = {
      isolation: 'serializable',
      access: 'read',
      statementTimeoutMs: 900,
      lockTimeoutMs: 800,
      idleTimeoutMs: 700,
    } as const;
    expect(await single.main.transaction(settings, options)).toEqual(['serializable', 'on', '900ms', '800ms', '700ms']);
    expect(await single.main.transaction(settings, { isolation: 'repeatable read' })).toContain('repeatable read');
    expect(await single.main.transaction(settings)).toEqual(before);
  });

  it('let a service read that may not write, and refuse a write by the server', async () => {
    const reader = await open({ login: { kind: 'service', service: 'reader' } });
    const balance = (client: PgPoolClient) => client.query('select balance from account where id = 1');
    expect((await reader.main.transaction(balance, { access: 'read' })).rows).toEqual([{ balance: 100 }]);
    await expect(reader.main.transaction(balance)).rejects.toMatchObject({ code: 'ACCESS_REFUSED' });
    const writing = (client: PgPoolClient) => client.query('delete from account');
    await expect(router.main.transaction(writing, { access: 'read' })).rejects.toMatchObject({
      name: 'error',
      code: '25006',
    });
  });

  it('end a statement, a wait for a lock and an idle transaction as the server says', async () => {
    const slow = (client: PgPoolClient) => client.query('select pg_sleep(60)');
    await expect(router.main.transaction(slow, { statementTimeoutMs: 20 })).rejects.toMatchObject({ code: '57014' });
    await router.main.transaction(async (client) => {
      await client.query('update account set balance = 0 where id = 1');
      const waiting = (other: PgPoolClient) => other.query('update account set balance = 1 where id = 1');
      await expect(router.main.transaction(waiting, { lockTimeoutMs: 20 })).rejects.toMatchObject({ code: '55P03' });
    });
    const idle = async (client: PgPoolClient) => {
      await client.query('insert into account values (3, 0) /* then idle */');
      await eventually('the server ends it', async () => (await active('then idle', 'idle in transaction')) === 0);
      await client.query('select 1');
    };
    await expect(router.main.transaction(idle, { idleTimeoutMs: 20 })).rejects.toMatchObject({
      name: 'error',
      code: '25P03',
    });
    expect(await ids()).toEqual([1, 2]);
  });

  it.each<[TransactionOptions, string]>([
    [
      { isolation: 'chaos' as 'serializable' },
      'isolation must be one of read committed, repeatable read, serializable, got chaos',
    ],
    [{ statementTimeoutMs: 0 }, 'statementTimeoutMs must be an integer in [1, 5000], got 0'],
    [{ statementTimeoutMs: 5001 }, 'statementTimeoutMs must be an integer in [1, 5000], got 5001'],
    [{ lockTimeoutMs: NaN }, 'lockTimeoutMs must be an integer in [1, 2147483647], got NaN'],
    [{ idleTimeoutMs: 1.5 }, 'idleTimeoutMs must be an integer in [1, 2147483647], got 1.5'],
    [{ retries: 11 }, 'retries must be an integer in [0, 10], got 11'],
    [{ retries: -1 }, 'retries must be an integer in [0, 10], got -1'],
  ])('are refused before anything is sent: %j', async (options, message) => {
    const limited = await open({ pool: { statementTimeoutMs: 5_000 } }, { port: 1 });
    await expect(limited.main.transaction(() => Promise.resolve(), options)).rejects.toThrow(new RangeError(message));
  });
});

describe('a lost race', () => {
  /** Takes from one account if both together have enough: two of these at once, each from another account, take too much. */
  const withdraw = (id: number, bothHaveRead: () => Promise<void>) => async (client: PgPoolClient) => {
    const { rows } = await client.query<{ total: number }>('select sum(balance)::integer as total from account');
    await bothHaveRead();
    if ((rows[0]?.total ?? 0) < 200) return 'refused';
    await client.query('update account set balance = balance - 150 where id = $1', [id]);
    return 'paid';
  };

  /** Resolves for all once `count` have come; whoever comes later passes. */
  const meeting = (count: number) => {
    let come = 0;
    let open = (): void => undefined;
    const opened = new Promise<void>((resolve) => (open = resolve));
    return () => {
      if (++come === count) open();
      return opened;
    };
  };

  it('of serializable transactions is told as PostgreSQL tells it', async () => {
    const meet = meeting(2);
    const results = await Promise.allSettled(
      [1, 2].map((id) => router.main.transaction(withdraw(id, meet), { isolation: 'serializable' })),
    );
    expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    const lost = results.find((result) => result.status === 'rejected');
    expect(lost?.reason).toMatchObject({ name: 'error', code: '40001' });
  });

  it('of serializable transactions is run again where that was asked for, and comes out as one after the other', async () => {
    const meet = meeting(2);
    const results = await Promise.all(
      [1, 2].map((id) => router.main.transaction(withdraw(id, meet), { isolation: 'serializable', retries: 3 })),
    );
    expect(results.sort()).toEqual(['paid', 'refused']);
    expect((await router.main.write('select sum(balance)::integer as total from account')).rows).toEqual([
      { total: 50 },
    ]);
  });

  it('for a deadlock is run again likewise', async () => {
    const meet = meeting(2);
    let runs = 0;
    const transfer = (from: number, to: number) => async (client: PgPoolClient) => {
      runs++;
      await client.query('update account set balance = balance - 10 where id = $1', [from]);
      await meet();
      await client.query('update account set balance = balance + 10 where id = $1', [to]);
    };
    await Promise.all([
      router.main.transaction(transfer(1, 2), { retries: 3 }),
      router.main.transaction(transfer(2, 1), { retries: 3 }),
    ]);
    expect(runs).toBe(3);
    expect((await router.main.write('select balance from account')).rows).toEqual([{ balance: 100 }, { balance: 100 }]);
  });

  const raise = (code: string) => `do $$ begin raise exception 'lost' using errcode = '${code}'; end $$`;
  it.each([
    ['40001', 2, 3],
    ['40P01', 1, 2],
    ['40001', 0, 1],
    ['23505', 5, 1],
  ])('with SQLSTATE %s and %i retries is run %i times in all', async (code, retries, expected) => {
    let runs = 0;
    const work = async (client: PgPoolClient) => {
      runs++;
      await client.query('insert into account values (3, 0)');
      await client.query(raise(code));
    };
    await expect(router.main.transaction(work, { retries })).rejects.toMatchObject({ name: 'error', code });
    expect(runs).toBe(expected);
    expect(await ids()).toEqual([1, 2]);
  });

  it('is not run again once its caller has gone', async () => {
    const abort = new AbortController();
    let runs = 0;
    const work = async (client: PgPoolClient) => {
      if (++runs === 2) abort.abort();
      await client.query(raise('40001'));
    };
    await expect(router.main.transaction(work, { retries: 10 }, abort.signal)).rejects.toMatchObject({
      code: 'CANCELLED',
    });
    expect(runs).toBe(2);
  });
});

describe('a signal that aborts', () => {
  const cancelled = { code: 'CANCELLED', retryable: false, details: { store: 'main' }, cause: { name: 'AbortError' } };

  it.each<[string, Partial<Endpoint>]>([
    ['', {}],
    [' behind a pooled endpoint', { via: 'pooled' }],
  ])('cancels the running statement on the server%s, and rolls back', async (name, endpoint) => {
    const own = await open({ pool: { max: 1 } }, endpoint);
    const marker = `to be cancelled${name}`;
    const abort = new AbortController();
    const work = own.main.transaction(
      async (client) => {
        await client.query('insert into account values (3, 0)');
        await client.query(`select pg_sleep(60) /* ${marker} */`);
      },
      {},
      abort.signal,
    );
    const failed = expect(work).rejects.toMatchObject(cancelled);
    await eventually('it runs', async () => (await active(marker)) === 1);
    abort.abort();
    await failed;
    await eventually('it has ended', async () => (await active(marker)) === 0);
    expect(await ids()).toEqual([1, 2]);
    expect(own.main.servers()[0]?.outstanding).toBe(0);
    expect((await own.main.write('select 1 as one')).rows).toEqual([{ one: 1 }]);
  });

  it('leaves nothing done of what the callback sends afterwards', async () => {
    const abort = new AbortController();
    const sent: unknown[] = [];
    let done = (): void => undefined;
    const finished = new Promise<void>((resolve) => (done = resolve));
    const work = router.main.transaction(
      async (client) => {
        await client.query('insert into account values (3, 0)');
        abort.abort();
        for (const id of [4, 5, 6]) {
          sent.push(
            await client.query('insert into account values ($1, 0)', [id]).then(
              () => 'in the transaction',
              () => 'refused',
            ),
          );
        }
        await expect(work).rejects.toMatchObject(cancelled);
        sent.push(
          await client.query('insert into account values (7, 0)').then(
            () => 'done',
            () => 'refused',
          ),
        );
        done();
      },
      {},
      abort.signal,
    );
    await expect(work).rejects.toMatchObject(cancelled);
    await finished;
    expect(sent.at(-1)).toBe('refused');
    await eventually(
      'it is rolled back',
      async () => (await active('insert into account', 'idle in transaction')) === 0,
    );
    expect(await ids()).toEqual([1, 2]);
  });

  it('in the callback undoes it, though the callback resolves', async () => {
    const abort = new AbortController();
    const work = async (client: PgPoolClient) => {
      await client.query('insert into account values (3, 0)');
      abort.abort();
    };
    await expect(router.main.transaction(work, {}, abort.signal)).rejects.toMatchObject(cancelled);
    expect(await ids()).toEqual([1, 2]);
  });

  it('before the call, or while it waits for a connection, ends it at once', async () => {
    const own = await open({ pool: { max: 1 } });
    const never = () => Promise.reject(new Error('was run'));
    await expect(own.main.transaction(never, {}, AbortSignal.abort())).rejects.toMatchObject(cancelled);
    const held = await own.main.pool().connect();
    const abort = new AbortController();
    const waiting = expect(own.main.transaction(never, {}, abort.signal)).rejects.toMatchObject(cancelled);
    await eventually('it waits', () => own.main.pool().waitingCount === 1);
    abort.abort();
    await waiting;
    held.release();
    expect((await own.main.write('select 1 as one')).rows).toEqual([{ one: 1 }]);
  });

  it('after COMMIT was sent changes nothing, and nobody listens to it any more', async () => {
    const abort = new AbortController();
    await router.main.transaction((client) => client.query('insert into account values (3, 0)'), {}, abort.signal);
    expect(getEventListeners(abort.signal, 'abort')).toEqual([]);
    abort.abort();
    expect(await ids()).toEqual([1, 2, 3]);
  });

  it('is heard by everybody who was given it, through one listener', async () => {
    const warnings: Error[] = [];
    const noteWarning = (warning: Error): void => void warnings.push(warning);
    process.on('warning', noteWarning);
    const abort = new AbortController();
    const gate = new Promise<void>((resolve) =>
      abort.signal.addEventListener('abort', () => resolve(), { once: true }),
    );
    let begun = 0;
    const work = async (client: PgPoolClient) => {
      await client.query('select 1');
      begun++;
      await gate;
    };
    const ended = Array.from({ length: 12 }, () =>
      expect(router.main.transaction(work, {}, abort.signal)).rejects.toMatchObject(cancelled),
    );
    await eventually('some have begun', () => begun > 0);
    // The test's own, and ours.
    expect(getEventListeners(abort.signal, 'abort')).toHaveLength(2);
    abort.abort();
    await Promise.all(ended);
    // A warning comes with the next turn of the event loop.
    await new Promise(setImmediate);
    process.off('warning', noteWarning);
    expect(warnings).toEqual([]);
    expect(getEventListeners(abort.signal, 'abort')).toEqual([]);
  });

  it('is heard though the server is silent', async () => {
    const port = test.servers().find(({ label }) => label === 'main/primary')?.port as number;
    const proxy = await TcpProxy.open(port);
    const own = await open({}, { port: proxy.port });
    const abort = new AbortController();
    const work = async (client: PgPoolClient) => {
      await client.query('select 1');
      await proxy.set('silent');
      const lost = client.query('select 2');
      abort.abort();
      await lost;
    };
    const began = performance.now();
    await expect(own.main.transaction(work, {}, abort.signal)).rejects.toMatchObject(cancelled);
    expect(performance.now() - began).toBeLessThan(3_000);
    await proxy.close();
  });

  it('cancels a read on the server', async () => {
    const marker = 'read to be cancelled';
    const abort = new AbortController();
    const read = router.main.read(`select pg_sleep(60) /* ${marker} */`, [], abort.signal);
    const failed = expect(read).rejects.toMatchObject(cancelled);
    await eventually('it runs', async () => (await active(marker)) === 1);
    abort.abort();
    await failed;
    await eventually('it has ended', async () => (await active(marker)) === 0);
    expect((await router.main.read('select $1::integer as one', [1], new AbortController().signal)).rows).toEqual([
      { one: 1 },
    ]);
    await expect(router.main.read('select 1/0', [], new AbortController().signal)).rejects.toMatchObject({
      code: '22012',
    });
  });
});

describe('a transaction of a key', () => {
  const keyOf = (shard: string, after = 0): number => {
    for (let key = after + 1; ; key++) if (router.posts.shardOf(key) === shard) return key;
  };
  const WHO = "select current_setting('cluster_name') as who";

  beforeAll(() => Promise.all(router.posts.shards().map((shard) => shard.write('create table post (user_id bigint)'))));

  it('takes other keys of its shard', async () => {
    const [one, other] = [keyOf('s1'), keyOf('s1', keyOf('s1'))];
    const who = await router.posts.forKey(one).transaction(async (client, scope) => {
      expect(scope.shard).toBe('s1');
      expect(scope.forKey(other)).toBe(client);
      return (await scope.forKey(other).query<{ who: string }>(WHO)).rows;
    });
    expect(who).toEqual([{ who: 'posts/s1' }]);
  });

  it('refuses a key of another shard, and rolls back', async () => {
    const [one, other] = [keyOf('s0'), keyOf('s1')];
    const work = router.posts.forKey(one).transaction(async (client, scope) => {
      await client.query('insert into post values ($1)', [one]);
      await scope.forKey(other).query('insert into post values ($1)', [other]);
    });
    await expect(work).rejects.toMatchObject({
      code: 'CROSS_SHARD',
      retryable: false,
      message:
        'store "posts": the transaction runs on shard "s0", and the key lies on shard "s1"; a transaction has one shard',
      details: { store: 'posts', shard: 's0', keyShard: 's1' },
    });
    for (const shard of router.posts.shards()) expect((await shard.write('select * from post')).rows).toEqual([]);
  });

  it('refuses a key that is none', async () => {
    const work = router.posts.forKey(1).transaction((_client, scope) => Promise.resolve(scope.forKey('x')));
    await expect(work).rejects.toMatchObject({ code: 'KEY_INVALID' });
  });

  it('takes options and a signal as any other', async () => {
    const key = router.posts.forKey(1);
    expect(await key.transaction(settings, { isolation: 'serializable', access: 'read' })).toEqual([
      'serializable',
      'on',
      '0',
      '0',
      '0',
    ]);
    await expect(key.transaction(settings, {}, AbortSignal.abort())).rejects.toMatchObject({ code: 'CANCELLED' });
    await expect(key.read('select 1', [], AbortSignal.abort())).rejects.toMatchObject({ code: 'CANCELLED' });
  });
});
