import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { hash, seedShardMap, type Placement } from '../../lib/placement';
import type { Router, RouterEvents } from '../../lib/routing';
import { openPlacement, type PlacementStore } from '../../lib/sources';
import { compiledScript } from '../support/compiled-kit';
import { eventually } from '../support/eventually';
import { startTestTier, type TestTier } from '../support/local-servers';
import { routerOf, tier, WHO, type Who } from './tier';

let test: TestTier;
let router: Router<typeof tier>;

beforeAll(async () => {
  test = await startTestTier(tier);
  router = await routerOf(test);
  await router.main.write('create table note (id integer primary key, text text not null)');
  await Promise.all(
    router.posts
      .shards()
      .map((shard) => shard.write('create table post (user_id bigint, id text, primary key (user_id, id))')),
  );
});

afterAll(async () => {
  await router?.close();
  await test?.stop();
});

const askedBy = async (ask: () => Promise<{ rows: Who[] }>, times: number): Promise<Record<string, number>> => {
  const answers = await Promise.all(Array.from({ length: times }, ask));
  const counts: Record<string, number> = {};
  for (const { rows } of answers) counts[rows[0]?.who ?? '?'] = (counts[rows[0]?.who ?? '?'] ?? 0) + 1;
  return counts;
};

describe('a store with replicas', () => {
  it('reads from replicas only, and from all of them', async () => {
    const counts = await askedBy(() => router.main.read<{ who: string }>(WHO), 60);
    expect(Object.keys(counts).sort()).toEqual(['main/r1', 'main/r2']);
  });

  it('writes on the primary only', async () => {
    expect(await askedBy(() => router.main.write<{ who: string }>(WHO), 20)).toEqual({ 'main/primary': 20 });
    expect(await askedBy(() => router.main.transaction((client) => client.query(WHO)), 5)).toEqual({
      'main/primary': 5,
    });
    expect(await askedBy(() => router.main.pool().query(WHO), 5)).toEqual({ 'main/primary': 5 });
  });

  it('passes errors of SQL as pg raised them', async () => {
    await router.main.write("insert into note values (1, 'one')");
    await expect(router.main.write('insert into note values ($1, $2)', [1, 'again'])).rejects.toMatchObject({
      code: '23505',
      table: 'note',
      constraint: 'note_pkey',
    });
    await expect(router.main.read('select * from nothing')).rejects.toMatchObject({ code: '42P01' });
  });

  it('shows in the stack of an error who asked', async () => {
    const askInVain = async () => {
      await router.main.write('select nonsense');
    };
    const error = await askInVain().catch((reason: unknown) => reason as Error);
    expect((error as Error).stack).toContain('askInVain');
  });

  it('survives a statement that cannot even be sent', async () => {
    const single = await routerOf(test, { pool: { max: 1 } });
    await expect(single.main.write(null as unknown as string)).rejects.toThrow(TypeError);
    await expect(
      single.main.write('select $1', [
        {
          toPostgres: () => {
            throw new Error('unwritable');
          },
        },
      ]),
    ).rejects.toThrow('unwritable');
    expect((await single.main.write('select 1 as one')).rows).toEqual([{ one: 1 }]);
    expect(single.main.servers()[0]?.outstanding).toBe(0);
    await single.close();
  });

  it('leaves no transaction open behind a statement that fails halfway', async () => {
    const single = await routerOf(test, { pool: { max: 1 } });
    await expect(single.main.write('begin; select 1/0')).rejects.toMatchObject({ code: '22012' });
    const { rows } = await single.main.write('select now() = statement_timestamp() as fresh');
    expect(rows).toEqual([{ fresh: true }]);
    await single.close();
  });

  it('keeps the connection on which a statement with parameters failed', async () => {
    const single = await routerOf(test, { pool: { max: 1 } });
    const pid = async () => (await single.main.write('select pg_backend_pid() as pid')).rows[0]?.['pid'] as number;
    const before = await pid();
    await expect(single.main.write('select 1/$1::integer', [0])).rejects.toMatchObject({ code: '22012' });
    expect(await pid()).toBe(before);
    await single.close();
  });

  it('shows its servers', async () => {
    await router.main.read('select 1');
    expect(router.main.servers()).toEqual([
      expect.objectContaining({ name: 'primary', role: 'primary', outstanding: 0, health: undefined }),
      expect.objectContaining({
        name: 'r1',
        role: 'replica',
        outstanding: 0,
        health: expect.objectContaining({ state: 'up' }),
      }),
      expect.objectContaining({
        name: 'r2',
        role: 'replica',
        outstanding: 0,
        health: expect.objectContaining({ state: 'up' }),
      }),
    ]);
  });

  it('tells a busy pool from a lost server', async () => {
    const single = await routerOf(test, { pool: { max: 1, connectTimeoutMs: 200 } });
    const held = await single.main.pool().connect();
    await expect(single.main.write('select 1')).rejects.toMatchObject({
      code: 'POOL_EXHAUSTED',
      retryable: true,
      details: { store: 'main', server: 'primary', max: 1 },
    });
    held.release();
    await single.main.write('select 1');
    await single.close();
  });
});

