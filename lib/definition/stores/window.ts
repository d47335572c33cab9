/** Minutes of a week, from Monday 00:00 UTC on; `end` may lie in the next week. */
interface Span {
  readonly start: number;
  readonly end: number;
}

const DAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;
const DAY = 24 * 60;
const WEEK = DAYS.length * DAY;

const TIME = '([01]\\d|2[0-3]):([0-5]\\d)';
/** `02:00-03:00`, every day, UTC. */
export const BACKUP_WINDOW = new RegExp(`^${TIME}-${TIME}$`);
/** `sun:04:00-sun:05:00`, every week, UTC. */
export const MAINTENANCE_WINDOW = new RegExp(`^(${DAYS.join('|')}):${TIME}-(${DAYS.join('|')}):${TIME}$`);

/** Minutes that a window lasts; `undefined` where it can't be read. One that ends when it starts lasts no minute. */
export function windowMinutes(window: string): number | undefined {
  const [span] = backupSpans(window) ?? maintenanceSpans(window) ?? [];
  return span && span.end - span.start;
}

/** Whether a daily backup window and a weekly maintenance window have a minute in common. Neither lies in the other's way if it can't be read. */
export function windowsOverlap(backup: string, maintenance: string): boolean {
  const [upkeep] = maintenanceSpans(maintenance) ?? [];
  if (upkeep === undefined) return false;
  // A window at the end of the week also meets one at the start of the next.
  const shifted = [-WEEK, 0, WEEK].map((by) => ({ start: upkeep.start + by, end: upkeep.end + by }));
  return (backupSpans(backup) ?? []).some((daily) =>
    shifted.some((weekly) => daily.start < weekly.end && weekly.start < daily.end),
  );
}

function backupSpans(window: string): readonly Span[] | undefined {
  const match = BACKUP_WINDOW.exec(window);
  if (match === null) return undefined;
  const [, fromHour, fromMinute, toHour, toMinute] = match.map(Number) as [number, number, number, number, number];
  const start = fromHour * 60 + fromMinute;
  const length = (toHour * 60 + toMinute - start + DAY) % DAY;
  return DAYS.map((_, day) => ({ start: day * DAY + start, end: day * DAY + start + length }));
}

function maintenanceSpans(window: string): readonly Span[] | undefined {
  const match = MAINTENANCE_WINDOW.exec(window);
  if (match === null) return undefined;
  const [, fromDay, fromHour, fromMinute, toDay, toHour, toMinute] = match;
  const start = minuteOfWeek(fromDay, fromHour, fromMinute);
  const length = (minuteOfWeek(toDay, toHour, toMinute) - start + WEEK) % WEEK;
  return [{ start, end: start + length }];
}

const minuteOfWeek = (day: string | undefined, hour: string | undefined, minute: string | undefined): number =>
  DAYS.findIndex((name) => name === day) * DAY + Number(hour) * 60 + Number(minute);
