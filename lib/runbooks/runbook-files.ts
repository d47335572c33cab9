import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { nearestName } from '../definition/faults/nearest-name';
import { PolystoreError } from '../errors';
import { readDrillRecord, type DrillRecord } from './drill-record';
import { parseRunbook } from './parse-runbook';
import type { Runbook } from './runbook';

/** Two folders above this file in a clone, three in the published package. */
const DIRECTORY = [resolve(__dirname, '../../runbooks'), resolve(__dirname, '../../../runbooks')].find((path) =>
  existsSync(join(path, 'failover.md')),
) as string;

/** What the kit's own drills have shown, on the machine of whoever released it. */
export const kitDrills = (): DrillRecord => readDrillRecord(join(DIRECTORY, 'drills.json'));

/** Names of the kit's runbooks, sorted. */
export const runbookNames = (): readonly string[] =>
  readdirSync(DIRECTORY)
    .filter((file) => file.endsWith('.md'))
    .map((file) => basename(file, '.md'))
    .sort();

/** Every runbook of the kit, in the order of their names. */
export const allRunbooks = (): readonly Runbook[] => runbookNames().map(readRunbook);

/** @throws {PolystoreError} UNKNOWN_RUNBOOK */
export function readRunbook(slug: string): Runbook {
  const known = runbookNames();
  if (known.includes(slug)) return parseRunbook(slug, readFileSync(join(DIRECTORY, `${slug}.md`), 'utf8'));
  const nearest = nearestName(slug, known);
  const guess = nearest === undefined ? '' : `, did you mean "${nearest}"?`;
  throw new PolystoreError('UNKNOWN_RUNBOOK', `no runbook "${slug}"${guess}; there are ${known.join(', ')}`, {
    details: { runbook: slug, known },
    next: '`npx polystore runbook` lists them with what each is for.',
  });
}
