const MOMENT = /^(\d{4,6})-(\d\d)-(\d\d)(?:T(\d\d):(\d\d):(\d\d)(?:\.(\d{1,6}))?([+-]\d\d(?::\d\d){0,2})?)?( BC)?$/;

/**
 * Microseconds since 1970 of a date or timestamp as PostgreSQL writes it in JSON, whatever the session's DateStyle: its whole range, years
 * before Christ and `infinity` included. `undefined` for anything else.
 */
export function microsecondsOf(text: string): bigint | undefined {
  if (text === 'infinity') return LATEST;
  if (text === '-infinity') return EARLIEST;
  const [match, year, month, day, hour = 0, minute = 0, second = 0, fraction = '', offset = '', era] =
    MOMENT.exec(text) ?? [];
  if (match === undefined) return undefined;
  // There is no year 0: 1 BC is the year before 1 AD.
  const days = daysSince1970(era === undefined ? Number(year) : 1 - Number(year), Number(month), Number(day));
  const seconds = days * 86_400 + Number(hour) * 3600 + Number(minute) * 60 + Number(second) - offsetSeconds(offset);
  return BigInt(seconds) * 1_000_000n + BigInt(fraction.padEnd(6, '0'));
}

/** Beyond all that 64 bits of microseconds hold. */
const LATEST = 2n ** 64n;
const EARLIEST = -LATEST;

/** Zones of old days have offsets to the second. */
function offsetSeconds(offset: string): number {
  const [hours = 0, minutes = 0, seconds = 0] = offset.slice(1).split(':').map(Number);
  const total = hours * 3600 + minutes * 60 + seconds;
  return offset.startsWith('-') ? -total : total;
}

/** In the Gregorian calendar, extended into the past as PostgreSQL does. Years begin in March here, so that a leap day ends its year. */
function daysSince1970(year: number, month: number, day: number): number {
  const marchYear = month > 2 ? year : year - 1;
  const era = Math.floor(marchYear / 400);
  const yearOfEra = marchYear - era * 400;
  const dayOfYear = Math.floor((153 * ((month + 9) % 12) + 2) / 5) + day - 1;
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * 146_097 + dayOfEra - 719_468;
}
