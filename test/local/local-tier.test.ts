import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import config from '../../tier.config';
import { parseTier } from '../../lib/definition';
import { inspectLocalTier, startLocalTier, type LocalServer, type LocalTier } from '../../lib/local';
import { FileSecrets } from '../../lib/sources';
import { FileTopology } from '../../lib/sources/file-topology';
import { eventually } from '../support/eventually';
import { listensOn, newDirectory, onServer, removeDirectory, runs, TEMPLATES, valueOf, watchdogOf } from './scratch';

let directory: string;
let tier: LocalTier;
const definition = parseTier(config);

const serverOf = (label: string): LocalServer =>
  tier.servers().find(({ store, name }) => `${store}/${name}` === label) as LocalServer;
const portOf = (label: string): number => serverOf(label).port;

beforeAll(async () => {
  directory = await newDirectory();
  tier = await startLocalTier(definition, { directory, templates: TEMPLATES });
});

afterAll(async () => {
  await tier?.stop();
  await removeDirectory(directory);
});

describe('the servers of a local tier', () => {
  test('are those of the definition, in its order, each on a port of its own', () => {
    expect(tier.servers().map(({ store, name, role }) => `${store}/${name} ${role}`)).toEqual([
      'main/primary primary',
      'main/r1 replica',
      'main/r2 replica',
      'posts/s0 primary',
      'posts/s1 primary',
      'posts/s2 primary',
      'posts/s3 primary',
    ]);
    expect(new Set(tier.servers().map(({ port }) => port)).size).toBe(7);
  });

  test('say themselves who they are, and have the settings of the definition and of this machine', async () => {
    for (const { store, name, port } of tier.servers()) {
      const settings = await onServer(
        directory,
        port,
        (client) =>
          client.query<{ name: string; setting: string }>(
            'select name, current_setting(name) as setting from pg_settings',
          ),
        { database: store },
      );
      const shown = Object.fromEntries(settings.rows.map(({ name, setting }) => [name, setting]));
      expect(shown).toMatchObject({
        cluster_name: `${store}/${name}`,
        wal_level: 'logical',
        // A primary's follow from its class; at most 100 here, as for the shards, whose class allows more.
        max_connections: store === 'main' ? '95' : '100',
        log_min_duration_statement: '1s',
        listen_addresses: '127.0.0.1',
        unix_socket_directories: '',
        server_encoding: 'UTF8',
      });
    }
  });

  test('answer on the loopback address only', async () => {
    const others = Object.values(networkInterfaces())
      .flatMap((addresses) => addresses ?? [])
      .filter(({ address }) => address !== '127.0.0.1' && !address.startsWith('fe80'));
    for (const { port } of tier.servers()) {
      expect(await listensOn(port)).toBe(true);
      for (const { address } of others) expect([address, await listensOn(port, address)]).toEqual([address, false]);
    }
  });

  test('refuse plaintext', async () => {
    const { username, password } = await new FileSecrets(join(directory, 'secrets.json')).read('main/owner');
    for (const { store, port } of tier.servers()) {
      const client = new Client({ host: '127.0.0.1', port, user: username, password, database: store });
      await expect(client.connect()).rejects.toMatchObject({
        code: '28000',
        message: expect.stringMatching(/no encryption/),
      });
    }
  });

  test('let nobody in without the right password, the built-in superuser with none at all', async () => {
    const ca = readFileSync(join(directory, 'tls', 'ca.crt'), 'utf8');
    for (const user of ['postgres', 'polystore_owner', 'polystore_supervisor']) {
      const client = new Client({
        host: '127.0.0.1',
        port: portOf('main/primary'),
        user,
        password: 'postgres',
        database: 'main',
        ssl: { ca },
      });
      await expect(client.connect()).rejects.toMatchObject({ code: '28P01' });
    }
  });

  test('show a certificate that no other authority signed', async () => {
    const client = new Client({ host: '127.0.0.1', port: portOf('main/primary'), user: 'x', ssl: true });
    await expect(client.connect()).rejects.toMatchObject({ code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE' });
  });

  test('have an owner who owns the database and is no superuser', async () => {
    const rights = await onServer(
      directory,
      portOf('main/primary'),
      (client) =>
        client.query(
          'select rolsuper, rolcreaterole, rolcreatedb, rolreplication from pg_roles where rolname = current_user',
        ),
      { secret: 'main/owner' },
    );
    expect(rights.rows).toEqual([{ rolsuper: false, rolcreaterole: true, rolcreatedb: true, rolreplication: false }]);
  });
});

describe('replicas', () => {
  test('show what their primary wrote', async () => {
    await onServer(directory, portOf('main/primary'), (client) =>
      client.query('create table seen as select 42 as answer'),
    );
    for (const label of ['main/r1', 'main/r2']) {
      await eventually(`${label} shows the row`, () =>
        onServer(directory, portOf(label), async (client) => (await valueOf(client, 'select answer from seen')) === 42),
      );
    }
  });

  test('refuse writes', async () => {
    for (const label of ['main/r1', 'main/r2']) {
      await expect(
        onServer(directory, portOf(label), (client) => client.query('create table refused ()')),
      ).rejects.toMatchObject({ code: '25006' });
    }
  });
});

describe('what a local tier writes', () => {
  test('the topology that it returns', async () => {
    expect(await new FileTopology(tier.topologyFile).read()).toEqual(tier.topology);
    expect(tier.topology).toMatchObject({
      tier: 'blog',
      stage: 'dev',
      world: 'local',
      stores: {
        main: {
          primary: { name: 'primary', endpoint: { host: '127.0.0.1', port: portOf('main/primary'), via: 'direct' } },
        },
        posts: { shards: { s3: { primary: { endpoint: { port: portOf('posts/s3') } } } } },
      },
    });
  });

  test('a secret for every role, each with a password of its own, for its owner alone', () => {
    const file = join(directory, 'secrets.json');
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const secrets = JSON.parse(readFileSync(file, 'utf8')) as Record<string, { username: string; password: string }>;
    expect(Object.keys(secrets).sort()).toEqual(
      [
        'supervisor',
        ...['main/owner', 'main/services/posts', 'main/services/users', 'main/smoke'],
        ...['s0', 's1', 's2', 's3'].flatMap((shard) =>
          ['owner', 'services/posts', 'smoke'].map((role) => `posts/${shard}/${role}`),
        ),
      ].sort(),
    );
    const passwords = Object.values(secrets).map(({ password }) => password);
    expect(new Set(passwords).size).toBe(passwords.length);
    for (const password of passwords) expect(password.length).toBeGreaterThanOrEqual(32);
  });

  test('private keys for their owner alone', () => {
    expect(statSync(join(directory, 'tls', 'server.key')).mode & 0o777).toBe(0o600);
  });

  test('no password anywhere but in the secrets and in the files that replicas log in with', () => {
    const secrets = JSON.parse(readFileSync(join(directory, 'secrets.json'), 'utf8')) as Record<
      string,
      { password: string }
    >;
    const passwords = Object.values(secrets).map(({ password }) => password);
    const holds = (text: string): boolean => passwords.some((password) => text.includes(password));
    const files = readdirSync(directory, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name));
    expect(files.length).toBeGreaterThan(7000);
    expect(files.filter((file) => holds(readFileSync(file, 'latin1'))).sort()).toEqual(
      ['data/main/r1/upstream.pgpass', 'data/main/r2/upstream.pgpass', 'secrets.json'].map((file) =>
        join(directory, file),
      ),
    );
    expect(holds(execFileSync('ps', ['-ww', '-eo', 'command='], { encoding: 'utf8' }))).toBe(false);
    for (const { pid } of process.platform === 'linux' ? tier.servers() : []) {
      expect(holds(readFileSync(`/proc/${pid}/environ`, 'latin1'))).toBe(false);
    }
  });

  test('nothing outside its directory', () => {
    // Dynamic shared memory in /dev/shm would stay behind after a kill -9.
    const mapped = tier.servers().flatMap(({ pid }) => {
      if (process.platform !== 'linux') return [];
      const lines = readFileSync(`/proc/${pid}/maps`, 'utf8').split('\n');
      return lines.filter((line) => line.includes('/dev/shm/') && !line.includes(directory));
    });
    expect(mapped).toEqual([]);
  });
});

describe('while a tier is up', () => {
  test('status asks every server who it is', async () => {
    const { servers: rows } = await inspectLocalTier(directory);
    expect(rows.map(({ store, name, role, status }) => `${store}/${name} ${role} ${status.kind}`)).toEqual([
      'main/primary primary running',
      'main/r1 replica running',
      'main/r2 replica running',
      'posts/s0 primary running',
      'posts/s1 primary running',
      'posts/s2 primary running',
      'posts/s3 primary running',
    ]);
    for (const { role, lagMs } of rows) expect(typeof lagMs).toBe(role === 'replica' ? 'number' : 'undefined');
  });

  test('a second start in the same directory is refused', async () => {
    await expect(startLocalTier(definition, { directory, templates: TEMPLATES })).rejects.toMatchObject({
      code: 'TIER_ALREADY_UP',
      details: { pid: process.pid, directory },
      message: expect.stringContaining(String(process.pid)),
      next: expect.stringContaining('polystore down'),
    });
    expect(tier.servers().every(({ pid }) => runs(pid))).toBe(true);
  });

  test('a watchdog that dies is replaced', async () => {
    const first = watchdogOf(directory) as number;
    process.kill(first, 'SIGKILL');
    const second = await eventually('another watchdog', () => {
      const now = watchdogOf(directory);
      return now !== first && now;
    });
    expect(runs(Number(second))).toBe(true);
    expect(tier.servers().every(({ pid }) => runs(pid))).toBe(true);
  });

  test('a server that hangs is a row that says so, within a second', async () => {
    const { pid } = serverOf('posts/s3');
    process.kill(pid, 'SIGSTOP');
    try {
      const began = performance.now();
      const row = (await inspectLocalTier(directory)).servers.find(({ name }) => name === 's3');
      expect(performance.now() - began).toBeLessThan(1500);
      expect(row).toMatchObject({ pid, status: { kind: 'unreachable', reason: expect.stringContaining('time') } });
      expect(row).not.toHaveProperty('role');
    } finally {
      process.kill(pid, 'SIGCONT');
    }
  });

  test('a server that the tier does not have is refused by name', async () => {
    await expect(tier.killServer('main/r9', 'SIGKILL')).rejects.toThrow(/no server "main\/r9".*main\/r2/);
  });
});
