import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { defineTier, hash, postgres, shardedPostgres } from '../../lib/definition';
import { withClient } from '../../lib/postgres';
import { ConnectionProfile, type Router } from '../../lib/routing';
import type { TokenRequest } from '../../lib/sources';
import type { Endpoint, PostgresTopology, Topology } from '../../lib/topology';
import { compiledScript } from '../support/compiled-kit';
import { eventually } from '../support/eventually';
import { startTestTier, type TestTier } from '../support/local-servers';
import { PoolingProxy } from '../support/pooling-proxy';
import { TcpProxy } from '../support/tcp-proxy';
import { routerOf, through, WHO, withMain, type tier as routingTier, type Who } from './tier';

const tier = defineTier({
  name: 'routing',
  stages: { dev: { profile: 'disposable' } },
  stores: {
    main: postgres({ replicas: 1 }),
    posts: shardedPostgres({ shardKey: 'user_id', strategy: hash(), shards: 1 }),
  },
  services: { users: { uses: { main: 'write' } }, posts: { uses: { main: 'read', posts: 'write' } } },
});

let test: TestTier;
let proxies: PoolingProxy[] = [];
let routers: { close(): Promise<void> }[] = [];

beforeAll(async () => {
  test = await startTestTier(tier);
  await test.on('main/primary', async (client) => {
    await client.query('create table note (id integer primary key, text text)');
    await client.query('grant all on note to public');
  });
});
afterEach(async () => {
  await Promise.all(routers.map((router) => router.close()));
  await Promise.all(proxies.map((proxy) => proxy.close()));
  [routers, proxies] = [[], []];
});
afterAll(() => test?.stop());

/** A pool before the primary of `main`. */
async function proxyOf(): Promise<PoolingProxy> {
  const { server, trust } = await test.superuser('main/primary');
  if (trust.kind !== 'file') throw new Error('a tier here trusts a file');
  const proxy = await PoolingProxy.open(server.endpoint, trust.path);
  proxies.push(proxy);
  return proxy;
}

const behind =
  (pooled: Endpoint) =>
  (topology: Topology): Topology => ({
    ...withMain(topology, ({ primary }) => ({ primary: { ...primary, pooled } })),
    world: 'aws',
  });

async function open(options: Parameters<typeof routerOf>[1]): Promise<Router<typeof routingTier>> {
  const router = await routerOf(test, { login: { kind: 'service', service: 'users' }, ...options });
  routers.push(router);
  return router;
}

const timePasses = (ms: number): Promise<unknown> => {
  const until = performance.now() + ms;
  return eventually(`${ms} ms have passed`, () => performance.now() > until);
};

/** All that a router does with a primary. */
async function useAll(router: Router<typeof routingTier>, id: number): Promise<void> {
  const { main } = router;
  await main.write('insert into note values ($1, $2)', [id, 'one']);
  await main.transaction((client) => client.query('update note set text = $1 where id = $2', ['two', id]), {
    isolation: 'serializable',
    lockTimeoutMs: 1_000,
  });
  const aborting = new AbortController();
  await main.transaction((client) => client.query('select 1'), {}, aborting.signal);
  const session = router.session();
  await session.run(async () => {
    await main.write('update note set text = $1 where id = $2', ['three', id]);
    await main.transaction((client) => client.query('select 1'));
    expect((await main.read('select text from note where id = $1', [id])).rows).toEqual([{ text: 'three' }]);
    const client = await main.pool().connect();
    await client.query('update note set text = $1 where id = $2', ['four', id]);
    client.release();
  });
  // Whoever carries it on is told the primary's position.
  const { rows } = await router
    .session(session.token())
    .store('main')
    .read('select text from note where id = $1', [id]);
  expect(rows).toEqual([{ text: 'four' }]);
  expect((await main.pool().query('select text from note where id = $1', [id])).rows).toEqual([{ text: 'four' }]);
}