describe('a transaction', () => {
  const ids = async (): Promise<unknown[]> =>
    (await router.main.write('select id from note where id between 10 and 19 order by id')).rows.map(
      ({ id }) => id as unknown,
    );
  afterEach(() => router.main.write('delete from note where id between 10 and 19'));

  it('commits what its callback did, and returns what it returned', async () => {
    const result = await router.main.transaction(async (client) => {
      await client.query("insert into note values (10, 'a')");
      await client.query("insert into note values (11, 'b')");
      return 'done';
    });
    expect(result).toBe('done');
    expect(await ids()).toEqual([10, 11]);
  });

  it('rolls back when the callback rejects, with its own error', async () => {
    const mine = new Error('changed my mind');
    const work = router.main.transaction(async (client) => {
      await client.query("insert into note values (10, 'a')");
      throw mine;
    });
    await expect(work).rejects.toBe(mine);
    expect(await ids()).toEqual([]);
  });

  it('keeps its client to itself where the callback would give it back, and rolls back', async () => {
    const work = router.main.transaction(async (client) => {
      await client.query("insert into note values (12, 'released')");
      client.release();
    });
    await expect(work).rejects.toThrow('the client of a transaction is not to be released');
    expect((await router.main.write('select from note where id = 12')).rowCount).toBe(0);
    expect(router.main.pool().idleCount).toBe(router.main.pool().totalCount);
    await router.main.transaction((client) => client.query("insert into note values (12, 'kept')"));
    expect((await router.main.write('select from note where id = 12')).rowCount).toBe(1);
  });

  it('fails where a swallowed error made the server roll back', async () => {
    const work = router.main.transaction(async (client) => {
      await client.query("insert into note values (10, 'a')");
      await client.query('select 1/0').catch(() => undefined);
    });
    await expect(work).rejects.toMatchObject({ code: 'TRANSACTION_ABORTED', retryable: false });
    expect(await ids()).toEqual([]);
  });

  it('passes an error that the callback met on another server as it is', async () => {
    const elsewhere = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
    await expect(router.main.transaction(() => Promise.reject(elsewhere))).rejects.toBe(elsewhere);
  });

  it('passes a write in a read-only transaction of its own as it is: nobody was demoted', async () => {
    const work = router.main.transaction(async (client) => {
      await client.query('set transaction read only');
      await client.query("insert into note values (10, 'a')");
    });
    await expect(work).rejects.toMatchObject({ name: 'error', code: '25006' });
  });
});

