import { createHash } from 'node:crypto';
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { serialize } from 'node:v8';

/** Where the suites of a run leave for each other what takes long to make; a run makes it, and removes it. */
export const MADE_ONCE = 'POLYSTORE_TESTS_MADE_ONCE';

/**
 * What `make` makes of an input, as JSON keeps it: made by the first suite of a run that asks for it, read by all others. Every answer is a copy of
 * its own. Not for what shows that making it twice gives the same.
 */
export function madeOnce<I, O>(what: string, input: I, make: (input: I) => O): O {
  const directory = process.env[MADE_ONCE];
  if (directory === undefined) throw new Error(`${MADE_ONCE} names no directory: jest's globalSetup makes one`);
  const file = join(directory, `${what}-${createHash('sha256').update(serialize(input)).digest('hex')}.json`);
  if (!existsSync(file)) {
    // Renamed into place: another worker may be about to read it.
    const draft = `${file}.${process.pid}`;
    writeFileSync(draft, JSON.stringify(make(input)));
    renameSync(draft, file);
  }
  return JSON.parse(readFileSync(file, 'utf8')) as O;
}
