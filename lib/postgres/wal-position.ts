import type { PostgresEngine } from '../topology';
import type { KitStatement } from './send-together';

/**
 * A point in the history of a cluster: everything that was committed before it. `timeline` counts promotions; positions of different
 * timelines do not follow one another, whatever their numbers.
 */
export interface WalPosition {
  readonly timeline: number;
  /** Bytes of the log since the cluster was made; on Aurora, the volume's own sequence number. */
  readonly lsn: bigint;
}

/** What a server says of its own position. */
export interface PositionReport {
  readonly role: 'primary' | 'replica';
  /** How far it has come: everything before is to be seen. */
  readonly lsn: bigint;
  /** Nothing that it shows lies beyond. */
  readonly showsUpTo: bigint;
  /** Undefined on a replica, which is asked too often to read it each time. */
  readonly timeline: number | undefined;
}

/** Storage is shared, so a promotion begins no new history. */
export const AURORA_TIMELINE = 1;

/**
 * A replica shows a commit a moment before it says that it has replayed it, but replays nothing that it has not received. Null on a primary.
 * @see https://www.postgresql.org/docs/17/functions-admin.html#FUNCTIONS-RECOVERY-INFO
 */
export const SHOWS_UP_TO = `
  case when pg_is_in_recovery() then greatest(pg_last_wal_replay_lsn(), pg_last_wal_receive_lsn()) - '0/0' end`;

/** A primary's insert position, not its flushed one: with `synchronous_commit` off a commit is answered before it is flushed. */
const POSTGRES_POSITION = `
  select pg_is_in_recovery(),
         case when pg_is_in_recovery() then pg_last_wal_replay_lsn() else pg_current_wal_insert_lsn() end - '0/0',
         ${SHOWS_UP_TO},
         case when pg_is_in_recovery() then null else pg_walfile_name(pg_current_wal_insert_lsn()) end`;

/**
 * What is durable on the volume; of a reader, up to where it has applied it.
 * @see https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/aurora_replica_status.html
 */
const AURORA_POSITION = `
  select pg_is_in_recovery(), durable_lsn, null, null
    from aurora_replica_status()
   where server_id = aurora_db_instance_identifier()`;

const POSITION_SQL: Readonly<Record<PostgresEngine, string>> = {
  postgres: POSTGRES_POSITION,
  'aurora-postgres': AURORA_POSITION,
};

/** A row of the statements above. */
type PositionRow = readonly [
  inRecovery: boolean | 't' | 'f',
  lsn: string | null,
  showsUpTo: string | null,
  walFile: string | null,
];

/**
 * Asks a server for its position. Sent behind a commit, it covers the commit. Prepared once a connection where the endpoint is direct: a pool
 * between would mix up prepared statements of different clients.
 */
export function positionStatement(engine: PostgresEngine, via: 'direct' | 'pooled'): KitStatement {
  const text = POSITION_SQL[engine];
  return via === 'direct' ? { text, name: 'polystore_position', rowMode: 'array' } : { text, rowMode: 'array' };
}

/** The answer to {@link positionStatement}; undefined where the server can't tell. */
export function parsePosition(engine: PostgresEngine, rows: readonly unknown[]): PositionReport | undefined {
  const [row] = rows as readonly PositionRow[];
  if (!row || row[1] === null) return undefined;
  const [inRecovery, lsn, showsUpTo, walFile] = row;
  const position = BigInt(lsn);
  return {
    // As pg reads it, or as the server has written it.
    role: inRecovery === true || inRecovery === 't' ? 'replica' : 'primary',
    lsn: position,
    showsUpTo: showsUpTo === null ? position : BigInt(showsUpTo),
    timeline: engine === 'aurora-postgres' ? AURORA_TIMELINE : walFile === null ? undefined : timelineOf(walFile),
  };
}

/** The first eight hexadecimal digits of a log file's name. */
export const timelineOf = (walFile: string): number => parseInt(walFile.slice(0, 8), 16);

/** Orders positions by timeline, then by place: negative where `one` is before `other`. */
export function comparePositions(one: WalPosition, other: WalPosition): number {
  if (one.timeline !== other.timeline) return one.timeline - other.timeline;
  return one.lsn < other.lsn ? -1 : one.lsn > other.lsn ? 1 : 0;
}
