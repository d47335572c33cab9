import { setTimeout as delay } from 'node:timers/promises';
import { withClient } from '../postgres';
import type { Credentials } from '../sources/secrets';
import type { Trust } from '../topology';
import type { RunningServer } from './cluster';
import { engineFailed, throwIfInterrupted } from './engine-command';
import { readLog } from './postgres-server';
import { LOCAL_HOST } from './server-settings';

/** Every server has it, provisioned or not. */
export const SUPERVISOR_DATABASE = 'postgres';

const STREAMING_MS = 30_000;
const POLL_MS = 10;

/** How to ask a local server as the kit's own role. */
export const supervisorTarget = (port: number, credentials: Credentials, trust: Trust) => ({
  server: { name: 'local', endpoint: { host: LOCAL_HOST, port, via: 'direct' as const } },
  database: SUPERVISOR_DATABASE,
  credentials,
  trust,
});

/**
 * Waits until a primary streams to each of its replicas.
 * @throws {PolystoreError} ENGINE_FAILED where one does not, INTERRUPTED
 */
export async function waitForStreaming(
  primary: RunningServer,
  replicas: readonly (RunningServer & { readonly log: string })[],
  credentials: Credentials,
  trust: Trust,
  signal?: AbortSignal,
): Promise<void> {
  if (replicas.length === 0) return;
  const deadline = Date.now() + STREAMING_MS;
  await withClient(supervisorTarget(primary.port, credentials, trust), async (client) => {
    for (;;) {
      const { rows } = await client.query<{ name: string }>(
        `select application_name as name from pg_stat_replication where state = 'streaming'`,
      );
      const missing = replicas.filter(({ planned }) => !rows.some(({ name }) => name === planned.label));
      if (missing.length === 0) return;
      throwIfInterrupted(signal, 'replicas');
      const lost =
        missing.find(({ process }) => process.exit() !== undefined) ?? (Date.now() > deadline ? missing[0] : undefined);
      if (lost)
        throw engineFailed(
          lost.planned.label,
          `does not stream from ${primary.planned.label}`,
          await readLog(lost.log),
        );
      await delay(POLL_MS);
    }
  });
}