describe('a sharded store', () => {
  it('finds for each key the shard that the map says, and nothing else', async () => {
    const placement = await openPlacement('posts', postsLocation()).read();
    const keys = Array.from({ length: 64 }, (_, index) => index * 7919 - 100_000);
    for (const key of keys) {
      const handle = router.posts.forKey(key);
      expect(handle.shard).toBe(placement.shardMap.owners[handle.bucket]);
      expect(router.posts.shardOf(key)).toBe(handle.shard);
      expect(handle.route('write')).toMatchObject({
        store: 'posts',
        shard: handle.shard,
        bucket: handle.bucket,
        server: `${handle.shard}/primary`,
      });
      await handle.write('insert into post values ($1, $2)', [key, 'p']);
    }
    for (const shard of router.posts.shards()) {
      const { rows } = await shard.read<{ user_id: string; who: string }>(`select user_id, (${WHO}) from post`);
      expect(rows.length).toBeGreaterThan(0);
      for (const { user_id, who } of rows) expect(who).toBe(`posts/${router.posts.shardOf(user_id)}`);
    }
  });

  it('reads, writes and transacts on the shard of a key', async () => {
    const handle = router.posts.forKey(123n);
    await handle.transaction((client) => client.query("insert into post values (123, 'x')"));
    expect((await handle.read('select id from post where user_id = 123')).rows).toEqual([{ id: 'x' }]);
    expect((await handle.pool().query<Who>(WHO)).rows).toEqual([{ who: `posts/${handle.shard}` }]);
  });

  it('reaches a shard by name', async () => {
    expect((await router.posts.shard('s1').write<{ who: string }>(WHO)).rows).toEqual([{ who: 'posts/s1' }]);
    expect(() => router.posts.shard('s9')).toThrow(
      expect.objectContaining({
        code: 'UNKNOWN_SHARD',
        details: { store: 'posts', shards: ['s9'], known: ['s0', 's1'] },
      }),
    );
  });

  it('refuses a key of the wrong type before anything is sent', () => {
    expect(() => router.posts.forKey('abc')).toThrow(expect.objectContaining({ code: 'KEY_INVALID' }));
    expect(() => router.posts.forKey(NaN)).toThrow(expect.objectContaining({ code: 'KEY_INVALID' }));
  });
});

function postsLocation() {
  const posts = test.topology.stores['posts'];
  if (posts?.kind !== 'shardedPostgres') throw new Error('posts is sharded');
  return posts.placement;
}

describe('a placement', () => {
  const placementOf = (version: number, shards: string[], parts: Partial<Placement> = {}): Placement => ({
    version: 1,
    store: 'posts',
    keyType: 'bigint',
    strategy: hash(),
    shardMap: { ...seedShardMap(shards.map((name) => ({ name, weight: 1 }))), version },
    ...parts,
  });
  let current: Placement;
  const source: PlacementStore = {
    read: () => Promise.resolve(current),
    seed: () => Promise.reject(new Error('a router seeds nothing')),
    replace: () => Promise.reject(new Error('a router replaces nothing')),
  };
  const open = (placement: Placement) => {
    current = placement;
    return routerOf(test, { openPlacement: () => source });
  };

  it('which names a shard that the topology lacks is refused at open', async () => {
    await expect(open(placementOf(3, ['s0', 's7', 's8']))).rejects.toMatchObject({
      code: 'UNKNOWN_SHARD',
      message: 'store "posts": the topology has no shard "s7", "s8"; it has s0, s1',
      details: { store: 'posts', shards: ['s7', 's8'], known: ['s0', 's1'] },
    });
  });

  it.each([
    ['another store', { store: 'other' }],
    ['another key type', { keyType: 'text' as const }],
  ])('of %s is refused at open', async (_name, parts) => {
    await expect(open(placementOf(1, ['s0', 's1'], parts))).rejects.toMatchObject({ code: 'DOCUMENT_INVALID' });
  });

  it('is acted on once it is refreshed, and never turned back', async () => {
    const own = await open(placementOf(5, ['s0']));
    expect([own.posts.mapVersion, own.posts.shardOf(1)]).toEqual([5, 's0']);
    current = placementOf(6, ['s1']);
    expect(own.posts.shardOf(1)).toBe('s0');
    await own.posts.refreshPlacement();
    expect([own.posts.mapVersion, own.posts.shardOf(1)]).toEqual([6, 's1']);
    expect((await own.posts.forKey(1).write<{ who: string }>(WHO)).rows).toEqual([{ who: 'posts/s1' }]);

    current = placementOf(5, ['s0']);
    await expect(own.posts.refreshPlacement()).rejects.toMatchObject({
      code: 'SHARD_MAP_STALE',
      details: { store: 'posts', seen: 5, current: 6 },
    });
    current = placementOf(7, ['s0', 's5']);
    await expect(own.posts.refreshPlacement()).rejects.toMatchObject({ code: 'UNKNOWN_SHARD' });
    current = placementOf(8, ['s0'], { keyType: 'uuid' });
    await expect(own.posts.refreshPlacement()).rejects.toMatchObject({ code: 'DOCUMENT_INVALID' });
    expect([own.posts.mapVersion, own.posts.shardOf(1)]).toEqual([6, 's1']);
    await own.close();
  });

  it('by which a session has found keys is read before an older one is used', async () => {
    const newer = await open(placementOf(6, ['s1']));
    const older = await open(placementOf(5, ['s0']));
    const backward = await open(placementOf(5, ['s0']));
    const refreshed: RouterEvents['mapRefresh'][] = [];
    older.on('mapRefresh', (event) => refreshed.push(event));
    const session = newer.session();
    await session.store('posts').forKey(1).write('select 1');
    const token = session.token();

    const whoIn = (router: typeof older) =>
      router.session(token).run(() => router.posts.forKey(1).write<{ who: string }>(WHO));
    await expect(whoIn(backward)).rejects.toMatchObject({
      code: 'SHARD_MAP_STALE',
      retryable: true,
      details: { store: 'posts', seen: 5, current: 6 },
    });
    current = placementOf(6, ['s1']);
    expect((await older.posts.forKey(1).write<{ who: string }>(WHO)).rows).toEqual([{ who: 'posts/s0' }]);
    expect((await whoIn(older)).rows).toEqual([{ who: 'posts/s1' }]);
    expect(older.posts.mapVersion).toBe(6);
    expect(refreshed).toEqual([{ store: 'posts', from: 5, to: 6 }]);
    await Promise.all([newer.close(), older.close(), backward.close()]);
  });
});

