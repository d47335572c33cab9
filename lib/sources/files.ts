import { link, mkdir, open, readFile, rename, unlink } from 'node:fs/promises';
import { dirname } from 'node:path';
import { randomUUID } from 'node:crypto';
import { PolystoreError } from '../errors';

/**
 * Reads a document of the kit.
 * @throws {PolystoreError} DOCUMENT_MISSING where no file stands at `path`
 */
export async function readDocument(document: string, path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    if (!isSystemError(cause, 'ENOENT')) throw cause;
    throw new PolystoreError('DOCUMENT_MISSING', `no ${document} at ${path}`, {
      details: { document, source: path },
      next: 'Start the tier with `npx polystore up`, or name another file.',
      cause,
    });
  }
}

/** Replaces a file in one step: a reader sees the old text or the new, whole. `mode` is set before the text is written. */
export async function replaceFile(path: string, text: string, mode = 0o644): Promise<void> {
  const draft = await writeDraft(path, text, mode);
  await rename(draft, path);
}

/** Creates a file in one step; false where one stands at `path` already, which is left alone. */
export async function createFile(path: string, text: string, mode = 0o644): Promise<boolean> {
  const draft = await writeDraft(path, text, mode);
  try {
    // link, unlike rename, refuses to replace: of two that race, one gets EEXIST.
    await link(draft, path);
    return true;
  } catch (error) {
    if (isSystemError(error, 'EEXIST')) return false;
    throw error;
  } finally {
    await unlink(draft);
  }
}

async function writeDraft(path: string, text: string, mode: number): Promise<string> {
  await mkdir(dirname(path), { recursive: true });
  const draft = `${path}.${randomUUID()}.draft`;
  const file = await open(draft, 'wx', mode);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
  return draft;
}

/** Whether `error` is the system error named `code`. Told by its code alone: another realm's error is no instance of our Error. */
export function isSystemError(error: unknown, code: string): boolean {
  return typeof error === 'object' && error !== null && 'code' in error && error.code === code;
}
