const MOMENT =
  /^(\d{4,6})-(\d\d)-(\d\d)(?:T(\d\d):(\d\d):(\d\d)(?:\.(\d{1,6}))?(?:([+-])(\d\d)(?::(\d\d))?(?::(\d\d))?)?)?( BC)?$/;

/**
 * Microseconds since 1970 of a date or timestamp as PostgreSQL writes it in JSON, whatever the session's DateStyle: its whole range, years
 * before Christ and `infinity` included; a number where that is exact. `undefined` for anything else.
 */
export function microsecondsOf(text: string): number | bigint | undefined {
  if (text === 'infinity') return LATEST;
  if (text === '-infinity') return EARLIEST;
  const [match, year, month, day, hour = 0, minute = 0, second = 0, fraction = '', sign, ...zone] =
    MOMENT.exec(text) ?? [];
  if (match === undefined) return undefined;
  const [hours = 0, minutes = 0, moreSeconds = 0, era] = zone;
  // There is no year 0: 1 BC is the year before 1 AD.
  const days = daysSince1970(era === undefined ? Number(year) : 1 - Number(year), Number(month), Number(day));
  const local = days * 86_400 + Number(hour) * 3600 + Number(minute) * 60 + Number(second);
  // Zones of old days have offsets to the second.
  const offset = Number(hours) * 3600 + Number(minutes) * 60 + Number(moreSeconds);
  const seconds = sign === '-' ? local + offset : local - offset;
  const rest = Number(fraction.padEnd(6, '0'));
  const micros = seconds * 1_000_000 + rest;
  return Number.isSafeInteger(micros) ? micros : BigInt(seconds) * 1_000_000n + BigInt(rest);
}

/** Beyond all that 64 bits of microseconds hold. */
const LATEST = 2n ** 64n;
const EARLIEST = -LATEST;

/** In the Gregorian calendar, extended into the past as PostgreSQL does. Years begin in March here, so that a leap day ends its year. */
function daysSince1970(year: number, month: number, day: number): number {
  const marchYear = month > 2 ? year : year - 1;
  const era = Math.floor(marchYear / 400);
  const yearOfEra = marchYear - era * 400;
  const dayOfYear = Math.floor((153 * ((month + 9) % 12) + 2) / 5) + day - 1;
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * 146_097 + dayOfEra - 719_468;
}
