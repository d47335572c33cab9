import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { PolystoreError } from '../errors';
import { describeLoadFailure } from './faults/load-failure';
import type { TierSource } from './faults/locate';
import { parseStages, parseTier, type ParseTierOptions } from './parse-tier';
import type { TierDefinition } from './tier';

export type LoadTierOptions = Omit<ParseTierOptions, 'source'>;

/**
 * Loads a tier file, TypeScript or JavaScript, and reads the definition that it exports as its default. A file is evaluated
 * once a process, as any module is.
 *
 * @param file absolute, or relative to the working directory; messages name it as given
 * @throws {PolystoreError} TIER_FILE_UNREADABLE where the file is missing, does not compile, throws or exports no default
 * @throws {PolystoreError} CONFIG_INVALID with every fault of the definition and where it stands
 */
export async function loadTier(file: string, options: LoadTierOptions = {}): Promise<TierDefinition> {
  const source = { file, text: await readText(file) };
  return parseTier(await evaluate(source), { ...options, source });
}

/**
 * Loads a tier file as {@link loadTier} does, once for each of its stages, in the order of the file.
 *
 * @throws {PolystoreError} TIER_FILE_UNREADABLE and CONFIG_INVALID as {@link loadTier}
 */
export async function loadStages(
  file: string,
  options: Omit<LoadTierOptions, 'stage'> = {},
): Promise<readonly [TierDefinition, ...TierDefinition[]]> {
  const source = { file, text: await readText(file) };
  return parseStages(await evaluate(source), { ...options, source });
}

async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    const missing = typeof cause === 'object' && cause !== null && 'code' in cause && cause.code === 'ENOENT';
    throw unreadable(
      file,
      `${file}\n  ${missing ? 'no such file' : describeLoadFailure({ file, text: '' }, cause).reason}`,
      cause,
    );
  }
}

async function evaluate(source: TierSource): Promise<unknown> {
  const absolute = resolve(source.file);
  // The kit that a tier file imports is the one that reads it: a clone has no compiled one, and two of them would not mix.
  const kit = require('../index') as typeof import('../index');
  // Most that read a definition have it without a file: they need no compiler.
  const { createJiti } = require('jiti') as typeof import('jiti');
  const jiti = createJiti(absolute, {
    interopDefault: false,
    virtualModules: { 'cdk-polystore': kit },
    // jiti finds nothing in a module that is a function and was loaded before, such as zod's words, which an example that imports the kit by its path
    // leads to.
    nativeModules: ['zod'],
  });
  let loaded: unknown;
  try {
    loaded = await jiti.import(absolute);
  } catch (cause) {
    const { place, reason } = describeLoadFailure(source, cause);
    throw unreadable(source.file, `${place}\n  ${reason}`, cause);
  }
  const exported = defaultExportOf(loaded);
  if (exported === undefined) {
    throw unreadable(source.file, `${source.file}\n  no default export, write: export default defineTier({ … })`);
  }
  return exported;
}

/** CommonJS files export the definition itself, as `module.exports` or `export =`. */
function defaultExportOf(loaded: unknown): unknown {
  if (typeof loaded !== 'object' || loaded === null) return loaded;
  if ('default' in loaded) return loaded.default;
  return '__esModule' in loaded || Object.keys(loaded).length === 0 ? undefined : loaded;
}

function unreadable(file: string, message: string, cause?: unknown): PolystoreError<'TIER_FILE_UNREADABLE'> {
  return new PolystoreError('TIER_FILE_UNREADABLE', `${message}\nTier file not loaded. Nothing synthesized.`, {
    details: { file },
    ...(cause === undefined ? {} : { cause }),
  });
}
