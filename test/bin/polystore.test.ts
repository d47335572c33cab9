import { copyFileSync, readdirSync, readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import type { ServerRow, TierStatus } from '../../lib/status';
import type { ProofReport } from '../../lib/report';
import type { SmokeReport } from '../../lib/smoke';
import { processesOf } from '../local/scratch';
import { createProject, type Project } from '../support/command-line';

/** The tier of the example with one shard: fewer servers start sooner. */
function createSmallProject(): Project {
  const small = createProject();
  small.edit((text) => text.replace(', s1: {}, s2: {}, s3: {}', ''));
  return small;
}

let project: Project;
beforeAll(() => {
  project = createSmallProject();
});
afterAll(async () => {
  await project.call('down');
  project.remove();
});

/** One server, of which a proof takes a third less: for what happens whatever the tier has. */
function createLoneProject(): Project {
  const lone = createProject();
  lone.edit((text) =>
    text
      .replace(/^.*posts: shardedPostgres.*$/m, '')
      .replace(/^.*posts: \{ uses.*$/m, '')
      .replace('{ replicas: { r1: {}, r2: {} } }', ''),
  );
  return lone;
}

const secrets = (): string => join(project.directory, '.polystore/blog/dev/secrets.json');

/** Whether something accepts connections on the port. */
const listens = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.on('connect', () => (socket.destroy(), resolve(true)));
    socket.on('error', () => resolve(false));
  });

const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

type LocalRow = ServerRow & { readonly port: number; readonly pid: number };

const serversOf = async (): Promise<readonly LocalRow[]> => {
  const { stdout } = await project.call('status', '--json');
  return (JSON.parse(stdout) as { servers: readonly LocalRow[] }).servers;
};

