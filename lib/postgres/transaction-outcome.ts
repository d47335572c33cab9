import type { Queryable } from './connection';
import { STARTED_AT } from './incarnation';

/** Tells a transaction from all others, so that one can ask later what became of it. */
export interface TransactionReference {
  /** What `pg_current_xact_id` returned: unique in an incarnation of a server. */
  readonly id: string;
  /**
   * Of the server: from its start, or its last recovery, to the next, on one timeline. A server that crashed may give an id again that it had
   * given to a transaction of which nothing had reached its disk.
   */
  readonly incarnation: string;
}

/**
 * What became of a transaction. `unknown`: the server was restarted or replaced since, and what it says may be of another transaction with the
 * same id; or it is too long ago.
 */
export type TransactionOutcome = 'committed' | 'aborted' | 'inProgress' | 'unknown';

const INCARNATION = `
  (case when pg_is_in_recovery() then 'replica' else left(pg_walfile_name(pg_current_wal_insert_lsn()), 8) end
   || '/' || extract(epoch from ${STARTED_AT}))`;

/** A transaction's own id, null where it has written nothing. */
export const TRANSACTION_ID = 'select pg_current_xact_id_if_assigned()::text as id';

/** The same with the incarnation of the server. */
export const TRANSACTION_REFERENCE = `select pg_current_xact_id_if_assigned()::text as id, ${INCARNATION} as incarnation`;

/** invalid_parameter_value: the id was never given, so nothing of the transaction has reached this server. */
const NEVER_GIVEN = '22023';

/** Asks a primary what became of a transaction. */
export async function readOutcome(
  client: Queryable,
  { id, incarnation }: TransactionReference,
): Promise<TransactionOutcome> {
  try {
    const { rows } = await client.query<{ status: string | null; incarnation: string }>(
      `select pg_xact_status($1::text::xid8) as status, ${INCARNATION} as incarnation`,
      [id],
    );
    const { status, incarnation: current } = rows[0] ?? { status: null, incarnation: '' };
    const isSame = current === incarnation;
    if (status === 'committed') return isSame ? 'committed' : 'unknown';
    // Whoever has the id now, if it is another, is not the one that was asked for: that one has left nothing.
    if (status === 'in progress') return isSame ? 'inProgress' : 'aborted';
    return status === 'aborted' ? 'aborted' : 'unknown';
  } catch (error) {
    if (typeof error === 'object' && error !== null && 'code' in error && error.code === NEVER_GIVEN) return 'aborted';
    throw error;
  }
}