describe('the router of a service', () => {
  it('logs in as the service', async () => {
    // Without a fallback: a service, which may not see all statistics, knows the lag of the replicas all the same.
    const strict = await routerOf(test, { readFallback: 'none' });
    const posts = await strict.service('posts');
    const whoami = 'select current_user::text as who';
    expect((await posts.main.read(whoami)).rows).toEqual([{ who: 'posts' }]);
    expect((await posts.posts.forKey(1).write(whoami)).rows).toEqual([{ who: 'posts' }]);
    const shard = posts.posts.shard('s0');
    await strict.close();
    await expect(shard.read('select 1')).rejects.toMatchObject({ code: 'HANDLE_CLOSED' });
  });

  it('refuses a write through a read grant before any connection is opened', async () => {
    const posts = await routerOf(test, { login: { kind: 'service', service: 'posts' } });
    const refused = {
      code: 'ACCESS_REFUSED',
      message: 'service "posts" may only read store "main"; nothing was sent',
      details: { service: 'posts', store: 'main', access: 'write' },
    };
    await expect(posts.main.write("insert into note values (2, 'no')")).rejects.toMatchObject(refused);
    await expect(posts.main.transaction(() => Promise.resolve())).rejects.toMatchObject(refused);
    expect(() => posts.main.pool()).toThrow(expect.objectContaining(refused));
    await posts.close();
  });

  it('refuses a store that the service does not use', async () => {
    const users = await router.service('users');
    const refused = expect.objectContaining({
      code: 'ACCESS_REFUSED',
      message: 'service "users" does not use store "posts"; nothing was sent',
    });
    expect(() => users.store('posts')).toThrow(refused);
    expect(() => users.posts).toThrow(refused);
    expect(Object.keys(users)).not.toContain('posts');
    await users.main.write("insert into note values (3, 'yes')");
    await users.close();
  });

  it('is refused for a service that the tier does not have', async () => {
    const unknown = { code: 'UNKNOWN_SERVICE', details: { service: 'billing', known: ['users', 'posts'] } };
    await expect(router.service('billing')).rejects.toMatchObject(unknown);
    await expect(router.service('constructor')).rejects.toMatchObject({ code: 'UNKNOWN_SERVICE' });
    await expect(routerOf(test, { login: { kind: 'service', service: 'billing' } })).rejects.toMatchObject(unknown);
  });
});

