import { randomUUID } from 'node:crypto';
import { rename, rm, writeFile } from 'node:fs/promises';

/**
 * Replaces a file in one step and does not wait for the disk: for what is true only as long as the tier runs. After the start of a tier the
 * disk is busy with its data, and waiting for it took 200 ms of a second.
 */
export async function publishFile(path: string, text: string, mode: number): Promise<void> {
  const draft = `${path}.${randomUUID()}.draft`;
  try {
    await writeFile(draft, text, { mode, flag: 'wx' });
    await rename(draft, path);
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  }
}
