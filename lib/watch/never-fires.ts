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

/** What a metric can't be beyond, where it is known. */
export interface Bounds {
  /** The most connections that a server takes. */
  readonly maxConnections?: number;
}

/**
 * Why an alarm with this threshold could never fire, in words; `undefined` where it could. No metric of the table falls below zero, and no percentage
 * rises above a hundred.
 */
export function neverFires(
  { name, comparison, unit }: AnyRow,
  threshold: number,
  { maxConnections }: Bounds,
): string | undefined {
  if (comparison === 'below') return threshold > 0 ? undefined : 'nothing is below it: allowed: more than 0';
  const most = unit === 'Percent' ? 100 : name === 'DatabaseConnections' ? maxConnections : undefined;
  if (most === undefined || threshold < most) return undefined;
  return `there are no more than ${most}${unit === 'Percent' ? ' percent' : ' connections'}: allowed: 0 to less than ${most}`;
}
