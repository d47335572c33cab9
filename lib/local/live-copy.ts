import type { Dirent } from 'node:fs';
import { copyFile, mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { isSystemError } from '../sources/files';
import { giveTo, type Identity } from './run-as';

/**
 * What a base backup leaves out: it is made anew at a start, or belongs to the server that is copied. Of a directory, what is in it.
 * @see https://www.postgresql.org/docs/17/protocol-replication.html#PROTOCOL-REPLICATION-BASE-BACKUP
 */
const NOT_COPIED = new Set(['postmaster.pid', 'postmaster.opts', 'standby.signal', 'postgresql.auto.conf.tmp']);
const EMPTY_IN_A_COPY = new Set([
  'pg_wal',
  'pg_replslot',
  'pg_dynshmem',
  'pg_notify',
  'pg_serial',
  'pg_snapshots',
  'pg_stat_tmp',
  'pg_subtrans',
]);

/**
 * Copies a data directory that a server works in, between the start of a backup and its end. Files and directories that go meanwhile are left out: WAL
 * tells of them. Where it fails, nothing is copied any more when this rejects.
 */
export async function copyLiveDirectory(identity: Identity, from: string, to: string): Promise<void> {
  await copyEntries(identity, await readdir(from, { withFileTypes: true }), from, to);
}

async function copyEntries(identity: Identity, entries: readonly Dirent[], from: string, to: string): Promise<void> {
  const copies = entries.map(async (entry) => {
    if (NOT_COPIED.has(entry.name)) return;
    const [source, target] = [join(from, entry.name), join(to, entry.name)];
    if (!entry.isDirectory()) return copyOwned(identity, source, target);
    await mkdir(target, { mode: 0o700 });
    giveTo(identity, target);
    if (!EMPTY_IN_A_COPY.has(entry.name)) await copyEntries(identity, await entriesLeftIn(source), source, target);
  });
  await Promise.allSettled(copies);
  await Promise.all(copies);
}

/** None where the directory is gone, as that of a database which was dropped. */
async function entriesLeftIn(directory: string): Promise<readonly Dirent[]> {
  try {
    return await readdir(directory, { withFileTypes: true });
  } catch (error) {
    if (isSystemError(error, 'ENOENT')) return [];
    throw error;
  }
}

async function copyOwned(identity: Identity, source: string, target: string): Promise<void> {
  try {
    await copyFile(source, target);
    giveTo(identity, target);
  } catch (error) {
    if (!isSystemError(error, 'ENOENT')) throw error;
  }
}