const until = async (isTrue: () => Promise<boolean> | boolean): Promise<void> => {
  const deadline = Date.now() + 20_000;
  while (!(await isTrue())) {
    if (Date.now() > deadline) throw new Error('did not come true in 20 s');
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
};

describe('polystore', () => {
  it('lists its commands and exit codes', async () => {
    const { code, stdout } = await project.call('--help');
    expect(code).toBe(0);
    for (const word of ['prove', 'up', 'status', 'smoke', 'down', 'Exit codes:', '130']) expect(stdout).toContain(word);
  });

  it('shows examples of each command', async () => {
    const commands = ['prove', 'up', 'status', 'smoke', 'down', 'cost', 'doctor', 'guard', 'diff', 'drill', 'runbook'];
    for (const { command, help } of await Promise.all(
      commands.map(async (command) => ({ command, help: await project.call(command, '--help') })),
    )) {
      expect(help.code).toBe(0);
      expect(help.stdout).toContain(`$ npx polystore ${command}`);
      for (const option of ['--tier <file>', '--stage <name>', '--json']) expect(help.stdout).toContain(option);
    }
  });

  it('fails with 2 on an unknown option, naming the nearest', async () => {
    const { code, stderr } = await project.call('up', '--prot', '5');
    expect(code).toBe(2);
    expect(stderr).toContain('Did you mean --port?');
  });

  it('fails with 2 on a fault of the definition, with its place and without a stack', async () => {
    const broken = createProject();
    broken.edit((text) => text.replace('replicas: { r1', 'replica: { r1'));
    const { code, stdout, stderr } = await broken.call('up');
    broken.remove();
    expect(code).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toMatch(
      /^tier\.config\.ts:\d+:\d+ stores\.main\.replica\n {2}unknown option, did you mean "replicas"\?.*\n1 fault\. Nothing synthesized\.\n$/,
    );
  });

  it('fails with 2 on a stage that the tier file lacks', async () => {
    const { code, stderr } = await project.call('up', '--stage', 'prd');
    expect(code).toBe(2);
    expect(stderr).toMatch(/"prd"[\s\S]*prod/);
  });

  it('fails with 3 where no tier is up, saying how to start one', async () => {
    const failures = await Promise.all(['status', 'smoke', 'down'].map((command) => project.call(command)));
    for (const { code, stderr } of failures) {
      expect(code).toBe(3);
      expect(stderr).toContain('npx polystore up');
    }
  });
});

describe('a detached tier', () => {
  it('is up when the command returns, is refused a second time, survives its starter, and is gone after down', async () => {
    const up = await project.run('up', '--detach', '--json');
    expect({ code: up.code, stderr: up.stderr }).toMatchObject({ code: 0 });
    const { pid } = JSON.parse(up.stdout) as { pid: number };
    expect(isAlive(pid)).toBe(true);

    const second = await project.run('up', '--detach');
    expect(second.code).toBe(3);
    expect(second.stderr).toContain(`started by process ${pid}`);

    // On a busy machine one may take longer to answer than a look takes.
    let servers: readonly LocalRow[] = [];
    await until(async () => (servers = await serversOf()).every(({ isWell }) => isWell));
    expect(servers.map(({ store, name, role }) => [store, name, role])).toEqual([
      ['main', 'primary', 'primary'],
      ['main', 'r1', 'replica'],
      ['main', 'r2', 'replica'],
      ['posts', 's0', 'primary'],
    ]);

    const smoke = await project.run('smoke');
    expect(smoke.stdout).toMatch(/\n\d+ passed, 0 failed, \d+ skipped\n$/);
    expect(smoke.code).toBe(0);

    expect((await project.run('down')).code).toBe(0);
    await until(() => !isAlive(pid));
    expect(await Promise.all(servers.map(({ port }) => listens(port)))).not.toContain(true);
  });

  it('keeps its data; with a killed replica its smoke test fails with 1, naming it, how it ended and what goes on', async () => {
    const before = readFileSync(secrets(), 'utf8');
    const up = await project.run('up', '--detach', '--json');
    expect(readFileSync(secrets(), 'utf8')).toBe(before);
    const servers = await serversOf();
    const replica = servers.find(({ name }) => name === 'r1') as LocalRow;
    process.kill(replica.pid, 'SIGKILL');
    await until(async () => (await project.call('status')).stdout.includes('ended by SIGKILL'));

    const status = await project.call('status');
    expect(status.code).toBe(1);
    expect(status.stdout).toMatch(/main +r1 +- .* ended by SIGKILL/);
    expect(status.stdout).toContain('  next: npx polystore down, then npx polystore up: every server starts again\n');
    expect(status.stdout).toContain('  on AWS: npx polystore runbook replica-lag\n');
    const runbook = await project.call('runbook', 'replica-lag');
    expect(runbook.stdout).toMatch(
      /^# Replica lag.*\n\n> this stage is up on this machine, too: `npx polystore status` /,
    );

    const smoke = await project.call('smoke');
    expect(smoke.code).toBe(1);
    expect(smoke.stdout).toMatch(/✗ main\/r1 serves-reads: /);
    expect(smoke.stdout).toContain(`process ${replica.pid} ended by SIGKILL`);
    expect(smoke.stdout).toMatch(/unaffected: .*r2/);
    expect(smoke.stdout).toMatch(/✓ posts/);

    const failed = [...smoke.stdout.matchAll(/^✗ (\S+) \S+: /gm)].map(([, subject]) => subject);
    expect([...new Set(failed)]).toEqual(['main/r1']);
    expect(smoke.stdout).toContain(` passed, ${failed.length} failed, `);

    // Its process killed with -9 leaves no server behind.
    process.kill((JSON.parse(up.stdout) as { pid: number }).pid, 'SIGKILL');
    await until(() => servers.every(({ pid }) => !isAlive(pid)));
    expect(readFileSync(secrets(), 'utf8')).toBe(before);
  });
});

describe('a tier in the foreground', () => {
  it('finds the data of one that was killed, says when a server ends and goes on, stops on Ctrl-C with 0, and leaves nothing listening', async () => {
    const before = readFileSync(secrets(), 'utf8');
    const up = project.start('up');
    await up.printed(/Ctrl-C stops it/);
    expect(readFileSync(secrets(), 'utf8')).toBe(before);
    const servers = await serversOf();
    process.kill((servers.find(({ name }) => name === 'r2') as LocalRow).pid, 'SIGKILL');
    await up.printed(/✗ main\/r2 ended by SIGKILL; the others go on/);
    expect((await serversOf()).filter(({ isWell }) => isWell)).toHaveLength(3);
    const watch = project.start('status', '--watch', '--json');
    await watch.printed(/\n.*\n/);
    watch.process.kill('SIGINT');
    const watched = await watch.finished;
    expect(watched.code).toBe(0);
    const looks = watched.stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as TierStatus);
    expect(looks.length).toBeGreaterThanOrEqual(2);
    expect(looks[0]?.alarms).toMatchObject([{ name: 'main/r2 down', runbook: 'replica-lag' }]);
    up.process.kill('SIGINT');
    const { code, stdout } = await up.finished;
    expect(code).toBe(0);
    expect(stdout).not.toContain('\u001b');
    expect(await Promise.all(servers.map(({ port }) => listens(port)))).not.toContain(true);
  });

  it('has no data any more after down --delete-data', async () => {
    expect(await project.call('down', '--delete-data')).toMatchObject({ code: 0, stderr: '' });
    expect(() => readFileSync(secrets())).toThrow('ENOENT');
    // Nor a folder where it was; initdb's output is every tier's.
    expect(readdirSync(join(project.directory, '.polystore'))).toEqual(['templates']);
  });
});