describe('profile rdsProxy', () => {
  it('sends statements for the primary through the proxy, and asks replicas directly', async () => {
    const proxy = await proxyOf();
    const router = await open({ profile: ConnectionProfile.rdsProxy(), change: behind(proxy.endpoint) });
    expect((await router.main.write<Who>(WHO)).rows).toEqual([{ who: 'main/primary' }]);
    expect(proxy.statements).toContain(WHO);
    proxy.statements.length = 0;
    expect((await router.main.read<Who>(WHO)).rows).toEqual([{ who: 'main/r1' }]);
    expect(proxy.statements).toEqual([]);
    expect(router.main.servers().map(({ endpoint }) => endpoint.via)).toEqual(['pooled', 'direct']);
  });

  it('signs tokens for the proxy where it goes through one, and for the server where it asks that', async () => {
    const proxy = await proxyOf();
    const asked: TokenRequest[] = [];
    const main = test.topology.stores['main'] as PostgresTopology;
    const { password } = await test.secrets.read(main.secrets.services['users'] as string);
    const token = (request: TokenRequest): Promise<string> => {
      asked.push(request);
      return Promise.resolve(password);
    };
    const byToken = (topology: Topology): Topology =>
      withMain(behind(proxy.endpoint)(topology), ({ secrets }) => ({
        secrets: { ...secrets, services: {}, iam: { users: { role: 'users', region: 'eu-west-1' } } },
      }));
    const router = await open({ profile: ConnectionProfile.rdsProxy(), change: byToken, tokens: { token } });
    expect((await router.main.write<Who>(WHO)).rows).toEqual([{ who: 'main/primary' }]);
    expect((await router.main.read<Who>(WHO)).rows).toEqual([{ who: 'main/r1' }]);
    const { host, port } = proxy.endpoint;
    const forProxy = asked.filter((request) => request.port === port);
    expect(forProxy).toEqual(forProxy.map(() => ({ host, port, username: 'users', region: 'eu-west-1' })));
    // The replica is read directly, and measured.
    const ports = new Set(asked.map((request) => request.port));
    expect(ports).toContain(main.replicas[0]?.endpoint.port);
    expect(ports).toContain(port);
  });

  it('sends nothing that pins, and one request at a time', async () => {
    const proxy = await proxyOf();
    const pool = { statementTimeoutMs: 5_000, statementCache: { max: 10 } };
    const router = await open({ profile: ConnectionProfile.rdsProxy(), change: behind(proxy.endpoint), pool });
    await useAll(router, 1);
    expect(proxy.statements.length).toBeGreaterThan(10);
    expect([proxy.pins, proxy.refused, proxy.mostAtOnce]).toEqual([[], [], 1]);
  });

  it('is needed: connections to a server itself have parameters, named statements, and several requests at once', async () => {
    const proxy = await proxyOf();
    const asDirect = { ...proxy.endpoint, via: 'direct' as const };
    const change = (topology: Topology) =>
      withMain(topology, ({ primary }) => ({ primary: { ...primary, endpoint: asDirect } }));
    await useAll(await open({ change }), 2);
    expect(proxy.pins).toContain('polystore_position');
    expect(proxy.mostAtOnce).toBeGreaterThan(1);
    const limited = await open({ change, pool: { statementTimeoutMs: 5_000 } });
    await expect(limited.main.write('select 1')).rejects.toMatchObject({ code: 'SERVER_UNAVAILABLE' });
    expect(proxy.refused).toContain('statement_timeout');
    const router = await open({ profile: ConnectionProfile.rdsProxy(), change: behind(proxy.endpoint) });
    await router.main.write("set work_mem = '5MB'");
    expect(proxy.pins).toContain("set work_mem = '5MB'");
  });

  it('limits the statements of a transaction as the pool says, and leaves no limit behind', async () => {
    const proxy = await proxyOf();
    const pool = { max: 1, statementTimeoutMs: 1_234 };
    const router = await open({ profile: ConnectionProfile.rdsProxy(), change: behind(proxy.endpoint), pool });
    const limits = () => router.main.write("select current_setting('statement_timeout') as limit");
    const limit = router.main.transaction((client) =>
      client.query("select current_setting('statement_timeout') as limit"),
    );
    expect((await limit).rows).toEqual([{ limit: '1234ms' }]);
    expect((await limits()).rows).toEqual([{ limit: '0' }]);
    await expect(router.main.transaction(() => Promise.resolve(), { statementTimeoutMs: 2_000 })).rejects.toThrow(
      'statementTimeoutMs must be an integer in [1, 1234], got 2000',
    );
  });

  it('cancels nothing that it can not name: the connection of an aborted read is cut', async () => {
    const proxy = await proxyOf();
    const noReplicas = (topology: Topology) => withMain(behind(proxy.endpoint)(topology), () => ({ replicas: [] }));
    const router = await open({ profile: ConnectionProfile.rdsProxy(), change: noReplicas });
    for (const run of [<T>(work: () => Promise<T>) => work(), router.session().run.bind(router.session())]) {
      const reading = run(() => router.main.read('select pg_sleep(1)', [], AbortSignal.timeout(100)));
      await expect(reading).rejects.toMatchObject({ code: 'CANCELLED' });
    }
    expect(proxy.statements.filter((text) => text.includes('pg_cancel_backend'))).toEqual([]);
    expect((await router.main.write('select 1 as one')).rows).toEqual([{ one: 1 }]);
  });

  it('does not go around a proxy that is lost', async () => {
    const proxy = await proxyOf();
    const router = await open({ profile: ConnectionProfile.rdsProxy(), change: behind(proxy.endpoint) });
    await router.main.write('select 1');
    await proxy.close();
    await expect(router.main.write('select 1')).rejects.toMatchObject({ code: 'SERVER_UNAVAILABLE' });
    expect((await router.main.read<Who>(WHO)).rows).toEqual([{ who: 'main/r1' }]);
  });

  it('refuses a topology without proxies, naming each primary, when it opens and when it is read again', async () => {
    const proxy = await proxyOf();
    const login = { kind: 'service', service: 'posts' } as const;
    const onAws = (topology: Topology): Topology => ({ ...topology, world: 'aws' });
    await expect(open({ login, profile: ConnectionProfile.rdsProxy(), change: onAws })).rejects.toMatchObject({
      code: 'POOLED_ENDPOINT_MISSING',
      details: { servers: ['main/primary', 'posts/s0/primary'] },
    });
    // A store that is none of the service's business needs none.
    let change = behind(proxy.endpoint);
    const router = await open({
      profile: ConnectionProfile.rdsProxy(),
      topology: { read: async () => change(test.topology) },
    });
    change = onAws;
    await expect(router.refresh()).rejects.toMatchObject({ code: 'POOLED_ENDPOINT_MISSING' });
    expect((await router.main.write('select 1 as one')).rows).toEqual([{ one: 1 }]);
  });

  it('connects directly where it is told to, and on this machine, where nobody has a proxy', async () => {
    const onAws = (topology: Topology): Topology => ({ ...topology, world: 'aws' });
    const told = await open({ profile: ConnectionProfile.rdsProxy({ withoutProxy: 'direct' }), change: onAws });
    const here = await open({ profile: ConnectionProfile.rdsProxy() });
    for (const { main } of [told, here]) {
      expect((await main.write<Who>(WHO)).rows).toEqual([{ who: 'main/primary' }]);
      expect(main.servers()[0]?.endpoint.via).toBe('direct');
    }
  });

  it('follows a proxy that comes with another topology', async () => {
    const proxy = await proxyOf();
    let topology = test.topology;
    const profile = ConnectionProfile.rdsProxy();
    const router = await open({ profile, topology: { read: async () => topology } });
    await router.main.write('select 1');
    topology = behind(proxy.endpoint)(topology);
    await router.refresh();
    await router.main.write(WHO);
    expect(proxy.statements).toEqual([WHO]);
  });

  it('refuses logins that a proxy does not know', async () => {
    await expect(open({ profile: ConnectionProfile.rdsProxy(), login: { kind: 'owner' } })).rejects.toThrow(
      new RangeError(
        'profile rdsProxy needs a login of kind service, got owner: a proxy knows the secrets of services only',
      ),
    );
  });

  it('trusts the public authorities for a proxy on AWS, not those of RDS', async () => {
    const proxy = await proxyOf();
    const target = await test.superuser('main/primary');
    const bundlePath = target.trust.kind === 'file' ? target.trust.path : '';
    const trust = { kind: 'rds', bundlePath } as const;
    const at = (endpoint: Endpoint) =>
      withClient({ ...target, trust, server: { ...target.server, endpoint } }, (client) => client.query('select 1'));
    await expect(at(target.server.endpoint)).resolves.toMatchObject({ rowCount: 1 });
    await expect(at(proxy.endpoint)).rejects.toMatchObject({ code: expect.stringMatching(/SIGNATURE|SELF_SIGNED/) });
  });
});

