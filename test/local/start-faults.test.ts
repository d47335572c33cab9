import { existsSync, readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { parseTier, type TierDefinition } from '../../lib/definition';
import { startLocalTier, type LocalTier, type LocalTierOptions } from '../../lib/local';
import type { RunningServer } from '../../lib/local/cluster';
import type { ServerProcess } from '../../lib/local/server-process';
import { waitForReplay } from '../../lib/local/replay';
import { waitForStreaming } from '../../lib/local/streaming';
import { FileSecrets } from '../../lib/sources';
import { DirectoryPlacement } from '../../lib/sources/directory-placement';
import { listensOn, newDirectory, onServer, pair, processesOf, removeDirectory, shards, TEMPLATES } from './scratch';

let directory: string;
let tier: LocalTier | undefined;

beforeEach(async () => {
  directory = await newDirectory();
});

afterEach(async () => {
  await tier?.stop();
  tier = undefined;
  expect(processesOf(directory)).toEqual([]);
  await removeDirectory(directory);
});

async function up(definition: TierDefinition, options: Partial<LocalTierOptions> = {}): Promise<LocalTier> {
  tier = await startLocalTier(definition, { directory, templates: TEMPLATES, ...options });
  return tier;
}

/** Nothing runs, nothing listens, and the directory can be used again. */
async function expectNothingLeft(): Promise<void> {
  expect(processesOf(directory)).toEqual([]);
  expect(await readdir(directory)).not.toContain('state.json');
  expect(await readdir(directory)).not.toContain('topology.json');
}

describe('an interrupt', () => {
  test('before the start: nothing is made', async () => {
    await expect(up(pair(), { signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'INTERRUPTED' });
  });

  test.each(['engine', 'servers', 'streaming', 'provisioned'] as const)('after "%s": all is stopped', async (step) => {
    const interrupt = new AbortController();
    const seen: string[] = [];
    const start = up(pair(), {
      signal: interrupt.signal,
      onProgress: (event) => {
        seen.push(event.step);
        if (event.step === step) interrupt.abort();
      },
    });
    await expect(start).rejects.toMatchObject({ code: 'INTERRUPTED', details: { during: expect.any(String) } });
    expect(seen).toContain(step);
    await expectNothingLeft();
  });

  test.each([0, 50, 140, 280])('%i ms after the engine was found: all is stopped', async (ms) => {
    const interrupt = new AbortController();
    const start = up(pair(), {
      signal: interrupt.signal,
      onProgress: ({ step }) => void (step === 'engine' && setTimeout(() => interrupt.abort(), ms)),
    });
    // On a fast machine the tier may be up before the last ones, which is no fault: then it stays up.
    const outcome = await start.then(
      () => 'up',
      (error: { code?: string }) => error.code,
    );
    expect(['INTERRUPTED', 'up']).toContain(outcome);
    if (outcome === 'INTERRUPTED') await expectNothingLeft();
    await tier?.stop();
    // Whatever was left half made does not hinder the next start.
    await up(pair());
  });

  test('while the template is being made: no draft is left', async () => {
    const templates = join(dirname(directory), 'templates');
    const interrupt = new AbortController();
    const start = up(pair(), { templates, signal: interrupt.signal });
    const isDrafting = async (): Promise<boolean> => (await readdir(templates).catch(() => [])).length > 0;
    while (!(await isDrafting()));
    interrupt.abort();
    await expect(start).rejects.toMatchObject({ code: 'INTERRUPTED', details: { during: 'initdb' } });
    expect(await readdir(templates)).toEqual([]);
  });
});

describe('ports', () => {
  let other: Server | undefined;

  /** Below the ports that systems give away as free ones, so that nobody has it, or the next, by chance. */
  const basePort = 20_000 + (process.pid % 2_000) * 4;

  const take = (port: number): Promise<number> =>
    new Promise((resolve, reject) => {
      other = createServer((socket) => socket.destroy());
      other.once('error', reject);
      other.listen(port, '127.0.0.1', () => resolve((other?.address() as { port: number }).port));
    });

  afterEach(() => new Promise<void>((resolve) => (other ? other.close(() => resolve()) : resolve())));

  test('from the base port on, in the order of the definition', async () => {
    const { servers, topology } = await up(pair(), { basePort });
    expect(servers().map(({ name, port }) => [name, port])).toEqual([
      ['primary', basePort],
      ['r1', basePort + 1],
    ]);
    expect(topology.stores['main']).toMatchObject({ primary: { endpoint: { port: basePort } } });
  });

  test('fails with PORT_TAKEN naming port and server where another process has one', async () => {
    const taken = await take(basePort + 1);
    await expect(up(pair(), { basePort })).rejects.toMatchObject({
      code: 'PORT_TAKEN',
      details: { port: taken, server: 'main/r1' },
      message: `main/r1 can't listen on 127.0.0.1:${taken}: another process has the port`,
      next: expect.stringContaining(`lsof -i :${taken}`),
    });
    expect(await listensOn(basePort)).toBe(false);
    await expectNothingLeft();
  });

  test('are chosen anew where another process takes a free one before the server does', async () => {
    let stolen = 0;
    const { servers } = await up(pair(), {
      onProgress: ({ step }) => {
        if (step !== 'engine') return;
        // The port stands in the settings before the server runs.
        const look = setInterval(() => {
          const path = ['primary.draft', 'primary'].map((name) =>
            join(directory, 'data', 'main', name, 'postgresql.conf'),
          );
          const text = path.map((file) => (existsSync(file) ? readFileSync(file, 'utf8') : '')).join('');
          stolen = Number(/^port = '(\d+)'/m.exec(text)?.[1] ?? 0);
          if (stolen === 0) return;
          clearInterval(look);
          void take(stolen);
        }, 1);
      },
    });
    expect(stolen).toBeGreaterThan(0);
    expect(servers().map(({ port }) => port)).not.toContain(stolen);
    expect(servers().map(({ status }) => status.kind)).toEqual(['running', 'running']);
  });

  test('fails with PORT_TAKEN where somebody takes it while the tier starts', async () => {
    const start = up(pair(), {
      basePort,
      onProgress: ({ step }) => void (step === 'engine' && setImmediate(() => void take(basePort + 1))),
    });
    await expect(start).rejects.toMatchObject({
      code: 'PORT_TAKEN',
      details: { port: basePort + 1, server: 'main/r1' },
    });
    expect(await listensOn(basePort)).toBe(false);
    await expectNothingLeft();
  });
});

describe('a definition that does not fit', () => {
  test('fails with ENGINE_MISSING for a version that is not installed', async () => {
    await expect(up(pair({ version: '16' }))).rejects.toMatchObject({
      code: 'ENGINE_MISSING',
      message: expect.stringMatching(
        /store "main" is of PostgreSQL 16, and the engine installed here is PostgreSQL 17\.\d+/,
      ),
    });
    await expectNothingLeft();
  });

  test('fails with SHARD_OWNS_BUCKETS for a shard that left, before anything starts', async () => {
    await up(shards({ s0: {}, s1: {} }));
    await tier?.stop();
    const steps: string[] = [];
    const start = up(shards({ s0: {} }), { onProgress: ({ step }) => steps.push(step) });
    await expect(start).rejects.toMatchObject({
      code: 'SHARD_OWNS_BUCKETS',
      details: { store: 'posts', shard: 's1', buckets: 2048 },
      next: expect.stringMatching(
        /s1: \{ state: 'draining' \}.*npx polystore down --delete-data, then npx polystore up/,
      ),
    });
    expect(steps).toEqual([]);
    await expectNothingLeft();
    // The data of the shard is still there.
    const { servers } = await up(shards({ s0: {}, s1: { state: 'draining' } }));
    expect(servers()).toHaveLength(2);
  });

  test('a shard that joins owns nothing; one that is born draining owns nothing', async () => {
    await up(shards({ s0: {}, s1: { state: 'draining' } }));
    await tier?.stop();
    await up(shards({ s0: {}, s1: { state: 'draining' }, s2: {} }));
    const { shardMap } = await new DirectoryPlacement(join(directory, 'placement', 'posts')).read();
    expect(new Set(shardMap.owners)).toEqual(new Set(['s0']));
  });

  test("a placement that can't be read is reported and left alone", async () => {
    const path = join(directory, 'placement', 'posts', '00000001.json');
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, '{"version":2}');
    await expect(up(shards({ s0: {} }))).rejects.toMatchObject({ code: 'DOCUMENT_INVALID' });
    await expectNothingLeft();
  });
});

describe('what fails late', () => {
  test('a server that does not come up: its log is shown, the others are stopped', async () => {
    await up(pair());
    await tier?.stop();
    await writeFile(join(directory, 'data', 'main', 'primary', 'postgresql.auto.conf'), `work_mem = 'plenty'\n`);
    await expect(up(pair())).rejects.toMatchObject({
      code: 'ENGINE_FAILED',
      message: expect.stringContaining('main/primary'),
      details: { log: expect.stringContaining('work_mem') },
    });
    await expectNothingLeft();
  });

  test('a database that provisioning refuses: every server is stopped', async () => {
    await up(pair());
    const [primary] = tier?.servers() ?? [];
    await onServer(directory, primary?.port ?? 0, (client) => client.query(`alter database main owner to postgres`));
    await tier?.stop();
    await expect(up(pair())).rejects.toMatchObject({ code: 'PROVISION_FAILED' });
    await expectNothingLeft();
  });

  test('a replica that does not stream: the wait fails and names it', async () => {
    const { topology, servers } = await up(pair());
    const credentials = await new FileSecrets(join(directory, 'secrets.json')).read('supervisor');
    const [primary, replica] = servers().map((server) => ({
      planned: { ...server, label: server.name === 'r1' ? 'main/r9' : 'main/primary' },
      port: server.port,
      log: server.log,
      process: { pid: server.pid, exit: () => undefined } as ServerProcess,
    })) as unknown as [RunningServer & { log: string }, RunningServer & { log: string }];
    const wait = waitForStreaming({
      primary,
      replicas: [replica],
      credentials,
      trust: topology.trust,
      patienceMs: 200,
    });
    await expect(wait).rejects.toMatchObject({
      code: 'ENGINE_FAILED',
      message: expect.stringContaining('main/r9 does not stream from main/primary'),
      details: { server: 'main/r9', log: expect.stringContaining('started streaming') },
    });
  });
});

test('a replica that does not replay: the wait fails and names it, and ends once it does', async () => {
  const { topology, servers } = await up(pair());
  const credentials = await new FileSecrets(join(directory, 'secrets.json')).read('supervisor');
  const [primary, replica] = servers().map((server) => ({
    planned: { ...server, label: `main/${server.name}` },
    port: server.port,
    log: server.log,
  })) as unknown as [RunningServer & { log: string }, RunningServer & { log: string }];
  const stream = { primary, replicas: [replica], credentials, trust: topology.trust };
  await onServer(directory, replica.port, (client) => client.query('select pg_wal_replay_pause()'));
  await onServer(directory, primary.port, (client) => client.query('create table unseen ()'));
  await expect(waitForReplay({ ...stream, patienceMs: 100 })).rejects.toMatchObject({
    code: 'ENGINE_FAILED',
    message: expect.stringContaining('main/r1 does not replay what main/primary has'),
  });
  const wait = waitForReplay(stream);
  await onServer(directory, replica.port, (client) => client.query('select pg_wal_replay_resume()'));
  await wait;
  const seen = await onServer(directory, replica.port, (client) => client.query(`select to_regclass('unseen') as it`));
  expect(seen.rows).toEqual([{ it: 'unseen' }]);
});

test('a tier may share its templates, and a store its name, with another that is up', async () => {
  const other = await newDirectory();
  try {
    const [one, two] = await Promise.all([
      up(pair()),
      startLocalTier(
        parseTier({
          name: 'other',
          stages: { dev: { profile: 'disposable' } },
          stores: { main: { kind: 'postgres' } },
        }),
        { directory: other, templates: TEMPLATES },
      ),
    ]);
    const ports = [...one.servers(), ...two.servers()].map(({ port }) => port);
    expect(new Set(ports).size).toBe(3);
    await two.stop();
  } finally {
    await removeDirectory(other);
  }
});
