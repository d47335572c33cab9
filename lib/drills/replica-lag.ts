import { readServerState, type PgClient, type ReplicaLag } from '../postgres';
import type { PostgresHandle } from '../routing';
import type { ServerTopology } from '../topology';
import { postgresStoreOf, type Drill } from './drill';
import type { DrillTier } from './drill-tier';
import type { Rehearsal } from './rehearsal';
import { startWriting } from './writing';

/** What counts as lag in the drill, in milliseconds: an alarm on AWS waits longer, and nobody would wait here. */
const LIMIT_MS = 1_000;
const READS = 20;

/** A replica stops replaying while its primary is written to; reads go elsewhere, replay is resumed, and the replica catches up. */
export const replicaLag: Drill = {
  name: 'replica-lag',
  runbook: 'replica-lag',
  situation: 'a replica stops replaying while an application writes',
  needs: 'anyTier',
  refuses: (store) =>
    store.kind !== 'postgres'
      ? 'is sharded: here its shards have no replica'
      : store.replicas.length === 0
        ? 'has no replica that could lag'
        : undefined,
  hold: async (rehearsal, tier, store) => {
    const { primary, replicas } = postgresStoreOf(tier.topology, store);
    const replica = replicas[0] as ServerTopology;
    const router = await tier.openRouter(LIMIT_MS);
    rehearsal.undoLater('close the router', () => router.close());
    const handle = router.store(store) as PostgresHandle;
    await startWriting(rehearsal, router, store);

    rehearsal.undoLater('resume replay', () => resume(tier, store, replica));
    await tier.asSupervisor(store, replica, async (client) => {
      await client.query('select pg_wal_replay_pause()');
      rehearsal.step('break', `replay of ${store}/${replica.name} is paused`);
      await rehearsal.until(`the lag of ${replica.name} passes ${LIMIT_MS} ms`, async () =>
        isLate(await lagOf(client)),
      );
    });
    rehearsal.step('detect', `${store}/${replica.name} lags more than ${LIMIT_MS} ms`);

    await lookForReads(rehearsal, handle, replica);
    const { state, bytes } = await whyItLags(tier, store, { primary, replica });
    rehearsal.step('look', `its replay is ${state}, ${bytes} bytes behind what the primary has written`);
    const position = await tier.asSupervisor(store, primary, async (client) => {
      const { rows } = await client.query<{ lsn: string }>('select pg_current_wal_lsn()::text as lsn');
      return rows[0]?.lsn ?? '0/0';
    });
    await resume(tier, store, replica);
    rehearsal.step('mitigate', `replay of ${store}/${replica.name} is resumed`);

    await tier.asSupervisor(store, replica, (client) =>
      rehearsal.until('the replica has caught up', async () => {
        const { rows } = await client.query<{ caught: boolean }>(
          'select pg_last_wal_replay_lsn() >= $1::pg_lsn as caught',
          [position],
        );
        return rows[0]?.caught === true && !isLate(await lagOf(client));
      }),
    );
    rehearsal.step('recover', `${store}/${replica.name} has replayed what had been written by then`);
    return undefined;
  },
};

/** The router leaves a replica that lags: its reads are counted by who answers. */
async function lookForReads(rehearsal: Rehearsal, handle: PostgresHandle, replica: ServerTopology): Promise<void> {
  const readsBy: Record<string, number> = {};
  await rehearsal.until(`reads leave ${replica.name}`, () =>
    handle.servers().some(({ name, health }) => name === replica.name && health?.state === 'up' && isLate(health)),
  );
  for (let read = 0; read < READS; read++) {
    const { rows } = await handle.read<{ who: string }>("select current_setting('cluster_name') as who");
    const who = rows[0]?.who ?? 'unknown';
    readsBy[who] = (readsBy[who] ?? 0) + 1;
  }
  const answered = Object.entries(readsBy).map(([who, reads]) => `${who} ${reads}`);
  rehearsal.step('look', `reads of the router are answered by ${answered.join(', ')}`);
  rehearsal.fact('readsFromLaggingReplica', readsBy[`${handle.store}/${replica.name}`] ?? 0);
}

interface Lag {
  readonly lagMs: ReplicaLag;
}

const isLate = ({ lagMs }: Lag): boolean => lagMs === 'unknown' || lagMs > LIMIT_MS;

async function lagOf(client: PgClient): Promise<Lag> {
  const { lagMs = 'unknown' } = await readServerState(client, 'postgres');
  return { lagMs };
}

async function whyItLags(
  tier: DrillTier,
  store: string,
  { primary, replica }: { readonly primary: ServerTopology; readonly replica: ServerTopology },
): Promise<{ readonly state: string; readonly bytes: number }> {
  const state = await tier.asSupervisor(store, replica, async (client) => {
    const { rows } = await client.query<{ state: string }>('select pg_get_wal_replay_pause_state() as state');
    return rows[0]?.state ?? 'unknown';
  });
  const bytes = await tier.asSupervisor(store, primary, async (client) => {
    const { rows } = await client.query<{ bytes: string }>(
      'select pg_current_wal_lsn() - replay_lsn as bytes from pg_stat_replication where application_name = $1',
      [`${store}/${replica.name}`],
    );
    return Number(rows[0]?.bytes ?? 0);
  });
  return { state, bytes };
}

async function resume(tier: DrillTier, store: string, replica: ServerTopology): Promise<void> {
  await tier.asSupervisor(store, replica, (client) => client.query('select pg_wal_replay_resume()'));
}
