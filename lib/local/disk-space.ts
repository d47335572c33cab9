import { existsSync, readdirSync, statSync, type Dirent } from 'node:fs';
import { statfs } from 'node:fs/promises';
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
export function neededSpace(directory: TierDirectory, clusters: readonly PlannedCluster[]): number {
  const perCluster = clusters.map((cluster) => {
    const kept = sizeOf(dataOf(directory, cluster.primary));
    const primary = kept === 0 ? NEW_SERVER_MIB : 0;
    const copy = kept === 0 ? NEW_SERVER_MIB : kept;
    const replicas = cluster.replicas.map((replica) => Math.max(0, copy - sizeOf(dataOf(directory, replica))));
    return [primary, ...replicas].reduce((sum, mib) => sum + mib + WORKING_MIB, 0);
  });
  return Math.ceil(perCluster.reduce((sum, mib) => sum + mib, 0));
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

const sizeOf = (tree: string): number => bytesIn(tree) / MIB;

/**
 * Of all files in a directory tree; 0 where there is none. A server that is just ending removes files meanwhile: they count nothing. Asked one by one: for the
 * thousands of files of a tier, to ask for each in the background takes ten times the work.
 */
function bytesIn(tree: string): number {
  let bytes = 0;
  for (const entry of entriesOf(tree)) {
    const path = join(tree, entry.name);
    if (entry.isDirectory()) bytes += bytesIn(path);
    else if (entry.isFile()) bytes += statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  }
  return bytes;
}

function entriesOf(directory: string): readonly Dirent[] {
  try {
    return readdirSync(directory, { withFileTypes: true });
  } catch (error) {
    if (isSystemError(error, 'ENOENT')) return [];
    throw error;
  }
}