describe('profile lambda', () => {
  const asked = ({ statements }: PoolingProxy): number => statements.filter((text) => text === 'select 1').length;

  it('goes through a proxy where it is told to, in small pools whose connections are asked first, and pins nothing', async () => {
    const proxy = await proxyOf();
    const profile = ConnectionProfile.lambda({ through: ConnectionProfile.rdsProxy() });
    const router = await open({ profile, change: behind(proxy.endpoint) });
    await useAll(router, 3);
    expect(router.main.servers().map(({ pool, endpoint }) => [endpoint.via, pool.max])).toEqual([
      ['pooled', 2],
      ['direct', 2],
    ]);
    await timePasses(1_100);
    const before = asked(proxy);
    await router.main.write(WHO);
    expect([asked(proxy) - before, proxy.pins, proxy.refused]).toEqual([1, [], []]);
  });

  it('leaves each option of its pools to whoever opens the router', async () => {
    const router = await open({ profile: ConnectionProfile.lambda(), pool: { max: 7 } });
    expect(router.main.servers()[0]?.pool.max).toBe(7);
  });

  it('probes replicas only when a read needs it', async () => {
    const applicationName = 'on-demand';
    const router = await open({ profile: ConnectionProfile.lambda(), readFallback: 'none', pool: { applicationName } });
    const lastAsked = () =>
      test.on('main/r1', async (client) => {
        const { rows } = await client.query<{ at: string }>(
          'select query_start::text as at from pg_stat_activity where application_name = $1',
          [`${applicationName}-monitor`],
        );
        return rows[0]?.at;
      });
    await router.main.read(WHO);
    const first = await lastAsked();
    expect(first).toBeDefined();
    await timePasses(1_500);
    expect(await lastAsked()).toBe(first);
    await router.main.read(WHO);
    await eventually('it was asked beside the read', async () => (await lastAsked()) !== first);
  });
});

