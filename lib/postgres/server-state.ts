import type { PostgresEngine } from '../topology';
import type { Queryable } from './connection';

/** Replay delay in milliseconds; `unknown` where the server can't tell, which is never the same as 0. */
export type ReplicaLag = number | 'unknown';

/** What a server says of itself. */
export interface ServerState {
  readonly role: 'primary' | 'replica';
  /** Of a replica; a primary has none. */
  readonly lagMs?: ReplicaLag;
}

/**
 * One round trip on PostgreSQL. A replica that has replayed all it received lags by 0 as long as its receiver streams; else lag is the age
 * of the last replayed commit. A replica whose receiver is gone can't tell how far the primary has gone on: unknown.
 *
 * A role outside pg_monitor, as a service's is, sees that a receiver runs but not its status, which is null then: to such a role a receiver
 * that is only trying to connect looks like one that streams, until its attempt fails.
 * @see https://www.postgresql.org/docs/17/functions-admin.html#FUNCTIONS-RECOVERY-INFO
 */
const POSTGRES_STATE = `
  select pg_is_in_recovery() as replica,
         case when not pg_is_in_recovery() then null
              when not exists (select from pg_stat_wal_receiver where coalesce(status, 'streaming') = 'streaming') then null
              when pg_last_wal_receive_lsn() <= pg_last_wal_replay_lsn() then 0
              else extract(epoch from clock_timestamp() - pg_last_xact_replay_timestamp()) * 1000
         end as lag_ms`;

/** Aurora readers share the writer's storage and replay no WAL of their own, so the recovery functions say nothing there. */
const AURORA_STATE = `
  select pg_is_in_recovery() as replica,
         (select replica_lag_in_msec from aurora_replica_status() where server_id = aurora_db_instance_identifier()) as lag_ms`;

const STATE_SQL: Readonly<Record<PostgresEngine, string>> = {
  postgres: POSTGRES_STATE,
  'aurora-postgres': AURORA_STATE,
};

/** Asks a server who it is and, if it is a replica, how far behind. Any role may ask; one in `pg_monitor` learns the most. */
export async function readServerState(client: Queryable, engine: PostgresEngine): Promise<ServerState> {
  const { rows } = await client.query<{ replica: boolean; lag_ms: string | number | null }>(STATE_SQL[engine]);
  const row = rows[0];
  if (!row?.replica) return { role: 'primary' };
  return { role: 'replica', lagMs: row.lag_ms === null ? 'unknown' : Math.max(0, Math.round(Number(row.lag_ms))) };
}
