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

/** Copies a data directory that a server works in, between the start of a backup and its end. Files that go meanwhile are left out: WAL tells of them. */
export async function copyLiveDirectory(identity: Identity, from: string, to: string): Promise<void> {
  const entries = await readdir(from, { withFileTypes: true });
  await Promise.all(
    entries.map(async (entry) => {
      if (NOT_COPIED.has(entry.name)) return;
      const [source, target] = [join(from, entry.name), join(to, entry.name)];
      if (!entry.isDirectory()) return copyOwned(identity, source, target);
      await mkdir(target, { mode: 0o700 });
      giveTo(identity, target);
      if (!EMPTY_IN_A_COPY.has(entry.name)) await copyLiveDirectory(identity, source, target);
    }),
  );
}

async function copyOwned(identity: Identity, source: string, target: string): Promise<void> {
  try {
    await copyFile(source, target);
    giveTo(identity, target);
  } catch (error) {
    if (!isSystemError(error, 'ENOENT')) throw error;
  }
}
