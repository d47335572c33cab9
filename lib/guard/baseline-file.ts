import { readFile } from 'node:fs/promises';
import { basename, dirname, extname, join } from 'node:path';
import { isSystemError, replaceFile } from '../sources';
import type { Baseline } from './baseline';
import { decodeBaseline, encodeBaseline } from './baseline-codec';

/** Name of the baseline of `tier.config.ts`, which is what nearly every tier file is called. */
const USUAL_NAME = 'polystore.baseline.json';

/**
 * Where the baseline of a tier file is committed: beside it. Another than `tier.config.ts` has its own, so that a folder may hold several:
 * `shop.config.ts` has `shop.baseline.json`.
 */
export function baselineFileOf(tierFile: string): string {
  const stem = basename(tierFile, extname(tierFile)).replace(/\.config$/, '');
  return join(dirname(tierFile), stem === 'tier' ? USUAL_NAME : `${stem}.baseline.json`);
}

/**
 * Reads a baseline; `undefined` where there is none yet.
 * @throws {PolystoreError} DOCUMENT_INVALID
 */
export async function readBaseline(file: string): Promise<Baseline | undefined> {
  try {
    return decodeBaseline(await readFile(file, 'utf8'), file);
  } catch (error) {
    if (isSystemError(error, 'ENOENT')) return undefined;
    throw error;
  }
}

/** Writes a baseline in one step. */
export const writeBaseline = (file: string, baseline: Baseline): Promise<void> =>
  replaceFile(file, encodeBaseline(baseline));
