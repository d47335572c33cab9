import { randomBytes } from 'node:crypto';
import { mkdir, readdir, readFile, rm, rmdir, truncate, unlink } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { PolystoreError } from '../errors';
import { isSystemError } from '../sources/files';
import { isAlive, ownProcess, type ProcessMark } from './process-mark';
import { claimFile } from './publish-file';

/** Who has a tier's directory for itself. */
export interface LockHolder extends ProcessMark {
  /** One `up`: every server that it starts carries this in its command line. */
  readonly run: string;
  /** Absent where it is to run the tier. */
  readonly purpose?: LockPurpose;
}

/** What a process wants a directory for: to run the tier, or only to clear up what is left of one. */
export type LockPurpose = 'run' | 'clearUp';

/** The right to start and stop servers in a directory. */
export interface TierLock {
  readonly run: string;
  /** Gives it back; whoever waits may take it. */
  release(): Promise<void>;
  /** Deletes the directory with everything in it. The lock goes last: whoever wants the directory meanwhile is refused. */
  deleteDirectory(): Promise<void>;
}

const LOCK_FILE = /^lock\.(\d+)$/;

/**
 * Takes a directory for this process alone; takes it over from a process that has died.
 *
 * A lock is a numbered file, and the highest number counts. Taking it is creating the next number's file, which one process alone can do.
 * The highest file is never deleted, not even on release, so that a slow process can't mistake an old number for the next.
 * @throws {PolystoreError} TIER_ALREADY_UP naming the process that has it
 */
export async function takeLock(directory: string, purpose: LockPurpose = 'run'): Promise<TierLock> {
  const run = randomBytes(6).toString('hex');
  const own: LockHolder = { ...ownProcess(), run, ...(purpose !== 'run' && { purpose }) };
  for (;;) {
    await mkdir(directory, { recursive: true });
    const numbers = await lockNumbers(directory);
    const highest = numbers.at(-1) ?? 0;
    const holder = await readHolder(directory, highest);
    if (isHeld(holder)) throw alreadyUp(directory, holder);
    const path = join(directory, `lock.${highest + 1}`);
    if (!(await claimFile(path, JSON.stringify(own), 0o600).catch(whereDirectoryIsGone))) continue;
    const found = await lockNumbers(directory);
    if (found.at(-1) !== highest + 1 || !found.every((number) => number > highest || numbers.includes(number))) {
      // This number was used and cleared away between our two looks, or the directory was deleted and begun anew.
      await unlink(path).catch(ignoreMissing);
      continue;
    }
    await Promise.all(numbers.map((number) => unlink(join(directory, `lock.${number}`)).catch(ignoreMissing)));
    // Emptied and not written anew: a full disk must not keep a lock from being given back.
    return { run, release: () => truncate(path), deleteDirectory: () => deleteLocked(directory, path) };
  }
}

async function deleteLocked(directory: string, lock: string): Promise<void> {
  const others = async (): Promise<readonly string[]> =>
    (await readdir(directory)).filter((name) => name !== basename(lock));
  // Again, since somebody may have written in it meanwhile.
  for (let names = await others(); names.length > 0; names = await others()) {
    for (const name of names) await rm(join(directory, name), { recursive: true, force: true });
  }
  await unlink(lock);
  await rmdir(directory).catch((error: unknown) => {
    // Somebody else has it in the same moment, and begins anew.
    if (!['ENOTEMPTY', 'EEXIST', 'ENOENT'].some((code) => isSystemError(error, code))) throw error;
  });
}

/** The last process that had the directory, which may have ended; undefined where it was given back or never taken. */
export async function readLock(directory: string): Promise<LockHolder | undefined> {
  const numbers = await lockNumbers(directory);
  return readHolder(directory, numbers.at(-1) ?? 0);
}

/** Whether a living process has the directory. */
export function isHeld(holder: LockHolder | undefined): holder is LockHolder {
  return holder !== undefined && isAlive(holder);
}

async function lockNumbers(directory: string): Promise<number[]> {
  const names = await readdir(directory).catch((error: unknown) => {
    if (isSystemError(error, 'ENOENT')) return [];
    throw error;
  });
  return names
    .flatMap((name) => Number(LOCK_FILE.exec(name)?.[1] ?? []))
    .filter((n) => n > 0)
    .sort((a, b) => a - b);
}

async function readHolder(directory: string, number: number): Promise<LockHolder | undefined> {
  if (number === 0) return undefined;
  try {
    const text = await readFile(join(directory, `lock.${number}`), 'utf8');
    return text === '' ? undefined : (JSON.parse(text) as LockHolder);
  } catch (error) {
    // Gone: its successor cleared it away. Not JSON: nobody of ours wrote it, so nobody holds it.
    if (isSystemError(error, 'ENOENT') || error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function alreadyUp(directory: string, holder: LockHolder): PolystoreError<'TIER_ALREADY_UP'> {
  return new PolystoreError(
    'TIER_ALREADY_UP',
    `the tier in ${directory} is up already, started by process ${holder.pid}`,
    {
      details: { pid: holder.pid, directory },
      next: 'Use it as it is (`npx polystore status`), or stop it first with `npx polystore down`.',
    },
  );
}

/** Deleted with its directory, by whoever had that: there is nothing to take. */
function whereDirectoryIsGone(error: unknown): false {
  if (isSystemError(error, 'ENOENT')) return false;
  throw error;
}

function ignoreMissing(error: unknown): void {
  if (!isSystemError(error, 'ENOENT')) throw error;
}
