import { setTimeout as pause } from 'node:timers/promises';
import type { PostgresEngine } from '../topology';
import type { Queryable } from './connection';
import { STARTED_AT_US } from './incarnation';
import { elapsedMsSince, momentNow } from './moment';
import { AURORA_TIMELINE, SHOWS_UP_TO, timelineOf, type WalPosition } from './wal-position';

/** Replay delay in milliseconds; `unknown` where the server can't tell, which is never the same as 0. */
export type ReplicaLag = number | 'unknown';

/** What a server says of itself. */
export interface ServerState {
  readonly role: 'primary' | 'replica';
  /** Of a replica, at most so much; a primary has none. */
  readonly lagMs?: ReplicaLag;
  /** Undefined where the server can't tell. A replica's timeline may be one of before: it tells of a new one late, never early. */
  readonly position: WalPosition | undefined;
  /** Nothing that it shows lies beyond. */
  readonly showsUpTo: WalPosition | undefined;
  /** Of the server, or of its last recovery, in microseconds since 1970. */
  readonly startedAtUs: number;
}

/**
 * A replica that has replayed all it received lags by 0 as long as its receiver streams; else lag is the age of the last replayed commit,
 * infinite where it has replayed none since its start. A replica whose receiver is gone can't tell how far the primary has gone on: unknown.
 *
 * A role outside pg_monitor, as a service's is, sees that a receiver runs but not its status, which is null then: to such a role a receiver
 * that is only trying to connect looks like one that streams, until its attempt fails. Nor does it see the timeline that is received; what
 * the last restart point and the last flushed page say is open to all, and never ahead of it.
 * @see https://www.postgresql.org/docs/17/functions-admin.html#FUNCTIONS-RECOVERY-INFO
 */
const POSTGRES_STATE = `
  select pg_is_in_recovery() as replica, ${STARTED_AT_US} as started_at_us,
         case when pg_is_in_recovery() then pg_last_wal_replay_lsn() else pg_current_wal_insert_lsn() end - '0/0' as lsn,
         ${SHOWS_UP_TO} as shows_up_to,
         case when not pg_is_in_recovery() then pg_walfile_name(pg_current_wal_insert_lsn()) end as wal_file,
         greatest((select received_tli from pg_stat_wal_receiver),
                  (select timeline_id from pg_control_checkpoint()),
                  (select min_recovery_end_timeline from pg_control_recovery())) as timeline,
         case when not pg_is_in_recovery() then null
              when not exists (select from pg_stat_wal_receiver where coalesce(status, 'streaming') = 'streaming') then null
              when pg_last_wal_receive_lsn() <= pg_last_wal_replay_lsn() then 0
              else coalesce(extract(epoch from clock_timestamp() - pg_last_xact_replay_timestamp()) * 1000, 'Infinity')
         end as lag_ms`;

/** Aurora readers share the writer's storage and replay no WAL of their own, so the recovery functions say nothing there. */
const AURORA_STATE = `
  select pg_is_in_recovery() as replica, ${STARTED_AT_US} as started_at_us, own.durable_lsn as lsn, null as shows_up_to, null as wal_file, ${AURORA_TIMELINE} as timeline,
         own.replica_lag_in_msec as lag_ms
    from (select) as always
    left join (select * from aurora_replica_status() where server_id = aurora_db_instance_identifier()) as own on true`;

const STATE_SQL: Readonly<Record<PostgresEngine, string>> = {
  postgres: POSTGRES_STATE,
  'aurora-postgres': AURORA_STATE,
};

interface StateRow {
  readonly replica: boolean;
  readonly started_at_us: string;
  readonly lsn: string | null;
  readonly shows_up_to: string | null;
  readonly wal_file: string | null;
  readonly timeline: number;
  readonly lag_ms: string | number | null;
  readonly [column: string]: unknown;
}

/** How soon a replica is asked again whether it has replayed what it had received, in milliseconds. */
const LOOK_AGAIN_AFTER_MS = [1, 2, 4, 8, 16, 32];
/** A lag that looking again would hardly make smaller. */
const GOOD_ENOUGH_MS = LOOK_AGAIN_AFTER_MS.reduce((sum, ms) => sum + ms);

/**
 * Asks a server who it is and, if it is a replica, how far behind. Any role may ask; one in `pg_monitor` learns the most.
 *
 * One round trip, but for a replica of PostgreSQL that has something left to replay and whose last commit is a while ago. Where nobody commits,
 * that age says nothing: a checkpoint, a vacuum or a long statement is in flight, and the last commit may be of yesterday. Such a replica is
 * asked again for a moment: once it has replayed what it had received at first, it is late by the time since, at most.
 */
export async function readServerState(client: Queryable, engine: PostgresEngine): Promise<ServerState> {
  const askedAt = momentNow();
  const first = await askServer(client, engine);
  let { lagMs } = first;
  if (engine === 'aurora-postgres' || typeof lagMs !== 'number' || lagMs <= GOOD_ENOUGH_MS) return first;
  for (const ms of LOOK_AGAIN_AFTER_MS) {
    await pause(ms);
    const again = await askServer(client, engine);
    if (typeof again.lagMs !== 'number') return again;
    if (hasReplayed(again, first.showsUpTo)) {
      lagMs = Math.min(lagMs, Math.ceil(elapsedMsSince(askedAt)));
      break;
    }
  }
  return { ...first, lagMs: lagMs === Infinity ? 'unknown' : lagMs };
}

const hasReplayed = ({ position }: ServerState, upTo: WalPosition | undefined): boolean =>
  position !== undefined && upTo !== undefined && position.lsn >= upTo.lsn;

async function askServer(client: Queryable, engine: PostgresEngine): Promise<ServerState> {
  const { rows } = await client.query<StateRow>(STATE_SQL[engine]);
  const row = rows[0] as StateRow;
  const timeline = row.wal_file === null ? row.timeline : timelineOf(row.wal_file);
  const at = (lsn: string | null): WalPosition | undefined =>
    lsn === null ? undefined : { timeline, lsn: BigInt(lsn) };
  const state = {
    position: at(row.lsn),
    showsUpTo: at(row.shows_up_to ?? row.lsn),
    startedAtUs: Number(row.started_at_us),
  };
  if (!row.replica) return { role: 'primary', ...state };
  const lagMs = row.lag_ms === null ? 'unknown' : Math.max(0, Math.round(Number(row.lag_ms)));
  return { role: 'replica', lagMs, ...state };
}
