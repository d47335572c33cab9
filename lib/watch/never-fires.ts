import { CLUSTER_LIMITS } from '../catalog';
import type { AlarmGroup, AlarmRow } from './alarm-row';
import { ALARMS } from './alarms';
import type { WatchedSort } from './watched';

/** A row of any group, as far as it is the same whatever it watches. */
export type AnyRow = Omit<AlarmRow<never>, 'threshold'>;

/** The rows of some sorts of things, by their names. */
export function rowsOf(sorts: readonly WatchedSort[]): ReadonlyMap<string, AnyRow> {
  const rows = sorts.flatMap((sort) => (ALARMS[sort] as AlarmGroup<never>).rows);
  return new Map(rows.map((row) => [row.name, row]));
}

/** What a store's own metrics can't be beyond, where it is known. */
export interface Bounds {
  /** The most connections that a server takes. */
  readonly maxConnections?: number;
  /** The most data that a cache without nodes grows to. */
  readonly maxDataGb?: number;
}

/** The most that a metric can be, and of what; by the names of rows. */
const MOST: Readonly<Record<string, (bounds: Bounds) => readonly [most: number | undefined, what: string]>> = {
  DatabaseConnections: ({ maxConnections }) => [maxConnections, 'connections'],
  BytesUsedForCache: ({ maxDataGb }) => [maxDataGb === undefined ? undefined : maxDataGb * 1e9, 'bytes'],
  // PostgreSQL takes no more writes some millions before: https://www.postgresql.org/docs/17/routine-vacuuming.html (wraparound).
  MaximumUsedTransactionIDs: () => [2 ** 31, 'transaction ids'],
  MainRequestQueuePendingRequests: () => [CLUSTER_LIMITS.graphQueue.value, 'queries that wait'],
  QueueNearlyFull: () => [CLUSTER_LIMITS.graphQueue.value, 'queries that wait'],
};

/**
 * Why an alarm with this threshold could never fire, in words; `undefined` where it could. No metric of the table falls below zero, and no percentage
 * rises above a hundred.
 */
export function neverFires({ name, comparison, unit }: AnyRow, threshold: number, bounds: Bounds): string | undefined {
  if (comparison === 'below') return threshold > 0 ? undefined : 'nothing is below it: allowed: more than 0';
  const [most, what] = unit === 'Percent' ? [100, 'percent'] : (MOST[name]?.(bounds) ?? []);
  if (most === undefined || threshold < most) return undefined;
  return `there are no more than ${most} ${what}: allowed: 0 to less than ${most}`;
}
