import type { KitStatement } from './send-together';

/**
 * When a server was started, or has last recovered. Statistics are reset by every recovery, also by one that the postmaster survives. Not on
 * Aurora, where a restart is the only recovery.
 */
export const STARTED_AT = 'greatest(pg_postmaster_start_time(), (select stats_reset from pg_stat_bgwriter))';

/** The same in microseconds since 1970: of servers that are started together, hardly two are started in the same one. */
export const STARTED_AT_US = `round(extract(epoch from ${STARTED_AT}) * 1000000)`;

/** Asks the server behind a connection when it was started: it stays the same one as long as the connection, where nobody stands between. */
export const STARTED_AT_STATEMENT: KitStatement = { text: `select ${STARTED_AT_US}`, rowMode: 'array' };

/** The answer to {@link STARTED_AT_STATEMENT}. */
export const parseStartedAt = (rows: readonly unknown[]): number => Number((rows as readonly [unknown][])[0]?.[0]);
