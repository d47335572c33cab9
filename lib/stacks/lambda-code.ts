import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import * as lambda from 'aws-cdk-lib/aws-lambda';

/** The kit's Lambdas, as files in `lambda/`. */
export type LambdaName = 'provision' | 'smoke-test';

/** A Lambda's one file, self-contained but for the AWS SDK, which the Lambda runtime has. */
export interface LambdaBundle {
  readonly directory: string;
  /** Of the content: the same wherever the kit is installed, another when the kit's code changes. */
  readonly hash: string;
}

/** Where this file lies two folders below: the repository, or `dist/` of the package. */
const ROOT = resolve(__dirname, '..', '..');
const bundles = new Map<LambdaName, LambdaBundle>();

/** The code of a Lambda for a template: bundled beforehand in the package, here and now in a clone of the repository. */
export function lambdaCode(name: LambdaName): lambda.Code {
  const { directory, hash } = lambdaBundle(name);
  return lambda.Code.fromAsset(directory, { assetHash: hash });
}

export function lambdaBundle(name: LambdaName): LambdaBundle {
  const known = bundles.get(name);
  if (known) return known;
  const packed = join(ROOT, 'lambda-bundles', name);
  const bundle = existsSync(packed)
    ? { directory: packed, hash: hashOf(readFileSync(join(packed, 'index.js'), 'utf8')) }
    : cached(bundleText(ROOT, name), join(ROOT, 'node_modules', '.cache', 'cdk-polystore'));
  bundles.set(name, bundle);
  return bundle;
}

/**
 * Bundles `lambda/<name>.ts` of the project in `root`. The text depends on the sources alone.
 * Needs esbuild, which is there in a clone and when the kit is packed, and which users of the package need not have.
 */
export function bundleText(root: string, name: string): string {
  const { buildSync } = createRequire(__filename)('esbuild') as typeof import('esbuild');
  const { outputFiles } = buildSync({
    entryPoints: [`lambda/${name}.ts`],
    absWorkingDir: root,
    bundle: true,
    platform: 'node',
    target: 'node22',
    minify: true,
    external: ['@aws-sdk/*', 'pg-native'],
    // The runtime's own SDK is found by require, not by import().
    supported: { 'dynamic-import': false },
    legalComments: 'none',
    logLevel: 'warning',
    write: false,
  });
  return outputFiles[0]?.text ?? '';
}

const hashOf = (text: string): string => createHash('sha256').update(text).digest('hex');

/** A directory with the text as its one file, named by its hash, so that nothing in it ever changes. */
function cached(text: string, parent: string): LambdaBundle {
  const hash = hashOf(text);
  const directory = join(parent, hash);
  const file = join(directory, 'index.js');
  if (!existsSync(file)) {
    mkdirSync(directory, { recursive: true });
    // Renamed into place: another synthesis may look at the same time.
    const draft = join(parent, `${hash}.${process.pid}`);
    writeFileSync(draft, text);
    renameSync(draft, file);
  }
  return { directory, hash };
}
