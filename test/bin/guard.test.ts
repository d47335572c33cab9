import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import type { Baseline, StageComparison } from '../../lib/guard';
import type { StageDiff } from '../../lib/diff';
import { createProject, type Project } from '../support/command-line';

let project: Project;
const git = (...args: readonly string[]): string =>
  execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@example.org', ...args], {
    cwd: project.directory,
    encoding: 'utf8',
  });
const baselineOf = (): Baseline =>
  JSON.parse(readFileSync(join(project.directory, 'polystore.baseline.json'), 'utf8')) as Baseline;
const MAIN = 'main: postgres({ replicas: { r1: {}, r2: {} } })';
const MAIN_WITH_BACKUP = 'main: postgres({ replicas: { r1: {}, r2: {} }, backup: { retentionDays: days } })';

/** One tier file goes through all of it, since each command costs a synthesis. */
beforeAll(() => {
  project = createProject();
  // The tier file imports a file of its own, as users' do.
  writeFileSync(join(project.directory, 'days.ts'), 'export const days = 30;\n');
  project.edit((text) => `import { days } from './days';\n${text.replace(MAIN, MAIN_WITH_BACKUP)}`);
  git('init', '--quiet');
  git('add', '.');
  git('commit', '--quiet', '-m', 'first');
});
afterAll(() => project.remove());

test('a tier without a baseline is guarded by nothing, and told how it gets one', async () => {
  const { code, stdout } = await project.run('guard');
  expect(code).toBe(1);
  expect(stdout).toContain('no polystore.baseline.json to compare with');
  expect(stdout).toContain('npx polystore guard --accept --reason "first baseline"');
  expect(existsSync(join(project.directory, 'polystore.baseline.json'))).toBe(false);
});

test.each([
  [['--accept'], /--accept needs --reason/],
  [['--reason', 'because'], /add --accept/],
])('%j is no decision', async (args, message) => {
  const { code, stderr } = await project.call('guard', ...args);
  expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringMatching(message) });
});

test('accepted, the tier as it is passes; a change that replaces the primary fails, naming the property', async () => {
  expect((await project.call('guard', '--accept', '--reason', 'first baseline')).code).toBe(0);
  expect(Object.keys(baselineOf().stages)).toEqual(['dev', 'prod']);
  expect(baselineOf().decisions).toHaveLength(2);
  expect(await project.call('guard')).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/^✓ dev, prod: \d+ stateful resources, none would be lost\n$/),
  });

  project.edit((text) => text.replace('backup: {', "database: 'core', backup: {"));
  const refused = await project.call('guard', '--stage', 'prod');
  expect(refused.code).toBe(1);
  expect(refused.stdout).toContain('✗ prod: blog-prod-main/Postgres/Primary would be replaced: DBName main → core\n');
  expect(refused.stdout).toContain('  lost its databases\n');
  expect(refused.stdout).toContain('3 replacements. Nothing was deployed and nothing accepted.\n');

  const { code, stdout } = await project.call('guard', '--stage', 'prod', '--json');
  const document = JSON.parse(stdout) as { safe: boolean; stages: StageComparison[] };
  expect({ code, safe: document.safe }).toEqual({ code: 1, safe: false });
  expect(document.stages[0]?.verdicts[0]).toMatchObject({ kind: 'replacement', property: 'DBName', after: 'core' });
});

test('the change stands in the diff against the last commit, and the repository is left as it was', async () => {
  const { code, stdout } = await project.run('diff', '--json', '--stage', 'prod');
  const { stages } = JSON.parse(stdout) as { stages: StageDiff[] };
  expect({ code, verdict: stages[0]?.verdict }).toEqual({ code: 0, verdict: 'data loss' });
  expect(stages[0]?.parts.find(({ part }) => part === 'main')?.definition).toEqual([
    { subject: 'main', path: 'database', before: 'main', after: 'core' },
  ]);
  expect(readdirSync(join(project.directory, '.polystore'))).toEqual([]);
  expect(git('status', '--porcelain', '--untracked-files=no')).toBe(' M tier.config.ts\n');
});

test('accepted with a reason, the change is on record and passes', async () => {
  expect((await project.call('guard', '--accept', '--reason', 'core starts anew')).code).toBe(0);
  expect(baselineOf().decisions.at(-1)).toMatchObject({
    stage: 'prod',
    reason: 'core starts anew',
    accepted: expect.arrayContaining(['blog-prod-main/Postgres/Primary would be replaced: DBName main → core']),
  });
  const onTerminal = await project.callOnTerminal('guard');
  expect(onTerminal.code).toBe(0);
  expect(stripVTControlCharacters(onTerminal.stderr)).toBe('\r… every stage is synthesized\r');
});

test('a shard that is renamed is refused where the file says it, before anything is synthesized', async () => {
  const before = readFileSync(join(project.directory, 'tier.config.ts'), 'utf8');
  project.edit((text) => text.replace(/\bs1: \{\}/, 's9: {}'));
  const { code, stdout, stderr } = await project.call('guard');
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr).toMatch(/^tier\.config\.ts:\d+:\d+ stores\.posts\.shards\.s9\n  got "s9" in the place of s1, /);
  writeFileSync(join(project.directory, 'tier.config.ts'), before);
});

test('a base that git does not know is refused by its name', async () => {
  const { code, stderr } = await project.call('diff', '--base', 'nowhere');
  expect(code).toBe(3);
  expect(stderr).toContain('no tier file to compare with at "nowhere": git knows no such commit');
});

test('a base with a fault names the commit, not where it was laid out', async () => {
  writeFileSync(join(project.directory, 'days.ts'), 'export const days = 99;\n');
  git('commit', '--quiet', '--all', '-m', 'faulty');
  writeFileSync(join(project.directory, 'days.ts'), 'export const days = 30;\n');
  const { code, stderr } = await project.call('diff');
  expect(code).toBe(2);
  expect(stderr).toMatch(/^HEAD:tier\.config\.ts:\d+:\d+ stores\.main\.backup\.retentionDays/);
  expect(stderr).not.toContain('.polystore');
});
