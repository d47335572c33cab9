import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import type { BuildOptions } from 'esbuild';
import type { KitFunction } from '../topology';

/** Clients of the AWS SDK only: that the runtime has the signer of tokens is written nowhere. */
const EXTERNAL = ['@aws-sdk/client-*', 'pg-native'] as const;

/** Logins by IAM, which MongoDB's own client looks for where it is told to, and DocumentDB's users are none. */
const LOGINS_BY_IAM = '@aws-sdk/credential-providers';

/** Packages that a function's code loads in situations that it is never in. */
const NEVER_LOADED: Readonly<Record<KitFunction, readonly string[]>> = {
  'provision-relational': [],
  'provision-documentdb': [LOGINS_BY_IAM],
  // The router opens stores of every kind, and loads the client of a kind where it does.
  'smoke-relational': ['iovalkey', 'mongodb', 'neo4j-driver', '@aws-sdk/lib-dynamodb'],
  // It has the keys of its role.
  'smoke-valkey': ['@aws-sdk/credential-provider-node'],
  'smoke-dynamodb': [],
  'smoke-documentdb': [LOGINS_BY_IAM],
  'smoke-neptune': ['@aws-sdk/credential-provider-node'],
  'rotate-valkey': ['@aws-sdk/credential-provider-node'],
  'rotate-documentdb': [LOGINS_BY_IAM],
};

/** How esbuild makes the bundle of a function, of the project in `root`. */
export function bundleOptions(root: string, name: KitFunction) {
  return {
    entryPoints: [`lambda/${name}.ts`],
    absWorkingDir: root,
    bundle: true,
    platform: 'node',
    target: 'node22',
    minify: true,
    // Errors of clients are told apart by the names of their classes.
    keepNames: true,
    external: [...EXTERNAL, ...NEVER_LOADED[name]],
    // The runtime's own SDK is found by require, not by import().
    supported: { 'dynamic-import': false },
    legalComments: 'none',
    logLevel: 'warning',
    metafile: true,
  } as const satisfies BuildOptions;
}

/** A Lambda's one file, self-contained but for the clients of the AWS SDK, which the Lambda runtime has. */
export interface LambdaBundle {
  readonly directory: string;
  /** Of the content: the same wherever the kit is installed, another when the kit's code changes. */
  readonly hash: string;
}

/** Where this file lies two folders below: the repository, or `dist/` of the package. */
const ROOT = resolve(__dirname, '..', '..');
const bundles = new Map<KitFunction, LambdaBundle>();

/** The code of a Lambda for a template: bundled beforehand in the package, here and now in a clone of the repository. */
export function lambdaCode(name: KitFunction): lambda.Code {
  const { directory, hash } = lambdaBundle(name);
  return lambda.Code.fromAsset(directory, { assetHash: hash });
}

export function lambdaBundle(name: KitFunction): LambdaBundle {
  const known = bundles.get(name);
  if (known) return known;
  const packed = join(ROOT, 'lambda-bundles', name);
  const bundle = existsSync(packed)
    ? { directory: packed, hash: hashOf(readFileSync(join(packed, 'index.js'), 'utf8')) }
    : bundleOfClone(ROOT, name);
  bundles.set(name, bundle);
  return bundle;
}

/**
 * Bundles `lambda/<name>.ts` of the project in `root`: the text, which depends on the sources alone, and the files that it was made of, relative
 * to `root`. Needs esbuild, which is there in a clone and when the kit is packed, and which users of the package need not have.
 */
export function bundle(
  root: string,
  name: KitFunction,
): { readonly text: string; readonly sources: readonly string[] } {
  const { buildSync } = createRequire(__filename)('esbuild') as typeof import('esbuild');
  const { outputFiles, metafile } = buildSync({ ...bundleOptions(root, name), write: false });
  return { text: outputFiles[0]?.text ?? '', sources: Object.keys(metafile.inputs).sort() };
}

const hashOf = (text: string | Buffer): string => createHash('sha256').update(text).digest('hex');

/** What an earlier synthesis wrote down of a bundle. */
interface BundleRecord {
  /** Of the sources, when it was made. */
  readonly sourcesHash: string;
  readonly sources: readonly string[];
  /** Of the text, and the name of the directory that it lies in. */
  readonly hash: string;
}

/**
 * The bundle of the clone in `root`, made once for the same sources: reading them takes a twentieth of the time. Each bundle lies in a directory
 * named by its hash, so that nothing in it ever changes.
 */
export function bundleOfClone(root: string, name: KitFunction): LambdaBundle {
  const cache = join(root, 'node_modules', '.cache', 'cdk-polystore');
  const recordFile = join(cache, `${name}.json`);
  const known = recordIn(recordFile);
  if (known && known.sourcesHash === hashOfSources(root, known.sources) && existsSync(fileOf(cache, known.hash))) {
    return { directory: join(cache, known.hash), hash: known.hash };
  }
  const { text, sources } = bundle(root, name);
  const hash = hashOf(text);
  const record: BundleRecord = { sourcesHash: hashOfSources(root, sources) ?? '', sources, hash };
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
function hashOfSources(root: string, sources: readonly string[]): string | undefined {
  try {
    return hashOf(
      [...sources, 'lib/stacks/lambda-code.ts', 'package-lock.json']
        .map((source) => `${source}\0${hashOfSource(join(root, source))}\0`)
        .join(''),
    );
  } catch {
    return undefined;
  }
}

const hashesOfSources = new Map<string, string>();

/** Most sources are of several functions. */
function hashOfSource(path: string): string {
  const known = hashesOfSources.get(path) ?? hashOf(readFileSync(path));
  hashesOfSources.set(path, known);
  return known;
}

/** Written beside and renamed into place: another synthesis may look at the same time. */
function publish(file: string, text: string): void {
  const draft = `${file}.${process.pid}`;
  writeFileSync(draft, text);
  renameSync(draft, file);
}
