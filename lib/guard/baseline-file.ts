import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { isSystemError, replaceFile } from '../sources';
import type { Baseline } from './baseline';
import { decodeBaseline, encodeBaseline } from './baseline-codec';

const FILE_NAME = 'polystore.baseline.json';

/** Where the baseline of a tier file is committed: beside it. */
export const baselineFileOf = (tierFile: string): string => join(dirname(tierFile), FILE_NAME);

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
