import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createTierApp } from '../../lib/stacks';
import { blogTier } from '../support/blog-tier';

const root = resolve(__dirname, '..', '..');
const kit = mkdtempSync(join(tmpdir(), 'polystore-kit-'));
const EXAMPLE = ['single-database.config.ts', 'single-database.baseline.json'];

const git = (...args: readonly string[]): string =>
  execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@example.org', ...args], { cwd: kit, encoding: 'utf8' });
const guardExamples = () =>
  spawnSync(process.execPath, [join(kit, 'scripts', 'guard-examples.mjs')], { encoding: 'utf8', cwd: kit });

const templatesIn = (outdir: string): Record<string, string> => {
  const files = readdirSync(outdir).filter((file) => file.endsWith('.template.json'));
  return Object.fromEntries(files.map((file) => [file, readFileSync(join(outdir, file), 'utf8')]));
};

/** A copy of the kit with one example, in a repository of its own. */
beforeAll(() => {
  const parts = [
    'bin',
    'lib',
    'constructs',
    'lambda',
    'scripts',
    'runbooks',
    'package.json',
    'package-lock.json',
    'cdk.json',
    'tsconfig.json',
    'tier.config.ts',
  ];
  for (const part of parts) cpSync(join(root, part), join(kit, part), { recursive: true });
  mkdirSync(join(kit, 'examples'));
  for (const file of EXAMPLE) cpSync(join(root, 'examples', file), join(kit, 'examples', file));
  symlinkSync(join(root, 'node_modules'), join(kit, 'node_modules'));
  git('init', '--quiet');
  git('add', 'examples');
  git('commit', '--quiet', '-m', 'first');
});
afterAll(() => rmSync(kit, { recursive: true }));

test('a kit that makes of the examples what it made before is let through; without a release, against the last commit', () => {
  const { status, stdout } = guardExamples();
  expect({ status, stdout }).toEqual({ status: 0, stdout: expect.stringContaining('1 of 1 examples lose nothing') });
  expect(stdout).toContain('examples of the last commit, since there is no release yet');
});

test('in another folder the kit makes the same templates, byte by byte', () => {
  const [here, elsewhere] = ['here', 'elsewhere'].map((folder) => join(kit, 'cdk.out', folder)) as [string, string];
  createTierApp({ definition: blogTier('prod'), outdir: here }).synth();
  execFileSync(process.execPath, [join(kit, 'bin', 'app.cjs')], {
    cwd: kit,
    env: {
      ...process.env,
      CDK_OUTDIR: elsewhere,
      CDK_VALIDATION: 'false',
      CDK_CONTEXT_JSON: JSON.stringify({ tier: 'tier.config.ts', stage: 'prod' }),
    },
  });
  expect(Object.keys(templatesIn(here))).toHaveLength(10);
  expect(templatesIn(elsewhere)).toEqual(templatesIn(here));
});

test('a kit that would replace a database of the last release’s example is caught, whatever was accepted since', () => {
  git('tag', 'v1.2.3');
  const file = join(kit, 'lib', 'stacks', 'postgres-store.ts');
  const before = readFileSync(file, 'utf8');
  const after = before.replace('databaseName: store.database', 'databaseName: `${store.database}_db`');
  expect(after).not.toBe(before);
  writeFileSync(file, after);
  // The baseline of now has what the kit makes now; the last release's has not.
  const baseline = join(kit, 'examples', 'single-database.baseline.json');
  writeFileSync(baseline, readFileSync(baseline, 'utf8').replace('"DBName": "notes"', '"DBName": "notes_db"'));
  git('commit', '--quiet', '--all', '-m', 'accepted');

  const { status, stdout } = guardExamples();
  expect(stdout).toContain('examples of v1.2.3, made by this version');
  expect(stdout).toContain('notes-dev-notes/Postgres/Primary would be replaced: DBName notes → notes_db');
  expect(stdout).toContain('0 of 1 examples lose nothing');
  expect(status).toBe(1);
});
