import { randomUUID } from 'node:crypto';
import { link, rename, rm, writeFile } from 'node:fs/promises';
import { isSystemError } from '../sources/files';

/*
 * Files that are true only while a tier runs. They are written in one step, as those of lib/sources are, but without waiting for the disk:
 * around the start of a tier it is busy with data, and each wait was measured at 100 to 500 ms.
 */

/** Replaces a file: a reader sees the old text or the new, whole. */
export async function publishFile(path: string, text: string, mode: number): Promise<void> {
  await withDraft(path, text, mode, (draft) => rename(draft, path));
}

/** Creates a file, whole; false where one stands at `path` already: of several processes one alone gets true. */
export async function claimFile(path: string, text: string, mode: number): Promise<boolean> {
  return withDraft(path, text, mode, async (draft) => {
    try {
      await link(draft, path);
      return true;
    } catch (error) {
      if (isSystemError(error, 'EEXIST')) return false;
      throw error;
    }
  });
}

async function withDraft<T>(path: string, text: string, mode: number, use: (draft: string) => Promise<T>): Promise<T> {
  const draft = `${path}.${randomUUID()}.draft`;
  try {
    await writeFile(draft, text, { mode, flag: 'wx' });
    return await use(draft);
  } finally {
    await rm(draft, { force: true });
  }
}
