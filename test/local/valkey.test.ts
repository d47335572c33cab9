import fc from 'fast-check';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import Valkey, { Cluster, type RedisOptions } from 'iovalkey';
import { ensureCertificates, tlsFilesIn, type TlsFiles } from '../../lib/local/certificates';
import { requireProgram, type EngineProgram } from '../../lib/local/engine-program';
import type { EngineRoom, RunningEngine } from '../../lib/local/engine-room';
import { tierDirectory } from '../../lib/local/tier-directory';
import { startValkey, valkeyPrograms, type PlannedValkey } from '../../lib/local/valkey';
import { CLUSTER_SLOTS, renderClusterNodes, renderValkeySettings, slotRange } from '../../lib/local/valkey-settings';
import { sweepServers } from '../../lib/local/watchdog';
import { describeWithEngine, SEARCH_PATH } from '../support/real-engine';
import { newDirectory, processesOf, removeDirectory } from './scratch';

const APP = { username: 'app', password: 'a"b\\c d' };
const REPLICATION = { username: 'replication', password: 'follow' };
const server = (name: string, role: 'primary' | 'replica') =>
  ({ store: 'cache', name, label: `cache/${name}`, role }) as const;
const plan: PlannedValkey = {
  store: 'cache',
  mode: 'single',
  shards: [{ primary: server('primary', 'primary'), replicas: [server('r1', 'replica')] }],
  users: [{ credentials: APP, rules: '~app:* &* +@all -@dangerous' }],
  replication: REPLICATION,
};

describe('what a server is told', () => {
  const settings = {
    port: 1,
    dataDirectory: `/a "tier's" \\home`,
    tls: tlsFilesIn('/tls'),
    users: plan.users,
    replication: REPLICATION,
  };
  const lines = (text: string): readonly string[] => text.split('\n');

  test('no port but the one with TLS, on the loopback address', () => {
    expect(lines(renderValkeySettings(settings))).toEqual(
      expect.arrayContaining(['port 0', 'tls-port 1', 'bind 127.0.0.1', 'tls-replication yes', 'user default reset']),
    );
  });

  test('a path with quotes as its parser reads it, and of passwords the digests', () => {
    const text = renderValkeySettings(settings);
    expect(lines(text)).toContain(`dir "/a \\"tier's\\" \\\\home"`);
    expect(text).not.toContain(APP.password);
    expect(text).toMatch(/^user "app" reset on #[0-9a-f]{64} ~app:\* &\* \+@all -@dangerous$/m);
  });

  test('whom to follow, or that it belongs to a cluster', () => {
    expect(renderValkeySettings(settings)).not.toMatch(/replicaof|cluster/);
    expect(lines(renderValkeySettings({ ...settings, primaryPort: 2 }))).toContain('replicaof 127.0.0.1 2');
    expect(lines(renderValkeySettings({ ...settings, busPort: 3 }))).toEqual(
      expect.arrayContaining(['cluster-enabled yes', 'tls-cluster yes', 'cluster-port 3']),
    );
  });

  test('a cluster loses no server that is only slow, and a lost one takes no others along', () => {
    const text = renderValkeySettings({ ...settings, busPort: 3 });
    expect(Number(/^cluster-node-timeout (\d+)$/m.exec(text)?.[1])).toBeGreaterThan(15_000);
    expect(lines(text)).toContain('cluster-require-full-coverage no');
  });

  test('every slot has one shard, and no shard has two slots more than another', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 500 }), (count) => {
        const ranges = Array.from({ length: count }, (_, shard) => slotRange(shard, count).split('-').map(Number));
        const sizes = ranges.map(([from, to]) => (to as number) - (from as number) + 1);
        expect(ranges.slice(1).map(([from]) => from)).toEqual(ranges.slice(0, -1).map(([, to]) => (to as number) + 1));
        expect([ranges[0]?.[0], ranges.at(-1)?.[1]]).toEqual([0, CLUSTER_SLOTS - 1]);
        expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
      }),
      { numRuns: 50 },
    );
  });

  test('each member of a cluster itself, and the same of the others', () => {
    const members = [
      { label: 'cache/s0', port: 1, busPort: 2 },
      { label: 'cache/s1', port: 3, busPort: 4 },
      { label: 'cache/s1-r1', port: 5, busPort: 6, primary: 'cache/s1' },
    ];
    const seenBy = (label: string): string => renderClusterNodes(members, label);
    const withoutSelf = members.map(({ label }) => seenBy(label).replace('myself,', ''));
    expect(new Set(withoutSelf).size).toBe(1);
    expect(lines(seenBy('cache/s1-r1'))[2]).toMatch(
      /^[0-9a-f]{40} 127\.0\.0\.1:5@6 myself,slave [0-9a-f]{40} 0 0 2 connected$/,
    );
  });
});