/** A process of `freeze-and-thaw.ts`, which says a line of JSON at a time. */
class Freezable {
  private readonly lines: AsyncIterator<string>;
  private readonly errors: string[] = [];

  constructor(private readonly child: ChildProcess) {
    if (!child.stdout || !child.stderr) throw new Error('its output is piped');
    this.lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    child.stderr.on('data', (data: Buffer) => this.errors.push(data.toString()));
  }

  async hear(): Promise<unknown> {
    const { value, done } = await this.lines.next();
    if (done) throw new Error(`it has ended: ${this.errors.join('')}`);
    return JSON.parse(value) as unknown;
  }

  tell(): void {
    this.child.stdin?.write('\n');
  }

  freeze(): void {
    this.child.kill('SIGSTOP');
  }

  thaw(): void {
    this.child.kill('SIGCONT');
  }

  /** Its exit code. */
  async end(): Promise<unknown> {
    const { exitCode } = this.child;
    return exitCode ?? ((await once(this.child, 'exit')) as [unknown])[0];
  }

  async kill(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    this.child.kill('SIGKILL');
    await once(this.child, 'exit');
  }
}

describe('a process that is frozen', () => {
  let processes: Freezable[] = [];
  let tcp: TcpProxy[] = [];
  afterEach(async () => {
    await Promise.all([...processes.map((one) => one.kill()), ...tcp.map((proxy) => proxy.close())]);
    [processes, tcp] = [[], []];
  });

  function start(profile: 'direct' | 'lambda', moment: 'idle' | 'probing', topology = test.topologyFile): Freezable {
    const secrets = join(dirname(test.topologyFile), 'secrets.json');
    const args = [compiledScript('test/routing/freeze-and-thaw.ts'), topology, secrets, profile, moment];
    const one = new Freezable(spawn(process.execPath, args));
    processes.push(one);
    return one;
  }

  /** Every connection of the frozen process ends, and it does not hear of it. */
  async function endConnections(profile: string): Promise<void> {
    for (const label of ['main/primary', 'main/r1']) {
      const ended = await test.on(label, (client) =>
        client.query('select pg_terminate_backend(pid, 5000) from pg_stat_activity where application_name like $1', [
          `frozen-${profile}%`,
        ]),
      );
      expect(ended.rowCount).toBeGreaterThan(0);
    }
  }

  async function thawedAfterLoss(profile: 'direct' | 'lambda'): Promise<{ process: Freezable; heard: unknown }> {
    const one = start(profile, 'idle');
    expect(await one.hear()).toEqual({ written: 'main/primary', read: 'main/r1', breakers: [] });
    one.freeze();
    await endConnections(profile);
    await timePasses(1_100);
    one.thaw();
    one.tell();
    return { process: one, heard: await one.hear() };
  }

  it('finds its connections dead: no statement fails in profile lambda, a write does in profile direct', async () => {
    const [lambda, direct] = await Promise.all([thawedAfterLoss('lambda'), thawedAfterLoss('direct')]);
    expect(lambda.heard).toEqual({ written: 'main/primary', read: 'main/r1', breakers: [] });
    expect(direct.heard).toMatchObject({ written: 'SERVER_UNAVAILABLE' });
    // Its router is open, and its connections are good for a minute.
    expect(await lambda.process.end()).toBe(0);
  });

  async function thawedInProbe(profile: 'direct' | 'lambda'): Promise<unknown> {
    const proxy = await TcpProxy.open((await test.superuser('main/r1')).server.endpoint.port);
    tcp.push(proxy);
    const topology = join(dirname(test.topologyFile), `through-${profile}.json`);
    const change = withMain(test.topology, ({ replicas }) => ({
      replicas: replicas.map((replica) => through(proxy.port, replica)),
    }));
    await writeFile(topology, JSON.stringify(change));
    const one = start(profile, 'probing', topology);
    expect(await one.hear()).toEqual({ written: 'main/primary', read: 'main/r1', breakers: [] });
    await timePasses(1_100);
    await proxy.set('silent');
    one.tell();
    expect(await one.hear()).toBe('asking');
    await eventually('a probe is asked', () => proxy.dropped > 0);
    one.freeze();
    await timePasses(2_000);
    await proxy.set('pass');
    one.thaw();
    await timePasses(200);
    one.tell();
    return one.hear();
  }

  it('opens no breaker for a probe that the freeze has spoilt in profile lambda, and does in profile direct', async () => {
    const [lambda, direct] = await Promise.all([thawedInProbe('lambda'), thawedInProbe('direct')]);
    expect(lambda).toEqual({ written: 'main/primary', read: 'main/r1', breakers: [] });
    expect(direct).toMatchObject({ breakers: expect.arrayContaining(['r1 open']) });
  });
});
