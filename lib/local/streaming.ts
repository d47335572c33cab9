import { setTimeout as delay } from 'node:timers/promises';
import { withClient } from '../postgres';
import type { Credentials } from '../sources/secrets';
import type { Trust } from '../topology';
import type { RunningServer } from './cluster';
import { engineFailed, throwIfInterrupted } from './engine-command';
import { readLog } from './server-process';
import { LOCAL_HOST } from './server-settings';

/** Every server has it, provisioned or not. */
export const SUPERVISOR_DATABASE = 'postgres';

const POLL_MS = 10;

/** How to ask a local server as the kit's own role. */
export const supervisorTarget = (port: number, credentials: Credentials, trust: Trust) => ({
  server: { name: 'local', endpoint: { host: LOCAL_HOST, port, via: 'direct' as const } },
  database: SUPERVISOR_DATABASE,
  credentials,
  trust,
});

/** A primary, and who is to stream from it. */
export interface Stream {
  readonly primary: RunningServer;
  readonly replicas: readonly (RunningServer & { readonly log: string })[];
  readonly credentials: Credentials;
  readonly trust: Trust;
  /** How long to wait, in milliseconds. @default 30000 */
  readonly patienceMs?: number;
}

/**
 * Waits until a primary streams to each of its replicas.
 * @throws {PolystoreError} ENGINE_FAILED naming one that does not, INTERRUPTED
 */
export async function waitForStreaming(stream: Stream, signal?: AbortSignal): Promise<void> {
  const { primary, replicas, credentials, trust, patienceMs = 30_000 } = stream;
  if (replicas.length === 0) return;
  const deadline = Date.now() + patienceMs;
  await withClient(supervisorTarget(primary.port, credentials, trust), async (client) => {
    for (;;) {
      const { rows } = await client.query<{ name: string }>(
        `select application_name as name from pg_stat_replication where state = 'streaming'`,
      );
      const missing = replicas.filter(({ planned }) => !rows.some(({ name }) => name === planned.label));
      if (missing.length === 0) return;
      throwIfInterrupted(signal, 'replicas');
      const late = Date.now() > deadline ? missing[0] : undefined;
      const lost = missing.find(({ process }) => process.exit() !== undefined) ?? late;
      if (lost) {
        const { planned, log } = lost;
        throw engineFailed(planned.label, `does not stream from ${primary.planned.label}`, await readLog(log));
      }
      await delay(POLL_MS);
    }
  });
}
