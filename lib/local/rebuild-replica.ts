import { join } from 'node:path';
import { withClient } from '../postgres';
import type { Credentials } from '../sources/secrets';
import { rolesOf, settingsOf, startServer, type ClusterRoom, type RunningServer } from './cluster';
import { emptyDirectory, writeOwned, writeSettings } from './data-directory';
import { copyLiveDirectory } from './live-copy';
import { SUPERVISOR_SECRET } from './secrets-file';
import { supervisorTarget, waitForStreaming } from './streaming';
import { dataOf, logOf } from './tier-directory';
import type { PlannedCluster } from './tier-plan';

/** A server that is to follow another one. */
export interface Rebuild {
  readonly cluster: PlannedCluster;
  /** It has ended; its data is replaced. */
  readonly lost: RunningServer;
  /** It takes writes. */
  readonly source: RunningServer;
  /** All of the cluster's, for their ports. */
  readonly servers: readonly RunningServer[];
}

/** Long enough for a server on a busy machine. */
const COPY_MS = 60_000;

/**
 * Copies a server while it works, and starts the copy as its replica: what `pg_basebackup` does, which no npm package brings. The caller owns the
 * server that comes out.
 * @throws {PolystoreError} ENGINE_FAILED where it doesn't come up or doesn't stream, INTERRUPTED
 * @see https://www.postgresql.org/docs/17/continuous-archiving.html#BACKUP-LOWLEVEL-BASE-BACKUP
 */
export async function rebuildReplica(
  room: ClusterRoom,
  rebuild: Rebuild,
  signal?: AbortSignal,
): Promise<RunningServer> {
  const { cluster, lost, source, servers } = rebuild;
  const planned = { ...lost.planned, role: 'replica' } as const;
  const directory = dataOf(room.directory, planned);
  const credentials = room.secrets[SUPERVISOR_SECRET] as Credentials;
  const trust = { kind: 'file', path: room.tls.authority } as const;
  await emptyDirectory(room.engine, directory, planned.label, signal);
  const label = await withClient(
    supervisorTarget(source.port, credentials, trust),
    async (client) => {
      // Both on one connection: the backup ends with it.
      await client.query(`select pg_backup_start('rebuild', fast => true)`);
      await copyLiveDirectory(room.engine.identity, dataOf(room.directory, source.planned), directory);
      const { rows } = await client.query<{ labelfile: string }>('select labelfile from pg_backup_stop(false)');
      return rows[0]?.labelfile ?? '';
    },
    { timeoutMs: COPY_MS },
  );
  const followed = { ...cluster, primary: { ...source.planned, role: 'primary' } as const };
  const ports = new Map(servers.map((server) => [server.planned.label, server.port]));
  await writeSettings(room.engine, directory, settingsOf(room, followed, planned, ports), rolesOf(room, cluster));
  await writeOwned(room.engine, join(directory, 'backup_label'), label);
  await writeOwned(room.engine, join(directory, 'standby.signal'), '');
  const server = await startServer(room, planned, lost.port, signal);
  try {
    const replicas = [{ ...server, log: logOf(room.directory, planned) }];
    await waitForStreaming({ primary: source, replicas, credentials, trust }, signal);
    return server;
  } catch (error) {
    await server.process.stop();
    throw error;
  }
}
