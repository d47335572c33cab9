import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { serialize } from 'node:v8';

/** Where the suites of a run leave for each other what takes long to make; a run makes it, and removes it. */
export const MADE_ONCE = 'POLYSTORE_TESTS_MADE_ONCE';

/**
 * What `make` makes of an input, as JSON keeps it: made by the first suite of a run that asks for it, read by all others. Every answer is a copy of
 * its own. Not for what shows that making it twice gives the same.
 */
export function madeOnce<I, O>(what: string, input: I, make: (input: I) => O): O {
  const file = join(directoryOfRun(), `${what}-${createHash('sha256').update(serialize(input)).digest('hex')}.json`);
  if (!existsSync(file)) {
    // Renamed into place: another worker may be about to read it.
    const draft = `${file}.${process.pid}`;
    writeFileSync(draft, JSON.stringify(make(input)));
    renameSync(draft, file);
  }
  return JSON.parse(readFileSync(file, 'utf8')) as O;
}

/** A new directory, which stays until the run ends. */
export const keptDirectory = (what: string): string => mkdtempSync(join(directoryOfRun(), `${what}-`));

function directoryOfRun(): string {
  const directory = process.env[MADE_ONCE];
  if (directory === undefined) throw new Error(`${MADE_ONCE} names no directory: jest's globalSetup makes one`);
  return directory;
}
