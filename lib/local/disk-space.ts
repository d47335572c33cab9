import { existsSync } from 'node:fs';
import { readdir, stat, statfs } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { isPolystoreError, PolystoreError } from '../errors';
import { isSystemError } from '../sources/files';
import { dataOf, type TierDirectory } from './tier-directory';
import type { PlannedCluster } from './tier-plan';

const MIB = 1024 * 1024;
/** A new server's data directory after its database was made; measured 33 MiB. */
const NEW_SERVER_MIB = 40;
/** What a server may write before its first checkpoint clears up. */
const WORKING_MIB = 8;

/** MiB that starting these clusters will take: new primaries, replicas copied anew, room to work. */
export async function neededSpace(directory: TierDirectory, clusters: readonly PlannedCluster[]): Promise<number> {
  const perCluster = clusters.map(async (cluster) => {
    const kept = await sizeOf(dataOf(directory, cluster.primary));
    const primary = kept === 0 ? NEW_SERVER_MIB : 0;
    const copy = kept === 0 ? NEW_SERVER_MIB : kept;
    const replicas = cluster.replicas.map(async (replica) =>
      Math.max(0, copy - (await sizeOf(dataOf(directory, replica)))),
    );
    return [primary, ...(await Promise.all(replicas))].reduce((sum, mib) => sum + mib + WORKING_MIB, 0);
  });
  return Math.ceil((await Promise.all(perCluster)).reduce((sum, mib) => sum + mib, 0));
}

/** @throws {PolystoreError} DISK_FULL where less than `neededMiB` is free */
export async function requireSpace(directory: string, neededMiB: number): Promise<void> {
  if ((await freeSpace(directory)) < neededMiB) throw await diskFull(directory, neededMiB);
}

/**
 * The error of a disk that was full, with what was needed and what is free now.
 */
export async function diskFull(
  directory: string,
  neededMiB: number,
  cause?: unknown,
): Promise<PolystoreError<'DISK_FULL'>> {
  const freeMiB = await freeSpace(directory);
  return new PolystoreError(
    'DISK_FULL',
    `the disk of ${directory} is too full: ${neededMiB} MiB needed, ${freeMiB} MiB free`,
    {
      details: { directory, neededMiB, freeMiB },
      next: 'Make room on that disk, or put the project on another one.',
      cause,
    },
  );
}

/** Whether a failure, whoever reports it, comes from a full disk. */
export function isDiskFull(error: unknown): boolean {
  if (isSystemError(error, 'ENOSPC') || isSystemError(error, '53100')) return true;
  if (isPolystoreError(error, 'ENGINE_FAILED') && /No space left on device/.test(error.details.log)) return true;
  return error instanceof Error && error.cause !== undefined && isDiskFull(error.cause);
}

async function freeSpace(directory: string): Promise<number> {
  let place = directory;
  while (!existsSync(place)) place = dirname(place);
  const { bavail, bsize } = await statfs(place);
  return Math.floor((bavail * bsize) / MIB);
}

/** MiB in a directory tree; 0 where there is none. A server that is just ending removes files meanwhile: they count nothing. */
async function sizeOf(tree: string): Promise<number> {
  const entries = await unlessGone(readdir(tree, { recursive: true, withFileTypes: true }), []);
  let bytes = 0;
  for (const entry of entries) {
    if (entry.isFile()) bytes += (await unlessGone(stat(join(entry.parentPath, entry.name)), undefined))?.size ?? 0;
  }
  return bytes / MIB;
}

async function unlessGone<T, G>(look: Promise<T>, gone: G): Promise<T | G> {
  return look.catch((error: unknown) => {
    if (isSystemError(error, 'ENOENT')) return gone;
    throw error;
  });
}
