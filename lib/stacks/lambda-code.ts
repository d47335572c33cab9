import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import * as lambda from 'aws-cdk-lib/aws-lambda';

/** The kit's Lambdas, as files in `lambda/`. */
export type LambdaName = 'provision' | 'smoke-test';

/** Clients of the AWS SDK only: that the runtime has the signer of tokens is written nowhere. */
const EXTERNAL = ['@aws-sdk/client-*', 'pg-native'] as const;

/** What the bundle of a Lambda leaves out: the smoke test has no room for every client, and skips the checks of those. */
export const EXTERNALS: Readonly<Record<string, readonly string[]>> = {
  provision: EXTERNAL,
  'smoke-test': [...EXTERNAL, 'mongodb', 'neo4j-driver'],
};

/** A Lambda's one file, self-contained but for the clients of the AWS SDK, which the Lambda runtime has. */
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
    : cachedBundle(name);
  bundles.set(name, bundle);
  return bundle;
}

/**
 * Bundles `lambda/<name>.ts` of the project in `root`. The text depends on the sources alone.
 * Needs esbuild, which is there in a clone and when the kit is packed, and which users of the package need not have.
 */
export function bundleText(root: string, name: string): string {
  return bundle(root, name).text;
}

/** The text of a bundle, and the files that it was made of, relative to `root`. */
function bundle(root: string, name: string): { readonly text: string; readonly sources: readonly string[] } {
  const { buildSync } = createRequire(__filename)('esbuild') as typeof import('esbuild');
  const { outputFiles, metafile } = buildSync({
    entryPoints: [`lambda/${name}.ts`],
    absWorkingDir: root,
    bundle: true,
    platform: 'node',
    target: 'node22',
    minify: true,
    external: [...(EXTERNALS[name] ?? EXTERNAL)],
    // The runtime's own SDK is found by require, not by import().
    supported: { 'dynamic-import': false },
    legalComments: 'none',
    logLevel: 'warning',
    metafile: true,
    write: false,
  });
  return { text: outputFiles[0]?.text ?? '', sources: Object.keys(metafile.inputs).sort() };
}

const hashOf = (text: string): string => createHash('sha256').update(text).digest('hex');

/** What an earlier synthesis wrote down of a bundle. */
interface BundleRecord {
  /** Of the sources, when it was made. */
  readonly sourcesHash: string;
  readonly sources: readonly string[];
  /** Of the text, and the name of the directory that it lies in. */
  readonly hash: string;
}

/**
 * The bundle of a clone, made once for the same sources: reading them takes a twentieth of the time. Each bundle lies in a directory named by
 * its hash, so that nothing in it ever changes.
 */
function cachedBundle(name: LambdaName): LambdaBundle {
  const cache = join(ROOT, 'node_modules', '.cache', 'cdk-polystore');
  const recordFile = join(cache, `${name}.json`);
  const known = recordIn(recordFile);
  if (known && known.sourcesHash === hashOfSources(known.sources) && existsSync(fileOf(cache, known.hash))) {
    return { directory: join(cache, known.hash), hash: known.hash };
  }
  const { text, sources } = bundle(ROOT, name);
  const hash = hashOf(text);
  const record: BundleRecord = { sourcesHash: hashOfSources(sources) ?? '', sources, hash };
  mkdirSync(join(cache, hash), { recursive: true });
  publish(fileOf(cache, hash), text);
  publish(recordFile, JSON.stringify(record));
  return { directory: join(cache, hash), hash };
}

const fileOf = (cache: string, hash: string): string => join(cache, hash, 'index.js');

function recordIn(file: string): BundleRecord | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as BundleRecord;
  } catch {
    return undefined;
  }
}

/** Of everything that a bundle depends on: its sources, this file with esbuild's options, and which packages are installed. */
function hashOfSources(sources: readonly string[]): string | undefined {
  const hash = createHash('sha256');
  try {
    for (const source of [...sources, 'lib/stacks/lambda-code.ts', 'package-lock.json']) {
      hash
        .update(`${source}\0`)
        .update(readFileSync(join(ROOT, source)))
        .update('\0');
    }
  } catch {
    return undefined;
  }
  return hash.digest('hex');
}

/** Written beside and renamed into place: another synthesis may look at the same time. */
function publish(file: string, text: string): void {
  const draft = `${file}.${process.pid}`;
  writeFileSync(draft, text);
  renameSync(draft, file);
}