describe('a router', () => {
  it('names the stores that there are when one is unknown', () => {
    expect(() => router.store('mian' as 'main')).toThrow(
      expect.objectContaining({ code: 'UNKNOWN_STORE', details: { store: 'mian', known: ['main', 'posts'] } }),
    );
    expect(router.store('main')).toBe(router.main);
  });

  it('refuses a lag that is no number', async () => {
    await expect(routerOf(test, { maxLagMs: NaN })).rejects.toThrow('maxLagMs must be in [0, ∞), got NaN');
  });

  it.each([
    [{ readFallback: 'primry' }, 'readFallback must be one of primary, none, got primry'],
    [{ replicaChoice: 'first' }, 'replicaChoice must be one of leastOutstanding, random, roundRobin, got first'],
    [{ whenPrimaryLost: 'wait' }, 'whenPrimaryLost must be one of read, refuse, got wait'],
    [{ login: { kind: 'sevice', service: 'users' } }, 'login.kind must be one of service, smoke, owner, got sevice'],
    [{ login: undefined }, 'login.kind must be one of service, smoke, owner, got nothing'],
  ])('refuses what a caller without a compiler has misspelt: %j', async (options, message) => {
    const refused = routerOf(test, options as Parameters<typeof routerOf>[1]);
    await expect(refused).rejects.toThrow(new RangeError(message));
  });

  it('says which document is missing', async () => {
    const missing = { read: () => Promise.reject(new Error('no topology')) };
    await expect(routerOf(test, { topology: missing })).rejects.toThrow('no topology');
  });

  it('does not keep a process alive that has nothing left to do', async () => {
    const script = compiledScript('test/routing/read-and-leave.ts');
    const secrets = join(dirname(test.topologyFile), 'secrets.json');
    const args = [script, test.topologyFile, secrets];
    const { stdout } = await promisify(execFile)(process.execPath, args, { timeout: 20_000 });
    expect(stdout).toBe('read');
  });

  it('leaves no connection behind once it is closed, and its handles say so', async () => {
    const applicationName = `leak-${randomUUID()}`;
    const own = await routerOf(test, { pool: { applicationName } });
    const users = await own.service('users');
    await Promise.all([
      ...Array.from({ length: 8 }, () => own.main.read('select 1')),
      own.main.write('select 1'),
      own.posts.forKey(1).write('select 1'),
      users.main.write('select 1'),
    ]);
    const connections = async (): Promise<number> => {
      const labels = ['main/primary', 'main/r1', 'main/r2', 'posts/s0', 'posts/s1'];
      const counts = await Promise.all(
        labels.map((label) =>
          test.on(label, (client) =>
            client.query<{ count: number }>(
              "select count(*)::integer as count from pg_stat_activity where application_name in ($1, $1 || '-monitor')",
              [applicationName],
            ),
          ),
        ),
      );
      return counts.reduce((sum, { rows }) => sum + (rows[0]?.count ?? 0), 0);
    };
    expect(await connections()).toBeGreaterThan(4);
    const { main, posts } = own;
    const ofUsers = users.main;
    const key = posts.forKey(1);
    await Promise.all([own.close(), own.close()]);
    await own.close();
    await eventually('all connections are gone', async () => (await connections()) === 0);

    const closed = { code: 'HANDLE_CLOSED' };
    await expect(main.write('select 1')).rejects.toMatchObject(closed);
    await expect(main.read('select 1')).rejects.toMatchObject(closed);
    await expect(main.transaction(() => Promise.resolve())).rejects.toMatchObject(closed);
    await expect(key.read('select 1')).rejects.toMatchObject(closed);
    await expect(ofUsers.write('select 1')).rejects.toMatchObject(closed);
    await expect(posts.refreshPlacement()).rejects.toMatchObject(closed);
    await expect(own.service('users')).rejects.toMatchObject(closed);
    for (const use of [
      () => main.pool(),
      () => posts.forKey(1),
      () => posts.shard('s0'),
      () => own.store('main'),
      () => own.main,
    ]) {
      expect(use).toThrow(expect.objectContaining(closed));
    }
  });
});
