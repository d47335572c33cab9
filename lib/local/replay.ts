import { setTimeout as delay } from 'node:timers/promises';
import { withClient } from '../postgres';
import { engineFailed, throwIfInterrupted } from './engine-command';
import { readLog } from './server-process';
import { supervisorTarget, type Stream } from './streaming';

const POLL_MS = 5;

/**
 * Waits until each replica shows all that its primary has committed by now. Asked of the replicas: a primary hears of their replay late.
 * @throws {PolystoreError} ENGINE_FAILED naming one that does not, INTERRUPTED
 */
export async function waitForReplay(stream: Stream, signal?: AbortSignal): Promise<void> {
  const { primary, replicas, credentials, trust, patienceMs = 30_000 } = stream;
  if (replicas.length === 0) return;
  const deadline = Date.now() + patienceMs;
  const committed = await withClient(supervisorTarget(primary.port, credentials, trust), async (client) => {
    const { rows } = await client.query<{ position: string }>('select pg_current_wal_flush_lsn()::text as position');
    return rows[0]?.position;
  });
  const wait = ({ planned, port, log }: Stream['replicas'][number]): Promise<void> =>
    withClient(supervisorTarget(port, credentials, trust), async (client) => {
      for (;;) {
        const { rows } = await client.query<{ caught: boolean }>(
          'select pg_last_wal_replay_lsn() >= $1::pg_lsn as caught',
          [committed],
        );
        if (rows[0]?.caught === true) return;
        throwIfInterrupted(signal, 'replicas');
        if (Date.now() > deadline) {
          throw engineFailed(planned.label, `does not replay what ${primary.planned.label} has`, await readLog(log));
        }
        await delay(POLL_MS);
      }
    });
  await Promise.all(replicas.map(wait));
}
