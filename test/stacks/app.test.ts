import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { blogTier } from '../support/blog-tier';
import { templatesOf } from '../support/synthesized-tier';

const directory = mkdtempSync(join(tmpdir(), 'polystore-app-'));
afterAll(() => rmSync(directory, { recursive: true }));

/** Runs the app as the CDK command line does, without its own checks, which another suite runs. */
function runApp(context: Record<string, string>, outdir = join(directory, 'out')) {
  return spawnSync(process.execPath, ['bin/app.cjs'], {
    encoding: 'utf8',
    env: { ...process.env, CDK_VALIDATION: 'false', CDK_OUTDIR: outdir, CDK_CONTEXT_JSON: JSON.stringify(context) },
  });
}

test('synthesizes the first stage of tier.config.ts, with the flags of this kit, and says nothing', () => {
  const outdir = join(directory, 'first-stage');
  const { status, stdout, stderr } = runApp({ '@aws-cdk/core:defaultCrossStackReferences': 'weak' }, outdir);
  expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: '', stderr: '' });
  const written = Object.fromEntries(
    readdirSync(outdir)
      .filter((file) => file.endsWith('.template.json'))
      .map((file) => [
        file.replace(/^blog-dev-|\.template\.json$/g, ''),
        JSON.parse(readFileSync(join(outdir, file), 'utf8')) as unknown,
      ]),
  );
  expect(written).toEqual(templatesOf(blogTier('dev')));
});

test('names the stages that there are for one that there is not, and shows neither stack nor source', () => {
  const { status, stdout, stderr } = runApp({ stage: 'prid' });
  expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
  expect(stderr).toMatch(
    /^tier\.config\.ts:\d+:\d+ stages\n {2}no stage "prid", did you mean "prod"\?\n1 fault\. Nothing synthesized\.\n/,
  );
  expect(stderr).not.toMatch(/^\s+at /m);
});

test('refuses a misspelt name of context, by which another stage would be synthesized than was asked for', () => {
  const { status, stdout, stderr } = runApp({ stag: 'prod' });
  expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
  expect(stderr).toBe(
    '-c stag: unknown, did you mean "stage"?\n  next: Say -c stage=…; allowed are stage, tier, smoke.\n',
  );
});

test('takes another tier file, and lists its faults', () => {
  const file = join(directory, 'broken.config.ts');
  writeFileSync(
    file,
    `import { defineTier, postgres } from 'cdk-polystore';
export default defineTier({ name: 'shop', stages: { dev: { profile: 'disposable' } }, stores: { main: postgres({ replica: 2 } as never) } });
`,
  );
  const { status, stderr } = runApp({ tier: file });
  expect(status).toBe(2);
  expect(stderr).toContain(`${file}:2:`);
  expect(stderr).toContain('did you mean "replicas"?');
  expect(stderr).not.toMatch(/^\s+at /m);
});

test('says that there is no such tier file', () => {
  const { status, stderr } = runApp({ tier: join(directory, 'nowhere.ts') });
  expect(status).toBe(2);
  expect(stderr).toContain('nowhere.ts\n  no such file\n');
});
