import { rmdir } from 'node:fs/promises';
import { dirname, resolve, sep } from 'node:path';
import { isSystemError } from '../lib/sources';
import { STATE_ROOT } from './tier-context';

/** Removes the folders around a directory that was deleted, as far as nothing else is in them; what the kit keeps for every tier stays. */
export async function removeEmptyFoldersAround(directory: string): Promise<void> {
  const root = resolve(STATE_ROOT);
  for (let folder = dirname(directory); folder.startsWith(`${root}${sep}`); folder = dirname(folder)) {
    try {
      await rmdir(folder);
    } catch (error) {
      if (isSystemError(error, 'ENOENT')) continue;
      // Something is in it, or somebody else has it: it stays, which is no fault of the command.
      return;
    }
  }
}