describe('polystore prove', () => {
  it('shows each step on a line, counts on the last one, writes its report and leaves nothing else', async () => {
    const { code, stdout } = await project.call('prove');
    // A failure shows which check it was.
    expect(code === 0 ? '' : stdout).toBe('');
    const lines = stdout.trim().split('\n');
    expect(lines.slice(0, 4).map((line) => line.slice(0, 7).trim())).toEqual(['✓ tier', '✓ synth', '✓ up', '✓ smoke']);
    expect(lines.at(-1)).toMatch(/^\d+ passed, 0 failed, \d+ skipped$/);
    expect(readFileSync(join(project.directory, '.polystore/report.html'), 'utf8')).toContain('every promise');
    const report = JSON.parse(readFileSync(join(project.directory, '.polystore/report.json'), 'utf8')) as SmokeReport;
    expect(report.counts.failed).toBe(0);
    expect(await project.call('status')).toMatchObject({ code: 3, stdout: '' });
  });

  it('fails where the committed baseline would lose something, naming what; a terminal shows what it does meanwhile', async () => {
    const changed = createLoneProject();
    copyFileSync(join(__dirname, '../../polystore.baseline.json'), join(changed.directory, 'polystore.baseline.json'));
    changed.edit((text) => text.replace('main: postgres(', "main: postgres({ database: 'renamed' }"));
    const { code, stdout: shown } = await changed.callOnTerminal('prove');
    const file = readFileSync(join(changed.directory, '.polystore/report.json'), 'utf8');
    changed.remove();
    expect((JSON.parse(file) as ProofReport).losses).toContainEqual(
      expect.stringMatching(/^prod: \S+ would be replaced: DBName main → renamed$/),
    );
    expect(shown).toMatch(/…[^\n]* synth [^\n]*templates are written[^\n]*✓[^\n]* synth /);
    expect(shown).toMatch(/…[^\n]* smoke [^\n]*2 checks made[^\n]*✓[^\n]* smoke /);
    const stdout = stripVTControlCharacters(shown).replaceAll('\r', '');
    expect(code).toBe(1);
    expect(stdout).toMatch(/✗ guard/);
    expect(stdout).toContain('DBName');
    expect(stdout).toMatch(/\n\d+ passed, [1-9]\d* failed, \d+ skipped\n$/);
  });

  it('ends with 130 on Ctrl-C and leaves no server behind', async () => {
    const run = project.start('prove');
    await run.printed(/✓ up/);
    run.process.kill('SIGINT');
    const { code, stderr } = await run.finished;
    expect(code).toBe(130);
    expect(stderr).toContain('the tier was stopped and its data deleted');
    // Servers and what guards them: after a change of sources, what bundles Lambdas works in the project, and outlives the command by a moment.
    expect(processesOf(join(project.directory, '.polystore/proof/blog/dev'))).toEqual([]);
    expect(readdirSync(join(project.directory, '.polystore/proof/blog'))).not.toContain('dev');
  });
});
