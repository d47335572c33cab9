import { randomInt } from 'node:crypto';

/** As secrets have them from birth: no punctuation, length carries the strength. */
const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
const LENGTH = 40;

/** A password that nobody has seen: 40 letters and digits, 238 bits. */
export const newPassword = (): string =>
  Array.from({ length: LENGTH }, () => LETTERS[randomInt(LETTERS.length)]).join('');