describeWithEngine(['valkey-server', 'redis-server'], 'a real engine', () => {
  let directory: string;
  let tls: TlsFiles;
  let program: EngineProgram;
  let room: EngineRoom;
  let running: readonly RunningEngine[] = [];
  const guarded = new Set<string>();
  const clients: { disconnect(): void }[] = [];

  beforeAll(async () => {
    directory = await newDirectory();
    tls = await ensureCertificates(tierDirectory(directory).tls);
    program = await requireProgram(valkeyPrograms(SEARCH_PATH));
    const guard = { starting: (name: string) => guarded.add(name), ended: (name: string) => guarded.delete(name) };
    room = { directory: tierDirectory(directory), tls, ports: { kind: 'free' }, run: 'abc', guard };
  });

  afterEach(async () => {
    for (const client of clients.splice(0)) client.disconnect();
    await Promise.all(running.map(({ process }) => process.stop()));
  });

  afterAll(() => removeDirectory(directory));

  const plaintext: RedisOptions = {
    lazyConnect: true,
    retryStrategy: () => null,
    maxRetriesPerRequest: 0,
    enableOfflineQueue: false,
    // It asks INFO, which is among the dangerous commands.
    enableReadyCheck: false,
  };
  const nameless = (): RedisOptions => ({ ...plaintext, tls: { ca: readFileSync(tls.authority) } });
  const options = (): RedisOptions => ({ ...nameless(), ...APP });

  async function clientOf(name: string, to: RedisOptions = options()): Promise<Valkey> {
    const { port } = running.find(({ planned }) => planned.name === name) as RunningEngine;
    const client = new Valkey({ ...to, host: '127.0.0.1', port });
    clients.push(client);
    await client.connect();
    return client;
  }

  /** What a first question is answered, or what the client heard before the server hung up. */
  async function firstAnswer(to: RedisOptions): Promise<string> {
    let heard: unknown;
    try {
      const client = await clientOf('primary', to);
      client.on('error', (error) => (heard ??= error));
      return `answered ${await client.get('app:never')}`;
    } catch (error) {
      return String(heard ?? error);
    }
  }

  test('a replica has what its primary has, and takes no writes', async () => {
    running = await startValkey(room, program, plan);
    const [primary, replica] = await Promise.all([clientOf('primary'), clientOf('r1')]);
    await primary.set('app:a', '1');
    await expect(replica.set('app:a', '2')).rejects.toThrow(/^READONLY/);
    await expect(primary.wait(1, 2_000)).resolves.toBe(1);
    await expect(replica.get('app:a')).resolves.toBe('1');
  });

  test('a primary keeps its data over a stop, on whatever ports it and its replica come up', async () => {
    running = await startValkey(room, program, plan);
    await (await clientOf('primary')).set('app:kept', 'yes');
    await Promise.all(running.map(({ process }) => process.stop()));
    running = await startValkey(room, program, plan);
    await expect((await clientOf('primary')).get('app:kept')).resolves.toBe('yes');
    await expect((await clientOf('r1')).get('app:kept')).resolves.toBe('yes');
  });

  test('nobody gets in without TLS, a name or the password, and a user reaches no further than its rules', async () => {
    running = await startValkey(room, program, plan);
    expect(await firstAnswer({ ...plaintext, ...APP })).toMatch(/ECONNRESET|closed/);
    expect(await firstAnswer({ ...options(), password: 'wrong' })).toMatch(/WRONGPASS/);
    expect(await firstAnswer(nameless())).toMatch(/NOAUTH/);
    expect(await firstAnswer(options())).toBe('answered null');
    const client = await clientOf('primary');
    await expect(client.set('other:a', '1')).rejects.toThrow(/^NOPERM/);
    await expect(client.flushall()).rejects.toThrow(/^NOPERM/);
  });

  test('a cluster is whole when it is up, and a client finds each key', async () => {
    const shards = ['s0', 's1', 's2'].map((name) => ({ primary: server(name, 'primary'), replicas: [] }));
    running = await startValkey(room, program, { ...plan, mode: 'cluster', shards });
    const cluster = new Cluster(
      running.map(({ port }) => ({ host: '127.0.0.1', port })),
      {
        redisOptions: options(),
        lazyConnect: true,
        slotsRefreshTimeout: 5_000,
        dnsLookup: (address, done) => done(null, address),
      },
    );
    clients.push(cluster);
    await cluster.connect();
    const keys = Array.from({ length: 50 }, (_, index) => `app:${index}`);
    await Promise.all(keys.map((key) => cluster.set(key, key)));
    await expect(Promise.all(keys.map((key) => cluster.get(key)))).resolves.toEqual(keys);
    const held = await Promise.all(['s0', 's1', 's2'].map(async (name) => (await clientOf(name)).dbsize()));
    expect(held.every((count) => count > 0)).toBe(true);
  });

  test('what is told about passwords is for its owner only, and no process shows one', async () => {
    running = await startValkey(room, program, plan);
    const file = join(room.directory.data, 'cache', 'primary', 'valkey.conf');
    expect(statSync(file).mode & 0o777).toBe(0o600);
    for (const { process } of running) {
      const shown =
        readFileSync(`/proc/${process.pid}/cmdline`, 'utf8') + readFileSync(`/proc/${process.pid}/environ`, 'utf8');
      for (const { password } of [APP, REPLICATION]) expect(shown).not.toContain(password);
    }
  });

  test('what a dead supervisor left is found and stopped', async () => {
    running = await startValkey(room, program, plan);
    expect(guarded).toEqual(new Set(['cache/primary', 'cache/r1']));
    expect(await sweepServers(room.directory.data)).toBe(2);
    await Promise.all(running.map(({ process }) => process.exited));
    expect(processesOf(directory)).toEqual([]);
    expect(guarded.size).toBe(0);
  });

  test('one server that does not come up leaves none', async () => {
    const broken = { ...plan, users: [{ credentials: APP, rules: '+@nosuchcategory' }] };
    await expect(startValkey(room, program, broken)).rejects.toMatchObject({ code: 'ENGINE_FAILED' });
    expect(processesOf(directory)).toEqual([]);
    expect(readdirSync(room.directory.log)).toEqual(['cache']);
  });
});
