import { chmodSync, existsSync, mkdtempSync, readdirSync, rmSync, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MADE_ONCE } from './made-once';

/** Linux keeps it in memory: making and removing hundreds of data directories on a disk takes longer than all else that the tests do. */
const MEMORY = '/dev/shm';
const PREFIX = 'polystore-tests-';
/** What two workers have at most at a time is far below. */
const NEEDED_GIB = 4;

/** Temporary directories of the tests lie in memory where there is enough of it, and are gone after the run, or at the next one. */
export default function setup(): void {
  if (existsSync(MEMORY)) useMemory();
  const madeOnce = mkdtempSync(join(tmpdir(), 'polystore-made-once-'));
  // Processes of other users run what lies in it.
  chmodSync(madeOnce, 0o711);
  // Workers inherit it.
  process.env[MADE_ONCE] = madeOnce;
}

function useMemory(): void {
  for (const name of readdirSync(MEMORY)) {
    if (name.startsWith(PREFIX) && !isAlive(Number(name.slice(PREFIX.length).split('-')[0])))
      remove(join(MEMORY, name));
  }
  const { bavail, bsize } = statfsSync(MEMORY);
  if (bavail * bsize < NEEDED_GIB * 2 ** 30) return;
  const directory = mkdtempSync(join(MEMORY, `${PREFIX}${process.pid}-`));
  // Servers may run as another user, as in any directory for temporary files.
  chmodSync(directory, 0o1777);
  process.env['TMPDIR'] = directory;
}

/** What the run has made, if it did. */
export function removeMemoryDisk(): void {
  const madeOnce = process.env[MADE_ONCE];
  if (madeOnce !== undefined) remove(madeOnce);
  const directory = process.env['TMPDIR'];
  if (directory?.startsWith(join(MEMORY, `${PREFIX}${process.pid}-`))) remove(directory);
}

const remove = (directory: string): void => rmSync(directory, { recursive: true, force: true });

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
