import { AsyncLocalStorage } from 'node:async_hooks';
import {
  context,
  metrics,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  trace,
  type Context,
  type ContextManager,
} from '@opentelemetry/api';
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
  type MetricData,
} from '@opentelemetry/sdk-metrics';
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  SimpleSpanProcessor,
  type ReadableSpan,
} from '@opentelemetry/sdk-trace-base';
import Cursor from 'pg-cursor';
import { defineTier, hash, postgres, shardedPostgres } from '../../lib/definition';
import type { Router } from '../../lib/routing';
import { operationOf } from '../../lib/routing/telemetry/operation';
import { eventually } from '../support/eventually';
import { startTestTier, type TestTier } from '../support/local-servers';
import { routerOf, type tier as routingTier } from './tier';

const tier = defineTier({
  name: 'routing',
  stages: { dev: { profile: 'disposable' } },
  stores: {
    main: postgres({ replicas: 1 }),
    posts: shardedPostgres({ shardKey: 'user_id', strategy: hash(), shards: 1 }),
  },
  services: { users: { uses: { main: 'write' } } },
});

/** Keeps the span in force, as the SDK for Node does. */
class Contexts implements ContextManager {
  private readonly storage = new AsyncLocalStorage<Context>();
  active = () => this.storage.getStore() ?? ROOT_CONTEXT;
  with: ContextManager['with'] = (of, work, self, ...rest) =>
    this.storage.run(of, () => Reflect.apply(work, self, rest) as ReturnType<typeof work>);
  bind: ContextManager['bind'] = (_of, target) => target;
  enable = () => this;
  disable = () => this;
}

const SECRET = 'hunter2-is-a-secret';

let test: TestTier;
let routers: Router<typeof routingTier>[] = [];
let spans: InMemorySpanExporter;
let exported: InMemoryMetricExporter;
let meters: MeterProvider;

beforeAll(async () => {
  test = await startTestTier(tier);
  await test.on('main/primary', async (client) => {
    await client.query('create table note (id integer primary key, text text)');
    await client.query('grant all on note to public');
  });
});
afterAll(() => test?.stop());

beforeEach(() => {
  spans = new InMemorySpanExporter();
  exported = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
  meters = new MeterProvider({
    readers: [new PeriodicExportingMetricReader({ exporter: exported, exportIntervalMillis: 3_600_000 })],
  });
  context.setGlobalContextManager(new Contexts());
  trace.setGlobalTracerProvider(new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(spans)] }));
  metrics.setGlobalMeterProvider(meters);
});
afterEach(async () => {
  await Promise.all(routers.map((router) => router.close()));
  routers = [];
  await meters.shutdown();
  for (const api of [context, trace, metrics]) api.disable();
});

async function open(options: Parameters<typeof routerOf>[1] = {}): Promise<Router<typeof routingTier>> {
  const router = await routerOf(test, options);
  routers.push(router);
  return router;
}

const finished = (): readonly ReadableSpan[] => spans.getFinishedSpans();
const names = (): readonly string[] => finished().map(({ name }) => name);

async function collected(): Promise<ReadonlyMap<string, MetricData>> {
  exported.reset();
  await meters.forceFlush();
  const scopes = exported.getMetrics().flatMap(({ scopeMetrics }) => scopeMetrics);
  return new Map(scopes.flatMap((scope) => scope.metrics).map((metric) => [metric.descriptor.name, metric]));
}

const points = (metric: MetricData | undefined) =>
  (metric?.dataPoints ?? []).map(({ attributes, value }) => ({ attributes, value }));

