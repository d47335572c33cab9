// `npm run build`: compiles the kit to dist/, bundles the Lambdas that it ships, and lays out polystore-router in dist-router/.
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { build } from 'esbuild';

/** The rooms that an application needs at run time: everything that polystore-router publishes. */
const RUNTIME_ROOMS = ['errors', 'topology', 'placement', 'sources', 'postgres', 'routing'];

rmSync('dist', { recursive: true, force: true });
rmSync('dist-router', { recursive: true, force: true });
execFileSync('node_modules/.bin/tsc', ['-p', 'tsconfig.build.json'], { stdio: 'inherit' });
await bundleLambdas();
layOutRouter();

/** One self-contained file a Lambda, without the AWS SDK, which the Lambda runtime has. */
async function bundleLambdas() {
  const handlers = readdirSync('lambda').filter((file) => file.endsWith('.ts'));
  for (const handler of handlers) {
    await build({
      entryPoints: [join('lambda', handler)],
      outfile: join('dist', 'lambda-bundles', basename(handler, '.ts'), 'index.js'),
      bundle: true,
      platform: 'node',
      target: 'node22',
      minify: true,
      external: ['@aws-sdk/*', 'pg-native'],
      legalComments: 'none',
      logLevel: 'warning',
    });
  }
}

/** The package's index stands beside lib/, not two folders below it as in this repository. */
function layOutRouter() {
  mkdirSync('dist-router');
  for (const room of RUNTIME_ROOMS)
    cpSync(join('dist', 'lib', room), join('dist-router', 'lib', room), { recursive: true });
  for (const file of ['index.js', 'index.d.ts']) {
    const text = readFileSync(join('dist', 'packages', 'router', file), 'utf8');
    writeFileSync(join('dist-router', file), text.replaceAll('../../lib/', './lib/'));
  }
  const { version } = JSON.parse(readFileSync('package.json', 'utf8'));
  const manifest = JSON.parse(readFileSync('packages/router/package.json', 'utf8'));
  writeFileSync('dist-router/package.json', `${JSON.stringify({ ...manifest, version }, null, 2)}\n`);
  cpSync('packages/router/README.md', 'dist-router/README.md');
  cpSync('LICENSE', 'dist-router/LICENSE');
}
