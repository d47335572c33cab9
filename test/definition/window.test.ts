import fc from 'fast-check';
import { windowMinutes, windowsOverlap } from '../../lib/definition/stores/window';

const DAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'];
const DAY = 24 * 60;
const two = (value: number): string => String(value).padStart(2, '0');
const time = (minute: number): string => `${two(Math.floor((minute % DAY) / 60))}:${two(minute % 60)}`;
const daily = (start: number, length: number): string => `${time(start)}-${time(start + length)}`;
const moment = (minute: number): string => `${DAYS[Math.floor(minute / DAY) % 7]}:${time(minute)}`;
const weekly = (start: number, length: number): string => `${moment(start)}-${moment(start + length)}`;

test.each([
  ['02:00-03:00', 60],
  ['23:45-00:15', 30],
  ['sun:23:45-mon:00:15', 30],
  ['mon:00:00-sun:23:59', 7 * DAY - 1],
  ['24:00-01:00', undefined],
  ['son:01:00-mon:02:00', undefined],
])('%s lasts %s minutes', (window, minutes) => {
  expect(windowMinutes(window)).toBe(minutes);
});

test.each([
  ['23:30-00:30', 'mon:00:00-mon:00:30'],
  ['00:00-01:00', 'sun:23:30-mon:00:30'],
  ['02:00-03:00', 'tue:00:00-wed:00:00'],
])('%s meets %s over the end of a day or of the week', (backup, maintenance) => {
  expect(windowsOverlap(backup, maintenance)).toBe(true);
});

test('windows overlap where some minute of the week lies in both', () => {
  const backups = fc.tuple(fc.nat(DAY - 1), fc.integer({ min: 1, max: DAY - 1 }));
  const upkeep = fc.tuple(fc.nat(7 * DAY - 1), fc.integer({ min: 1, max: 300 }));
  fc.assert(
    fc.property(backups, upkeep, ([start, length], [from, lasts]) => {
      const isBackup = (minute: number) => (((minute - start) % DAY) + DAY) % DAY < length;
      const expected = Array.from({ length: lasts }, (_, index) => from + index).some(isBackup);
      expect(windowsOverlap(daily(start, length), weekly(from, lasts))).toBe(expected);
    }),
  );
});