describe('spans', () => {
  it('tell of each statement the store, the shard, the role, and nothing of what it holds', async () => {
    const router = await open();
    await router.main.write('insert into note values ($1, $2)', [1, SECRET]);
    await router.main.read('/* of a tool */ select text from note where id = $1', [1]);
    await router.posts.forKey(7).write('select 1');
    const [main, posts] = [await test.superuser('main/primary'), await test.superuser('posts/s0')];
    const { port } = main.server.endpoint;
    const common = {
      'db.system.name': 'postgresql',
      'db.namespace': main.database,
      'server.address': expect.any(String),
    };
    expect(finished().map(({ name, kind, attributes }) => ({ name, kind, attributes }))).toEqual([
      {
        name: `INSERT ${main.database}`,
        kind: SpanKind.CLIENT,
        attributes: {
          ...common,
          'db.operation.name': 'INSERT',
          'server.port': port,
          'polystore.store': 'main',
          'polystore.server': 'primary',
          'polystore.role': 'primary',
        },
      },
      {
        name: `SELECT ${main.database}`,
        kind: SpanKind.CLIENT,
        attributes: {
          ...common,
          'db.operation.name': 'SELECT',
          'server.port': expect.any(Number),
          'polystore.store': 'main',
          'polystore.server': 'r1',
          'polystore.role': 'replica',
          'polystore.lag': expect.any(Number),
        },
      },
      {
        name: `SELECT ${posts.database}`,
        kind: SpanKind.CLIENT,
        attributes: expect.objectContaining({
          'polystore.store': 'posts',
          'polystore.shard': 's0',
          'polystore.server': 's0/primary',
        }),
      },
    ]);
  });

  it('belong to whoever asked, in whatever turn the pool gave it', async () => {
    const router = await open({ pool: { max: 1 } });
    const tracer = trace.getTracer('application');
    const asked = await Promise.all(
      Array.from({ length: 5 }, (_, id) =>
        tracer.startActiveSpan(`request ${id}`, async (span) => {
          await Promise.all([router.main.write('select 1'), router.main.read('select 2')]);
          span.end();
          return span.spanContext().spanId;
        }),
      ),
    );
    const parents = finished()
      .filter(({ name }) => name.startsWith('SELECT'))
      .map(({ parentSpanContext }) => parentSpanContext?.spanId);
    expect(parents.sort()).toEqual([...asked, ...asked].sort());
  });

  it('say how a statement failed, by its SQLSTATE and in no words', async () => {
    const router = await open();
    await expect(router.main.write('select $1::int', [SECRET])).rejects.toThrow(SECRET);
    await expect(router.main.write(`selekt '${SECRET}'`)).rejects.toMatchObject({ code: '42601' });
    const [wrong, unknown] = finished();
    expect(wrong).toMatchObject({
      status: { code: SpanStatusCode.ERROR },
      attributes: { 'error.type': '22P02', 'db.response.status_code': '22P02' },
      events: [],
    });
    expect(wrong?.status.message).toBeUndefined();
    expect(unknown?.name).toMatch(/^postgresql /);
    expect(unknown?.attributes).not.toHaveProperty('db.operation.name');
  });

  it('are of sessions, transactions, lent clients and cancelled reads, too', async () => {
    const router = await open();
    const { main } = router;
    await router.session().run(async () => {
      await main.write('update note set text = $1', [SECRET]);
      await main.read('select 1');
      const client = await main.pool().connect();
      await new Promise<void>((resolve, reject) =>
        client.query('values (1)', (error: Error) => (error ? reject(error) : resolve())),
      );
      await client.query({ text: 'table note' });
      const cursor = client.query(new Cursor('select 1'));
      await cursor.read(1);
      await cursor.close();
      client.release();
    });
    await main.transaction(async (client) => {
      await client.query('delete from note where id = $1', [99]);
      await expect(client.query('savepoint one')).resolves.toBeDefined();
    });
    await main.read('select 2', [], new AbortController().signal);
    await expect(main.read('select pg_sleep(5)', [], AbortSignal.timeout(50))).rejects.toMatchObject({
      code: 'CANCELLED',
    });
    const [of] = [` ${(await test.superuser('main/primary')).database}`];
    const operations = [
      'UPDATE',
      'SELECT',
      'VALUES',
      'TABLE',
      'DELETE',
      'SAVEPOINT',
      'TRANSACTION',
      'SELECT',
      'SELECT',
    ];
    expect(names()).toEqual(operations.map((name) => `${name}${of}`));
    const [transaction] = finished().filter(({ name }) => name.startsWith('TRANSACTION'));
    const inside = finished().filter(({ name }) => /^(DELETE|SAVEPOINT)/.test(name));
    expect(inside.map(({ parentSpanContext }) => parentSpanContext?.spanId)).toEqual(
      inside.map(() => transaction?.spanContext().spanId),
    );
    expect(finished().at(-1)?.attributes).toMatchObject({ 'error.type': 'CANCELLED' });
    // The client that was lent is as it was.
    const again = await main.pool().connect();
    again.release();
    expect(Object.hasOwn(again, 'query')).toBe(false);
  });

  it('are of no server that was never reached but for its name', async () => {
    const router = await open({
      change: (topology) => {
        const { main } = topology.stores;
        if (main?.kind !== 'postgres') throw new Error('main has no shards');
        const primary = { ...main.primary, endpoint: { ...main.primary.endpoint, port: 1 } };
        return { ...topology, stores: { ...topology.stores, main: { ...main, primary, replicas: [] } } };
      },
    });
    await expect(router.main.write('select 1')).rejects.toMatchObject({ code: 'SERVER_UNAVAILABLE' });
    expect(finished()[0]?.attributes).toMatchObject({ 'error.type': 'SERVER_UNAVAILABLE', 'server.port': 1 });
    expect(finished()[0]?.attributes).not.toHaveProperty('db.response.status_code');
  });
});

