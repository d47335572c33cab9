import type { ShardKeyValue } from './shard-key';

const DAY_MS = 86_400_000;
const DATE = /^\d{4}-\d{2}-\d{2}$/;
const TIMESTAMP =
  /^(\d{4}-\d{2}-\d{2})[T ]([01]\d|2[0-3]):([0-5]\d):([0-5]\d)(?:\.(\d{1,6}))?(Z|[+-](?:0\d|1[0-5])(?::?[0-5]\d)?)$/;

/** Years 0001 to 9999, which both sides write alike. In milliseconds. */
const FIRST_MS = Date.parse('0001-01-01T00:00:00Z');
const LAST_MS = Date.parse('9999-12-31T23:59:59.999Z');

/** Days since 1970-01-01 of a date like `2026-01-31`; `undefined` for anything else, also for a day that no calendar has. */
export function readDate(value: ShardKeyValue): number | undefined {
  if (typeof value !== 'string' || !DATE.test(value)) return undefined;
  const ms = Date.parse(`${value}T00:00:00Z`);
  // A 30th of February is parsed as the 2nd of March.
  if (!(ms >= FIRST_MS) || new Date(ms).getUTCDate() !== Number(value.slice(8))) return undefined;
  return ms / DAY_MS;
}

/** The date of so many days since 1970. */
export const dateText = (days: number): string => new Date(days * DAY_MS).toISOString().slice(0, 10);

/** Microseconds since 1970 of a Date or of text with a time zone, in a number where that is exact; `undefined` for anything else. */
export function readTimestamp(value: ShardKeyValue): number | bigint | undefined {
  if (value instanceof Date) return microseconds(value.getTime(), 0);
  const [, day, hours, minutes, seconds, fraction = '', zone = ''] =
    (typeof value === 'string' ? TIMESTAMP.exec(value) : undefined) ?? [];
  if (day === undefined) return undefined;
  const days = readDate(day);
  if (days === undefined) return undefined;
  const ofDay = (Number(hours) * 60 + Number(minutes) - offsetMinutes(zone)) * 60 + Number(seconds);
  const micros = Number(fraction.padEnd(6, '0'));
  return microseconds(days * DAY_MS + ofDay * 1000 + Math.floor(micros / 1000), micros % 1000);
}

/** The moment of so many microseconds since 1970, as text that PostgreSQL and {@link readTimestamp} read. */
export function timestampText(key: number | bigint): string {
  const exact = BigInt(key);
  const micros = ((exact % 1000n) + 1000n) % 1000n;
  const ms = Number((exact - micros) / 1000n);
  return `${new Date(ms).toISOString().slice(0, -1)}${String(micros).padStart(3, '0')}Z`;
}

function offsetMinutes(zone: string): number {
  if (zone === 'Z') return 0;
  const minutes = Number(zone.slice(1, 3)) * 60 + Number(zone.length > 3 ? zone.slice(-2) : 0);
  return zone.startsWith('-') ? -minutes : minutes;
}

function microseconds(ms: number, micros: number): number | bigint | undefined {
  // Also false for the time of an invalid Date.
  if (!(ms >= FIRST_MS && ms <= LAST_MS)) return undefined;
  const key = ms * 1000 + micros;
  return Number.isSafeInteger(key) ? key : BigInt(ms) * 1000n + BigInt(micros);
}
