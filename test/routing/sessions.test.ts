import type { Router, RouterEvents } from '../../lib/routing';
import { SEVERAL } from '../../lib/routing/session-token';
import { decodeToken } from '../../lib/routing/token-codec';
import { FileTopology } from '../../lib/sources';
import type { PostgresTopology } from '../../lib/topology';
import { eventually } from '../support/eventually';
import { startTestTier, type TestTier } from '../support/local-servers';
import { TcpProxy } from '../support/tcp-proxy';
import { MiniRouter, RIGHT, type Parts, type Subject } from './mini-router';
import { mainOnly, routerOf, through, WHO, withMain, type tier, type Who } from './tier';

const REPLICAS = ['main/r1', 'main/r2'];
const CODEC = { scope: 'routing/dev', keys: [] };
const TOKEN_KEY = 'a key of more than thirty-two characters';

let test: TestTier;
let routers: { close(): Promise<void> }[] = [];
let nextId = 1;

beforeAll(async () => {
  test = await startTestTier(mainOnly);
  await test.on('main/primary', async (client) => {
    await client.query('create table note (id integer primary key)');
    await client.query('grant all on note to public');
    await client.query('create table flushed (at timestamptz)');
  });
});

afterEach(async () => {
  await Promise.all([...routers.map((router) => router.close()), resume(...REPLICAS)]);
  routers = [];
});

afterAll(() => test?.stop());

const open = async (options: Parameters<typeof routerOf>[1] = {}): Promise<Router<typeof tier>> => {
  const router = await routerOf(test, options);
  routers.push(router);
  return router;
};

const pauseReplay = (...labels: string[]) => onEach(labels, 'select pg_wal_replay_pause()');
const resume = (...labels: string[]) => onEach(labels, 'select pg_wal_replay_resume()');

const onEach = (labels: readonly string[], sql: string) =>
  Promise.all(labels.map((label) => test.on(label, (client) => client.query(sql))));

/** Waits until a replica has replayed all that the primary has written so far. */
async function caughtUp(...labels: string[]): Promise<void> {
  const lsn = await test.on('main/primary', async (client) => {
    const { rows } = await client.query<{ lsn: string }>('select pg_current_wal_insert_lsn() as lsn');
    // What no commit has flushed is not sent.
    await client.query('insert into flushed values (now())');
    return rows[0]?.lsn;
  });
  await Promise.all(
    labels.map((label) =>
      eventually(`${label} has caught up`, () =>
        test.on(label, async (client) => {
          const { rows } = await client.query<{ there: boolean }>('select pg_last_wal_replay_lsn() >= $1 as there', [
            lsn,
          ]);
          return rows[0]?.there;
        }),
      ),
    ),
  );
}

/** One session of a router of ours. */
function sessionSubject(router: Router<typeof tier>): Subject {
  const main = router.session().store('main');
  return {
    write: (id, beforeCommit) =>
      main.transaction(async (client) => {
        await client.query('insert into note values ($1)', [id]);
        await beforeCommit();
      }),
    read: async (id) => (await main.read('select from note where id = $1', [id])).rowCount === 1,
  };
}

/** How many of many reads do not see what the session has written, where both replicas stop between the row and its commit. */
async function staleHalfReplayed(subject: Subject): Promise<number> {
  const id = nextId++;
  await subject.write(id, async () => {
    await caughtUp(...REPLICAS);
    await pauseReplay(...REPLICAS);
  });
  return staleOf(subject, id);
}

/** The same where one replica catches up and the other does not. */
async function staleWithOneBehind(subject: Subject): Promise<number> {
  const id = nextId++;
  await pauseReplay('main/r1');
  await subject.write(id, () => Promise.resolve());
  await caughtUp('main/r2');
  return staleOf(subject, id);
}

async function staleOf(subject: Subject, id: number): Promise<number> {
  let stale = 0;
  for (let read = 0; read < 30; read++) if (!(await subject.read(id))) stale++;
  await resume(...REPLICAS);
  await caughtUp(...REPLICAS);
  return stale;
}

const SCENARIOS = { staleHalfReplayed, staleWithOneBehind };