describe('metrics', () => {
  it('tell of pools, waits and lags', async () => {
    const router = await open({ pool: { max: 2, connectTimeoutMs: 200 } });
    await router.main.read('select 1');
    const held = await Promise.all([router.main.pool().connect(), router.main.pool().connect()]);
    const waiting = router.main.write('select 1');
    await eventually('a request waits', () => router.main.servers()[0]?.pool.waiting === 1);
    const pool = {
      'db.client.connection.pool.name': 'owner@main/primary',
      'polystore.store': 'main',
      'polystore.server': 'primary',
    };
    const during = await collected();
    const count = points(during.get('db.client.connection.count'));
    expect(count).toContainEqual({ attributes: { ...pool, 'db.client.connection.state': 'used' }, value: 2 });
    expect(count).toContainEqual({ attributes: { ...pool, 'db.client.connection.state': 'idle' }, value: 0 });
    expect(points(during.get('db.client.connection.max'))).toContainEqual({ attributes: pool, value: 2 });
    expect(points(during.get('db.client.connection.pending_requests'))).toContainEqual({ attributes: pool, value: 1 });
    expect(points(during.get('polystore.lag'))).toEqual([
      {
        attributes: expect.objectContaining({
          'polystore.store': 'main',
          'polystore.server': 'r1',
          'polystore.role': 'replica',
        }),
        value: expect.any(Number),
      },
    ]);
    await expect(waiting).rejects.toMatchObject({ code: 'POOL_EXHAUSTED' });
    for (const client of held) client.release();
    expect(points((await collected()).get('db.client.connection.timeouts'))).toEqual([{ attributes: pool, value: 1 }]);
  });

  it('tell how long operations took, in seconds, and how they ended', async () => {
    const router = await open();
    await router.main.write('select pg_sleep(0.06)');
    await expect(router.main.write('select 1 / $1::int', [0])).rejects.toMatchObject({ code: '22012' });
    const duration = (await collected()).get('db.client.operation.duration');
    expect(duration?.descriptor.unit).toBe('s');
    const [well, failed] = points(duration) as { attributes: object; value: { count: number; sum: number } }[];
    expect(well).toMatchObject({
      attributes: { 'db.operation.name': 'SELECT', 'polystore.role': 'primary' },
      value: { count: 1 },
    });
    expect(well?.value.sum).toBeGreaterThan(0.06);
    expect(failed).toMatchObject({
      attributes: { 'error.type': '22012', 'db.response.status_code': '22012' },
      value: { count: 1 },
    });
  });

  it('count what the router does in the face of faults', async () => {
    const router = await open({ maxLagMs: 0, catchUpMs: 0 });
    await test.on('main/r1', (client) => client.query('select pg_wal_replay_pause()'));
    try {
      await router.main.write('update note set text = $1', ['later']);
      await eventually('the replica is late', async () => {
        await router.main.read('select 1');
        return points((await collected()).get('polystore.events')).length > 0;
      });
    } finally {
      await test.on('main/r1', (client) => client.query('select pg_wal_replay_resume()'));
    }
    expect(points((await collected()).get('polystore.events'))).toEqual([
      { attributes: { 'polystore.event': 'fallback', 'polystore.store': 'main' }, value: expect.any(Number) },
    ]);
  });

  it('end with the router', async () => {
    // Tells only what was observed since the last time.
    const exporter = new InMemoryMetricExporter(AggregationTemporality.DELTA);
    const readers = [new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 3_600_000 })];
    const provider = new MeterProvider({ readers });
    metrics.disable();
    metrics.setGlobalMeterProvider(provider);
    const isObserved = async (): Promise<boolean> => {
      exporter.reset();
      await provider.forceFlush();
      const scopes = exporter.getMetrics().flatMap(({ scopeMetrics }) => scopeMetrics);
      return scopes.some((scope) =>
        scope.metrics.some(({ descriptor }) => descriptor.name === 'db.client.connection.max'),
      );
    };
    const [router, other] = [await open(), await open()];
    expect(await isObserved()).toBe(true);
    await router.close();
    expect(await isObserved()).toBe(true);
    await other.close();
    expect(await isObserved()).toBe(false);
    await provider.shutdown();
  });

  it('begin with a provider that is registered after the router was opened', async () => {
    metrics.disable();
    const router = await open();
    await router.main.write('select 1');
    metrics.setGlobalMeterProvider(meters);
    await router.main.write('select 1');
    expect(points((await collected()).get('db.client.connection.max')).length).toBeGreaterThan(0);
  });
});

