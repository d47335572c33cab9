import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

/** Removes a directory with all that is in it; Node's own `rm` takes five times the work for the thousands of files of a tier. */
export async function removeTree(directory: string): Promise<void> {
  await promisify(execFile)('rm', ['-rf', '--', directory]);
}
