import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Directories in which this machine's engines are looked for. */
export const SEARCH_PATH = process.env['PATH'] ?? '';

/**
 * Describes what a real engine does. Where this machine has none of `programs`, the tests are skipped by a name that says so; that they all ran
 * somewhere is what `npm run conformance` is for, which fails without an engine.
 */
export function describeWithEngine(programs: readonly string[], what: string, tests: () => void): void {
  const found = SEARCH_PATH.split(delimiter).some((place) => programs.some((name) => existsSync(join(place, name))));
  if (found) describe(what, tests);
  else describe.skip(`${what} (no ${programs.join(' or ')} on the PATH; npm run conformance brings one)`, tests);
}