it('holds no secret, and no value of a statement', async () => {
  const router = await open({ login: { kind: 'service', service: 'users' } });
  const { password, username } = await test.secrets.read(
    (test.topology.stores['main'] as { secrets: { services: Record<string, string> } }).secrets.services['users'] ?? '',
  );
  await router.main.write('insert into note values ($1, $2)', [2, SECRET]);
  await router.main.write(`select '${SECRET}'`);
  await router.main.write(`${SECRET.split('-')[0]} 'x'`).catch(() => undefined);
  await router.main.transaction((client) => client.query('select $1::text', [SECRET]));
  const told = JSON.stringify([
    finished().map(({ name, attributes, events, status }) => ({ name, attributes, events, status })),
    [...(await collected()).values()],
  ]);
  expect(told).toContain('polystore.store');
  for (const secret of [SECRET, 'hunter2', String(password)])
    expect(told.toLowerCase()).not.toContain(secret.toLowerCase());
  expect(username.length).toBeGreaterThan(0);
});

it('makes nothing where nobody collects', async () => {
  trace.disable();
  metrics.disable();
  const router = await open();
  await router.main.write('select 1');
  const client = await router.main.pool().connect();
  expect(Object.hasOwn(client, 'query')).toBe(false);
  client.release();
  expect([finished(), (await collected()).size]).toEqual([[], 0]);
});

it.each([
  ['select 1', 'SELECT'],
  ['  -- why\n /* of\n a tool */ (select 1) union select 2', 'SELECT'],
  ['With x as (select 1) select * from x', 'WITH'],
  ['hunter2', undefined],
  ['secret 1', undefined],
  ["'select'", undefined],
  ['', undefined],
])('of %j only the command is told: %p', (text, operation) => {
  expect([operationOf(text), operationOf({ text })]).toEqual([operation, operation]);
});