describe('a session', () => {
  it.each(Object.entries(SCENARIOS))('sees what it has written (%s)', async (_name, stale) => {
    const router = await open({ catchUpMs: 5 });
    expect(await stale(sessionSubject(router))).toBe(0);
  });

  describe('of a router that', () => {
    const staleOfParts = async (parts: Partial<Parts>, scenario: keyof typeof SCENARIOS): Promise<number> => {
      const [primary, r1, r2] = await Promise.all(['main/primary', ...REPLICAS].map(test.superuser));
      if (!primary || !r1 || !r2) throw new Error('the tier has three servers');
      const mini = new MiniRouter({ primary, r1, r2 }, { ...RIGHT, ...parts });
      routers.push(mini);
      return SCENARIOS[scenario](mini);
    };

    it('is made of the right parts passes the same tests', async () => {
      expect(await staleOfParts({}, 'staleHalfReplayed')).toBe(0);
      expect(await staleOfParts({}, 'staleWithOneBehind')).toBe(0);
    });

    it.each<[string, Partial<Parts>, keyof typeof SCENARIOS]>([
      ['picks a replica at random', { chooses: 'atRandom' }, 'staleHalfReplayed'],
      ['picks a replica at random, of which one is behind', { chooses: 'atRandom' }, 'staleWithOneBehind'],
      ['takes the position before COMMIT', { takesPosition: 'beforeCommit' }, 'staleHalfReplayed'],
      ['asks a replica for the position of a write', { takesPosition: 'ofReplica' }, 'staleHalfReplayed'],
      ['leaves the session once one replica has caught up', { afterRead: 'forgets' }, 'staleWithOneBehind'],
    ])('%s would be found out', async (_name, parts, scenario) => {
      expect(await staleOfParts(parts, scenario)).toBeGreaterThan(0);
    });
  });

  it('never sees less than it has seen, though it has written nothing', async () => {
    const router = await open({ catchUpMs: 5 });
    const main = router.session().store('main');
    const id = nextId++;
    await main.read('select 1');
    await pauseReplay('main/r1');
    await router.main.write('insert into note values ($1)', [id]);
    await caughtUp('main/r2');
    const sees = async () => (await main.read('select from note where id = $1', [id])).rowCount === 1;
    await eventually('the session sees it', sees);
    const seen = await Promise.all(Array.from({ length: 30 }, sees));
    expect(seen).not.toContain(false);
  });

  it('is answered by replicas that lag, as soon as they have caught up, and never stale', async () => {
    const delay = (value: string) =>
      Promise.all(
        REPLICAS.map((label) =>
          test.on(label, async (client) => {
            await client.query(`alter system set recovery_min_apply_delay = '${value}'`);
            await client.query('select pg_reload_conf()');
          }),
        ),
      );
    // Else the primary would answer right behind each write. A replica that has one commit to show counts as late as the one before it is old.
    const router = await open({ catchUpMs: 2_000, readFallback: 'none', maxLagMs: 60_000 });
    // Longer than a read takes on a machine with much else to do.
    await delay('100ms');
    try {
      const answeredBy = new Map<string, number>();
      const outcomes = await Promise.all(
        Array.from({ length: 8 }, async () => {
          const main = router.session().store('main');
          let stale = 0;
          let staleOutside = 0;
          for (let turn = 0; turn < 5; turn++) {
            const id = nextId++;
            await main.write('insert into note values ($1)', [id]);
            const outside = await router.main.read('select from note where id = $1', [id]);
            const { rows } = await main.read<{ who: string; found: boolean }>(
              `select (${WHO}) as who, exists (select from note where id = $1) as found`,
              [id],
            );
            const [row] = rows;
            answeredBy.set(row?.who ?? '', (answeredBy.get(row?.who ?? '') ?? 0) + 1);
            if (row?.found !== true) stale++;
            if (outside.rowCount === 0) staleOutside++;
          }
          return { stale, staleOutside };
        }),
      );
      expect(outcomes.reduce((sum, { stale }) => sum + stale, 0)).toBe(0);
      // A read outside a session is as old as the replicas are, so the delay is real.
      expect(outcomes.reduce((sum, { staleOutside }) => sum + staleOutside, 0)).toBeGreaterThan(10);
      expect([...answeredBy.keys()].filter((who) => !REPLICAS.includes(who))).toEqual([]);
    } finally {
      await delay('0');
    }
  });

  it('belongs to what runs in it, and to what that starts', async () => {
    const router = await open();
    await pauseReplay(...REPLICAS);
    const id = nextId++;
    const session = router.session();
    const found = () => router.main.read('select from note where id = $1', [id]).then(({ rowCount }) => rowCount === 1);
    expect(
      await session.run(async () => {
        await router.main.write('insert into note values ($1)', [id]);
        await new Promise(setImmediate);
        return found();
      }),
    ).toBe(true);
    expect(await found()).toBe(false);
    expect(await router.session().run(found)).toBe(false);
  });

  it('returns what its work returns, at once', async () => {
    const router = await open();
    expect(router.session().run(() => 7)).toBe(7);
    expect(() =>
      router.session().run(() => {
        throw new TypeError('mine');
      }),
    ).toThrow('mine');
  });

  it('goes on in another process by its token', async () => {
    const [one, other] = await Promise.all([open({ tokenKey: TOKEN_KEY }), open({ tokenKey: TOKEN_KEY })]);
    await pauseReplay(...REPLICAS);
    const id = nextId++;
    const first = one.session();
    await first.store('main').write('insert into note values ($1)', [id]);
    const text = first.token();
    const sees = async (session: typeof first) =>
      (await session.store('main').read('select from note where id = $1', [id])).rowCount === 1;
    expect(await sees(other.session(text))).toBe(true);
    const merged = other.session();
    expect(await sees(merged)).toBe(false);
    merged.merge(text);
    expect(await sees(merged)).toBe(true);
    expect(() => other.session(`${text.slice(0, -4)}AAAA`)).toThrow(
      expect.objectContaining({ code: 'TOKEN_INVALID', details: { reason: 'signature' } }),
    );
    expect(() => merged.merge('nonsense')).toThrow(expect.objectContaining({ code: 'TOKEN_INVALID' }));
  });

  it('sees in another process what it has only read in the first', async () => {
    const [one, other] = await Promise.all([open({ catchUpMs: 5 }), open({ catchUpMs: 5 })]);
    await Promise.all([one, other].map((router) => router.main.read('select 1')));
    await pauseReplay('main/r1');
    const id = nextId++;
    await one.main.write('insert into note values ($1)', [id]);
    await caughtUp('main/r2');
    const sees = async (session: ReturnType<typeof one.session>) =>
      (await session.store('main').read('select from note where id = $1', [id])).rowCount === 1;
    let session = one.session();
    await eventually('a session sees it', async () => sees((session = one.session())));
    const text = session.token();
    const seen = await Promise.all([
      ...Array.from({ length: 30 }, () => sees(other.session(text))),
      ...Array.from({ length: 5 }, () => sees(session)),
    ]);
    expect(seen).not.toContain(false);
  });

  it("takes no answer of another server that has come to a replica's name", async () => {
    const { stores } = await new FileTopology(test.topologyFile).read();
    const [r1, r2] = (stores['main'] as PostgresTopology).replicas.map(({ endpoint }) => endpoint.port);
    const proxy = await TcpProxy.open(r1 ?? 0);
    routers.push(proxy);
    const change: NonNullable<Parameters<typeof routerOf>[1]>['change'] = (topology) =>
      withMain(topology, ({ replicas }) => ({ replicas: replicas.slice(0, 1).map((one) => through(proxy.port, one)) }));
    const router = await open({ change, catchUpMs: 5, pool: { max: 2 } });
    const main = router.session().store('main');
    await caughtUp(...REPLICAS);
    await pauseReplay('main/r2');
    const id = nextId++;
    await router.main.write('insert into note values ($1)', [id]);
    await caughtUp('main/r1');
    const sees = async () => (await main.read('select from note where id = $1', [id])).rowCount === 1;
    await eventually('the session sees it', sees);
    proxy.retarget(r2 ?? 0);
    // One connection is to r1; the other, opened now, is to r2, which has not replayed it: outside the session it answers.
    const outside = Array.from({ length: 2 }, () => router.main.read<Who>(`${WHO}, pg_sleep(0.05)`));
    expect((await Promise.all(outside)).map(({ rows }) => rows[0]?.who).sort()).toEqual(REPLICAS);
    const slowly = 'select exists (select from note where id = $1) as found, pg_sleep(0.05)';
    const inside = Array.from({ length: 2 }, () => main.read<{ found: boolean }>(slowly, [id]));
    expect((await Promise.all(inside)).map(({ rows }) => rows[0]?.found)).toEqual([true, true]);
  });

  it('finds a table that it has made, also where it asks a replica that has none', async () => {
    const [one, other] = await Promise.all([open({ catchUpMs: 5 }), open({ catchUpMs: 5 })]);
    await other.main.read('select 1');
    await pauseReplay(...REPLICAS);
    const session = one.session();
    const table = `made_${nextId++}`;
    await session.store('main').write(`create table ${table} ()`);
    await expect(other.main.read(`select from ${table}`)).rejects.toMatchObject({ code: '42P01' });
    const elsewhere = other.session(session.token()).store('main');
    expect((await elsewhere.read(`select from ${table}`)).rows).toEqual([]);
  });

  it('reads the primary right behind a write, and goes on to replicas', async () => {
    const router = await open({ catchUpMs: 2_000 });
    const main = router.session().store('main');
    const who = async () => (await main.read<Who>(WHO)).rows[0]?.who;
    await main.write('insert into note values ($1)', [nextId++]);
    await pauseReplay(...REPLICAS);
    await main.write('insert into note values ($1)', [nextId++]);
    expect(await who()).toBe('main/primary');
    await resume(...REPLICAS);
    // Asked again and again without a pause.
    await eventually('a replica answers', async () => REPLICAS.includes((await who()) ?? ''));
    for (let read = 0; read < 10; read++) expect(REPLICAS).toContain(await who());
  });

  it('says of each replica why it may not answer, where the primary must not', async () => {
    const router = await open({ readFallback: 'none', catchUpMs: 5 });
    await pauseReplay(...REPLICAS);
    const main = router.session().store('main');
    await main.write('insert into note values ($1)', [nextId++]);
    const why = 'has not replayed what the session has seen';
    await expect(main.read('select 1')).rejects.toMatchObject({
      code: 'NO_ELIGIBLE_REPLICA',
      details: { replicas: { r1: why, r2: why } },
    });
  });

  it('passes errors of SQL as pg raised them, and keeps the connection', async () => {
    const router = await open({ pool: { max: 1 } });
    const main = router.session().store('main');
    const id = nextId++;
    await main.write('insert into note values ($1)', [id]);
    const pid = async () => (await main.write('select pg_backend_pid() as pid')).rows[0]?.['pid'] as number;
    const before = await pid();
    await expect(main.write('insert into note values ($1)', [id])).rejects.toMatchObject({ code: '23505' });
    expect(await pid()).toBe(before);
    await expect(main.read('select * from nothing')).rejects.toMatchObject({ code: '42P01' });
    await expect(main.write(null as unknown as string)).rejects.toThrow('query');
    const unwritable = {
      toPostgres: () => {
        throw new Error('unwritable');
      },
    };
    await expect(main.write('select $1', [unwritable])).rejects.toThrow('unwritable');
    expect((await main.write('select 1 as one')).rows).toEqual([{ one: 1 }]);
    expect(router.main.servers().every(({ outstanding }) => outstanding === 0)).toBe(true);
  });

  it('is cancelled with its signal', async () => {
    const router = await open();
    const controller = new AbortController();
    const reading = router.session().store('main').read('select pg_sleep(60)', [], controller.signal);
    const outcome = expect(reading).rejects.toMatchObject({ code: 'CANCELLED' });
    await eventually('it runs', async () => router.main.servers().some(({ outstanding }) => outstanding > 0));
    controller.abort();
    await outcome;
  });

  it('leaves the primary the connections that its writes need', async () => {
    const router = await open({ catchUpMs: 1, primaryReadShare: 0.25, pool: { max: 4, connectTimeoutMs: 150 } });
    const fallbacks: RouterEvents['fallback'][] = [];
    router.on('fallback', (event) => fallbacks.push(event));
    await pauseReplay(...REPLICAS);
    const writing = router.session();
    await writing.store('main').write('insert into note values ($1)', [nextId++]);
    const main = router.session(writing.token()).store('main');
    const slow = main.read('select pg_sleep(0.5)');
    await eventually('it runs', () => router.main.servers()[0]?.outstanding === 1);
    await expect(main.read('select 1')).rejects.toMatchObject({
      code: 'READ_BUDGET_EXHAUSTED',
      retryable: true,
      details: { store: 'main', server: 'primary', limit: 1 },
    });
    await main.write('insert into note values ($1)', [nextId++]);
    await slow;
    expect(fallbacks[0]).toMatchObject({ store: 'main', shard: undefined, reason: 'behind' });
  });

  it('leaves others a connection to write on, however many read behind their own writes', async () => {
    const router = await open({ pool: { max: 4 }, catchUpMs: 5_000 });
    await router.main.read('select 1');
    const readBehindWrite = async (sql: string) => {
      const main = router.session().store('main');
      await main.write('insert into note values ($1)', [nextId++]);
      return main.read<Who>(sql);
    };
    const slow = Array.from({ length: 3 }, () => readBehindWrite(`${WHO}, pg_sleep(1.5)`));
    const asleep = () =>
      test.on('main/primary', async (client) => {
        const { rowCount } = await client.query("select from pg_stat_activity where wait_event = 'PgSleep'");
        return rowCount === 3;
      });
    await eventually('they sleep', asleep);
    const late = readBehindWrite(WHO);
    await router.main.write('select 1');
    // It goes on to replicas rather than wait for the others.
    expect(REPLICAS).toContain((await late).rows[0]?.who);
    expect(await asleep()).toBe(true);
    for (const { rows } of await Promise.all(slow)) expect(rows[0]?.who).toBe('main/primary');
  });

  it('asks nobody behind a write how far he has come: the next reader is told, and goes on to replicas', async () => {
    const [one, other] = await Promise.all([open(), open({ catchUpMs: 5_000 })]);
    await other.main.read('select 1');
    const id = nextId++;
    const writing = one.session();
    await writing.store('main').write('insert into note values ($1)', [id]);
    const whoFinds = async (session: typeof writing) =>
      (await session.store('main').read<Who>(`${WHO} where exists (select from note where id = $1)`, [id])).rows[0]
        ?.who;
    const unknown = decodeToken(writing.token(), CODEC);
    expect(unknown).toMatchObject({ positions: new Map(), readFrom: new Map([['main', SEVERAL]]) });
    const reading = other.session(writing.token());
    expect(await whoFinds(reading)).toBe('main/primary');
    expect(decodeToken(reading.token(), CODEC)).toMatchObject({ readFrom: new Map() });
    const answers: (string | undefined)[] = [];
    for (let read = 0; read < 10; read++) answers.push(await whoFinds(reading));
    expect(new Set(answers).size).toBe(1);
    expect(REPLICAS).toContain(answers[0]);
    expect(await whoFinds(other.session(reading.token()))).toBe(answers[0]);
  });

  it('sees what a write was refused for', async () => {
    const router = await open({ catchUpMs: 5 });
    await router.main.read('select 1');
    await pauseReplay(...REPLICAS);
    const id = nextId++;
    await router.main.write('insert into note values ($1)', [id]);
    const main = router.session().store('main');
    const sees = async () => (await main.read('select from note where id = $1', [id])).rowCount === 1;
    expect(await sees()).toBe(false);
    await expect(main.write('insert into note values ($1)', [id])).rejects.toMatchObject({ code: '23505' });
    expect(await sees()).toBe(true);
  });
});

describe('the options of sessions', () => {
  it.each<[Parameters<typeof routerOf>[1], string]>([
    [{ tokenKey: 'short' }, 'tokenKey must have at least 32 characters, got 5'],
    [{ tokenKey: [TOKEN_KEY, ''] }, 'tokenKey must have at least 32 characters, got 0'],
    [{ catchUpMs: NaN }, 'catchUpMs must be in [0, ∞), got NaN'],
    [{ primaryReadShare: 0 }, 'primaryReadShare must be in (0, 1], got 0'],
    [{ pool: { min: 3, max: 2 } }, 'pool.min must be an integer in [0, 2], got 3'],
    [{ refreshMs: 10 }, 'refreshMs must be in [1000, ∞), got 10'],
  ])('are refused out of their range: %j', async (options, message) => {
    await expect(open(options)).rejects.toThrow(message);
  });
});
