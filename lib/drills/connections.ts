import { closeClient, errorCodeOf, errorGroupOf, openClient, type PgClient } from '../postgres';
import type { ServerTopology, StoreTopology } from '../topology';
import type { Drill } from './drill';
import type { DrillTier } from './drill-tier';
import type { Rehearsal } from './rehearsal';

/** Share of `max_connections` at which the alarm of a server goes off. */
const ALARM_SHARE = 0.9;
/** Shown in `pg_stat_activity` by the application that gives nothing back. */
const LEAK = 'polystore-drill-leak';
const OPEN_AT_ONCE = 8;

/** An application opens connections and gives none back until others are refused; its idle ones are ended, and others get in again. */
export const connections: Drill = {
  name: 'connections',
  runbook: 'connections',
  situation: 'an application opens connections and gives none back, until everybody is refused',
  needs: 'anyTier',
  refuses: () => undefined,
  hold: async (rehearsal, tier, store) => {
    const server = primaryOf(tier, store);
    const label = `${store}/${server.name}`;
    const leaked: PgClient[] = [];
    rehearsal.undoLater('close what the application had opened', async () => {
      await Promise.all(leaked.splice(0).map(closeClient));
    });
    const target = await tier.ownerTarget(store, server);
    // On one connection, as whoever follows a runbook has one: more would take part in what they look at.
    await tier.asSupervisor(store, server, async (supervisor) => {
      const most = await maxConnections(supervisor);
      rehearsal.step('break', `an application opens connections to ${label}, of ${most} at most`);
      let refusedWith: string | undefined;
      let isDetected = false;
      while (refusedWith === undefined) {
        rehearsal.throwIfInterrupted();
        const opened = await Promise.allSettled(
          Array.from({ length: OPEN_AT_ONCE }, () => openClient(target, { applicationName: LEAK })),
        );
        for (const attempt of opened) {
          if (attempt.status === 'fulfilled') leaked.push(attempt.value);
          else if (errorGroupOf(attempt.reason) === 'tooManyConnections') refusedWith = errorCodeOf(attempt.reason);
          else throw attempt.reason;
        }
        if (!isDetected) isDetected = await detect(rehearsal, supervisor, most);
      }
      rehearsal.fact('maxConnections', most);
      rehearsal.fact('connectionsOpened', leaked.length);
      rehearsal.step('look', `new connections are refused: ${refusedWith}`);

      await lookForHolders(rehearsal, supervisor);
      const { rowCount: ended } = await supervisor.query(
        `select pg_terminate_backend(pid) from pg_stat_activity where application_name = $1 and state = 'idle'`,
        [LEAK],
      );
      rehearsal.fact('connectionsEnded', ended ?? 0);
      rehearsal.step('mitigate', `the ${ended ?? 0} idle connections of ${LEAK} are ended`);
    });

    await rehearsal.until('others get in again', () =>
      tier.asOwner(store, server, async (client) => (await client.query('select 1')).rowCount === 1),
    );
    rehearsal.step('recover', `${label} takes new connections`);
    return undefined;
  },
};

/** True once nine tenths are in use, as the alarm has it. */
async function detect(rehearsal: Rehearsal, supervisor: PgClient, most: number): Promise<boolean> {
  const { rows } = await supervisor.query<{ used: string }>(
    `select count(*) as used from pg_stat_activity where backend_type = 'client backend'`,
  );
  const inUse = Number(rows[0]?.used ?? 0);
  if (inUse < most * ALARM_SHARE) return false;
  rehearsal.step('detect', `${inUse} of ${most} connections are in use`);
  return true;
}

async function lookForHolders(rehearsal: Rehearsal, supervisor: PgClient): Promise<void> {
  const { rows } = await supervisor.query<{ who: string; held: string }>(
    `select application_name || ', ' || state as who, count(*) as held from pg_stat_activity
      where backend_type = 'client backend' group by 1 order by 2 desc limit 1`,
  );
  const [holder] = rows;
  rehearsal.step('look', `most are held by ${holder?.who ?? 'nobody'}: ${holder?.held ?? 0}`);
}

async function maxConnections(supervisor: PgClient): Promise<number> {
  const { rows } = await supervisor.query<{ most: string }>("select current_setting('max_connections') as most");
  return Number(rows[0]?.most);
}

/** The primary of a store, or of its first shard. */
export function primaryOf({ topology }: DrillTier, store: string): ServerTopology {
  const found = topology.stores[store] as StoreTopology;
  const [first] = found.kind === 'shardedPostgres' ? Object.values(found.shards) : [found];
  const primary = first !== undefined && 'primary' in first ? first.primary : undefined;
  if (primary === undefined) throw new RangeError(`store "${store}" has no server`);
  return primary;
}
