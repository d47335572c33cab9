import { execFile } from 'node:child_process';
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { DrillReport } from '../../lib/drills';
import { takeLock } from '../../lib/local/tier-lock';
import { processesOf } from '../local/scratch';
import { createProject, NODE_ARGS, type Project } from '../support/command-line';
import { compiledKit } from '../support/compiled-kit';

/** One primary with a replica. */
let project: Project;
beforeAll(() => {
  project = createProject();
  project.edit((text) =>
    text
      .replace(/^.*posts: shardedPostgres.*$/m, '')
      .replace(/^.*posts: \{ uses.*$/m, '')
      .replace(', r2: {}', ''),
  );
});
afterAll(async () => {
  await project.call('down');
  project.remove();
});

const drills = (): string => join(project.directory, '.polystore/drill');

const expectNothingLeft = (): void => {
  expect(processesOf(drills())).toEqual([]);
  expect(existsSync(drills())).toBe(false);
};

/** Only there a process may have mounts of its own, and must: a system that forbids them fails these tests. */
const onLinux = process.platform === 'linux' ? it : it.skip;

describe('polystore drill', () => {
  onLinux('storage fills a real disk, grows it, and leaves nothing', async () => {
    const { code, stdout, stderr } = await project.run('drill', 'storage', '--json');
    expect(code === 0 ? '' : stderr + stdout).toBe('');
    const report = JSON.parse(stdout) as DrillReport;
    expect(report).toMatchObject({ drill: 'storage', store: 'main', on: 'own', passed: true, failures: [] });
    expect(report.steps.map(({ text }) => text)).toContain('writes are refused: 53100');
    expect(report.times.recoverMs).toBeGreaterThanOrEqual(report.times.mitigateMs ?? Infinity);
    expectNothingLeft();
  });

  it('failover shows each step, the three times, and the counts as the last line', async () => {
    const { code, stdout } = await project.run('drill', 'failover', '--record');
    expect(code === 0 ? '' : stdout).toBe('');
    expect(stdout).toContain('recorded in polystore.drills.json: commit it');
    for (const kind of ['break', 'detect', 'look', 'mitigate', 'recover', 'restore']) {
      expect(stdout).toMatch(new RegExp(`^ {2}\\+ *[\\d.]+ m?s  ${kind} `, 'm'));
    }
    expect(stdout).toMatch(/✓ failover of main: detected after .*, mitigated after .*, recovered after /);
    expect(stdout).toMatch(/\n\d+ passed, 0 failed, \d+ skipped\n$/);
    expectNothingLeft();
    // Whoever clones the repository reads what was committed.
    rmSync(join(project.directory, '.polystore/drills'), { recursive: true });
    const [, times = ''] = /✓ failover of main: (.*)/.exec(stdout) ?? [];
    const runbook = await project.call('runbook', 'failover');
    expect(runbook.stdout).toContain(`UTC, ${times}; by the kit on `);
  });

  it('ends with 130 on Ctrl-C and leaves nothing behind', async () => {
    const run = project.start('drill', 'replica-lag');
    await run.printed(/ break /);
    run.process.kill('SIGINT');
    const { code, stderr } = await run.finished;
    expect(code).toBe(130);
    expect(stderr).toContain("the drill's tier was stopped and its data deleted");
    expectNothingLeft();
  });

  onLinux('storage ends with 130 on Ctrl-C too, though it runs in a process of its own', async () => {
    const run = project.start('drill', 'storage');
    await run.printed(/✓ before/);
    run.process.kill('SIGINT');
    expect((await run.finished).code).toBe(130);
    expectNothingLeft();
  });

  it('storage is refused with 3 where no small disk can be made, which is said before anything starts', async () => {
    const launcher = join(compiledKit(), 'bin/polystore.cjs');
    // Nothing is found there: no unshare, as on macOS.
    const env = { ...process.env, PATH: project.directory };
    const refused = promisify(execFile)(process.execPath, [...NODE_ARGS, launcher, 'drill', 'storage'], {
      cwd: project.directory,
      env,
    });
    await expect(refused).rejects.toMatchObject({
      code: 3,
      stdout: '',
      stderr: expect.stringMatching(/lets nobody mount a small disk.*\n.*Hold it on Linux/),
    });
    expectNothingLeft();
  });

  it('beside another one at work leaves it alone and says so with 3', async () => {
    const directory = join(drills(), 'blog/dev');
    const other = await takeLock(directory);
    writeFileSync(join(directory, 'theirs'), 'data');
    const { code, stderr } = await project.call('drill', 'failover');
    expect(code).toBe(3);
    expect(stderr).toMatch(/process \d+ is at work in .*\.polystore\/drill\/blog\/dev/);
    expect(existsSync(join(directory, 'theirs'))).toBe(true);
    await other.deleteDirectory();
    rmSync(drills(), { recursive: true });
  });

  it('refuses what it does not know with 2, and a running tier that is none with 3', async () => {
    const [unknown, notUp] = await Promise.all([
      project.call('drill', 'earthquake'),
      project.call('drill', 'connections', '--running'),
    ]);
    expect(unknown.code).toBe(2);
    expect(unknown.stderr).toMatch(/failover, replica-lag, connections, storage/);
    expect(notUp.code).toBe(3);
    expect(notUp.stderr).toContain('npx polystore up');
  });

  it('--running is held on the tier that is up, which is proven as before; failover is refused there', async () => {
    expect((await project.run('up', '--detach')).code).toBe(0);
    const drill = await project.run('drill', 'connections', '--running', '--json');
    expect(drill.code).toBe(0);
    expect(JSON.parse(drill.stdout)).toMatchObject({ on: 'running', passed: true });
    const refused = await project.call('drill', 'failover', '--running');
    expect(refused.code).toBe(3);
    expect(refused.stderr).toContain('Leave --running away');
    expect((await project.call('smoke')).code).toBe(0);
  });
});
