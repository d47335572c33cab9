import { spawn } from 'node:child_process';
import { chownSync, existsSync, readFileSync, statSync } from 'node:fs';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findIdentity, inspectLocalTier, startLocalTier, type Identity } from '../../lib/local';
import { commandAs } from '../../lib/local/run-as';
import { findPostgres } from '../../lib/local/postgres-binaries';
import { compiledScript } from '../support/compiled-kit';
import { pair, processesOf } from './scratch';

const isRoot = process.geteuid?.() === 0;

/**
 * What only root can try: to be other users. Anybody else proves `self` by running this kit's tests at all, and is told what was left out.
 */
function asRoot(name: string, work: () => Promise<void>): void {
  test(name, async () => {
    if (isRoot) return work();
    process.stderr.write(`NOT TRIED, needs root: ${name}\n`);
    expect(await findIdentity()).toMatchObject({ kind: expect.stringMatching(/^(self|userNamespace)$/) });
  });
}

let root: string;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'polystore-as-'));
});

afterEach(async () => {
  expect(processesOf(root)).toEqual([]);
  await rm(root, { recursive: true, force: true });
});

const nobody: Identity = { kind: 'setuid', user: 'nobody', uid: 65534, gid: 65534 };

describe('a command', () => {
  test('of this user is the program itself', () => {
    expect(commandAs({ kind: 'self' }, '/bin/postgres', ['-V'])).toMatchObject({ file: '/bin/postgres', args: ['-V'] });
  });

  test('in a user namespace is mapped by unshare', () => {
    expect(commandAs({ kind: 'userNamespace', uid: 7, gid: 8 }, '/bin/postgres', ['-V'])).toMatchObject({
      file: 'unshare',
      args: ['--user', '--map-user=7', '--map-group=8', '--', '/bin/postgres', '-V'],
    });
  });

  test('of another user carries that user', () => {
    expect(commandAs(nobody, '/bin/postgres', [])).toMatchObject({ options: { uid: 65534, gid: 65534 } });
  });

  test("sees nothing of this process' environment", () => {
    for (const identity of [{ kind: 'self' }, nobody] as const) {
      expect(Object.keys(commandAs(identity, 'x', []).options.env).sort()).toEqual(['LC_ALL', 'PATH', 'TZ']);
    }
  });
});

/** Uid and gid of a tier's servers, as the system says. */
async function ownersOf(identity: Identity): Promise<{ owners: Set<number>; roles: string[] }> {
  const options = { directory: join(root, 'tier'), templates: join(root, 'templates'), identity };
  const tier = await startLocalTier(pair(), options);
  try {
    const owners = tier.servers().map(({ pid }) => statSync(`/proc/${pid}`).uid);
    const roles = (await inspectLocalTier(options.directory)).servers.map(
      ({ role, status }) => `${role} ${status.kind}`,
    );
    return { owners: new Set(owners), roles };
  } finally {
    await tier.stop();
  }
}

const BOTH_UP = ['primary running', 'replica running'];

asRoot('root runs its servers in a user namespace where it can, and files stay its own', async () => {
  const identity = await findIdentity();
  expect(identity.kind).toBe('userNamespace');
  await chmod(root, 0o700);
  expect(await ownersOf(identity)).toEqual({ owners: new Set([0]), roles: BOTH_UP });
});

asRoot('root runs its servers as another user where namespaces are forbidden', async () => {
  await chmod(root, 0o755);
  expect(await ownersOf(nobody)).toEqual({ owners: new Set([65534]), roles: BOTH_UP });
  // That user reads the data and the servers' key, and no password.
  expect(statSync(join(root, 'tier', 'data', 'main', 'primary')).uid).toBe(65534);
  expect(statSync(join(root, 'tier', 'tls', 'server.key'))).toMatchObject({ uid: 65534, mode: 0o100600 });
  expect(statSync(join(root, 'tier', 'secrets.json'))).toMatchObject({ uid: 0, mode: 0o100600 });
});

asRoot('another user starts again on the data that it made', async () => {
  await chmod(root, 0o755);
  await ownersOf(nobody);
  expect((await ownersOf(nobody)).roles).toEqual(BOTH_UP);
});

asRoot("a directory that the other user can't pass through is refused, and nothing is left running", async () => {
  await chmod(root, 0o700);
  await expect(ownersOf(nobody)).rejects.toMatchObject({
    code: 'ENGINE_FAILED',
    message: expect.stringMatching(
      /PostgreSQL must not run as root, so it runs as nobody, who can't reach .*tier.data/,
    ),
    next: expect.stringContaining('chmod a+x'),
  });
});

/** Runs a tier in a process of another user: the supervisor of the other tests, which says `up` when it is. */
async function superviseAs(uid: number): Promise<string> {
  chownSync(root, uid, uid);
  const { version } = await findPostgres();
  expect(version).toMatch(/^17\./);
  const args = [compiledScript('test/local/supervisor.ts'), join(root, 'tier'), join(root, 'templates')];
  const tier = {
    name: 'one',
    stages: { dev: { profile: 'disposable' } },
    stores: { main: { kind: 'postgres', replicas: 1 } },
  };
  const child = spawn(process.execPath, [...args, JSON.stringify(tier)], {
    cwd: '/',
    uid,
    gid: uid,
    env: { PATH: process.env['PATH'], ON_SIGTERM: 'stop', TMPDIR: root },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    output += chunk;
    if (!/^up$/m.test(output)) return;
    const state = JSON.parse(readFileSync(join(root, 'tier', 'state.json'), 'utf8')) as { servers: { pid: number }[] };
    output += state.servers.map(({ pid }) => `uid ${statSync(`/proc/${pid}`).uid}\n`).join('');
    child.kill('SIGTERM');
  });
  await new Promise((resolve) => child.once('close', resolve));
  expect(existsSync(join(root, 'tier', 'state.json'))).toBe(false);
  return output;
}

asRoot('a user with a name runs its servers itself', async () => {
  expect(await superviseAs(65534)).toMatch(/^up\nuid 65534\nuid 65534\n$/m);
});

asRoot('a user whom the system has no name for runs them in a user namespace', async () => {
  expect(await superviseAs(23456)).toMatch(/^up\nuid 23456\nuid 23456\n$/m);
});
