// `npm run build`: compiles the kit to dist/, bundles the Lambdas that it ships, and lays out polystore-router in dist-router/.
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, join } from 'node:path';

/** The rooms that an application needs at run time: everything that polystore-router publishes. */
const RUNTIME_ROOMS = [
  'errors',
  'topology',
  'placement',
  'sources',
  'postgres',
  'signing',
  'valkey',
  'dynamodb',
  'documentdb',
  'neptune',
  'routing',
  'testing',
];

rmSync('dist', { recursive: true, force: true });
rmSync('dist-router', { recursive: true, force: true });
// The native compiler takes a fifth of the time of the one that eslint works with, and writes the same. Whether the types are right is what
// `npm run check` says, of these files and all others.
const tsc = (...args) =>
  execFileSync(process.execPath, ['node_modules/@typescript/native/bin/tsc', ...args, '--noCheck'], {
    stdio: 'inherit',
  });
// A file at a time, as everything else here reads them: what a file imports is not looked at.
tsc('-p', 'tsconfig.build.json', '--noResolve', '--declaration', 'false');
// For declarations it is, down to the CDK's own, which takes most of the build. `npm test` leaves out those of the kit, which no program looks at.
const project = process.argv.includes('--no-kit-declarations') ? 'packages/router' : 'tsconfig.build.json';
tsc('-p', project, '--emitDeclarationOnly');
bundleLambdas();
layOutRouter();

/** One self-contained file a Lambda, by the code that bundles them in a clone: what a synthesis has bundled already is taken from there. */
function bundleLambdas() {
  const { bundleOfClone } = createRequire(import.meta.url)('../dist/lib/stacks/lambda-code.js');
  for (const handler of readdirSync('lambda').filter((file) => file.endsWith('.ts'))) {
    const name = basename(handler, '.ts');
    cpSync(bundleOfClone(process.cwd(), name).directory, join('dist', 'lambda-bundles', name), { recursive: true });
  }
}

/** The package's index stands beside lib/, not two folders below it as in this repository. */
function layOutRouter() {
  mkdirSync('dist-router');
  for (const room of RUNTIME_ROOMS)
    cpSync(join('dist', 'lib', room), join('dist-router', 'lib', room), { recursive: true });
  for (const file of ['index.js', 'index.d.ts', 'testing.js', 'testing.d.ts']) {
    const text = readFileSync(join('dist', 'packages', 'router', file), 'utf8');
    writeFileSync(join('dist-router', file), text.replaceAll('../../lib/', './lib/'));
  }
  const { version } = JSON.parse(readFileSync('package.json', 'utf8'));
  const manifest = JSON.parse(readFileSync('packages/router/package.json', 'utf8'));
  writeFileSync('dist-router/package.json', `${JSON.stringify({ ...manifest, version }, null, 2)}\n`);
  tolerateMissing(Object.keys(manifest.peerDependencies));
  cpSync('packages/router/README.md', 'dist-router/README.md');
  cpSync('LICENSE', 'dist-router/LICENSE');
}

/**
 * Types of a package that an application need not have are `any` where it has not: without a word to the compiler they are errors to whoever has
 * the declarations of libraries checked. The comment is written here since the compiler keeps none beside an import.
 */
function tolerateMissing(packages) {
  const isFrom = new RegExp(`^(?! *\\*).*(?:from |import\\()'(?:${packages.join('|')})'`);
  for (const file of readdirSync('dist-router', { recursive: true })) {
    if (!file.endsWith('.d.ts')) continue;
    const path = join('dist-router', file);
    const lines = readFileSync(path, 'utf8').split('\n');
    writeFileSync(path, lines.map((line) => (isFrom.test(line) ? `// @ts-ignore\n${line}` : line)).join('\n'));
  }
}
