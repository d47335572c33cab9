import { existsSync, readFileSync } from 'node:fs';
import * as z from 'zod/mini';
import { describeFaults, documentWords, invalidDocument } from '../errors/invalid-document';

/** Since the situation was made real, in milliseconds. Absent: it never came to that. */
export interface DrillTimes {
  readonly detectMs?: number;
  readonly mitigateMs?: number;
  readonly recoverMs?: number;
}

/** A drill that passed, as it is kept in a file that is committed. */
export interface RecordedDrill {
  /** ISO 8601. */
  readonly heldAt: string;
  /** What holds it again. */
  readonly command: string;
  /** Version of the kit. */
  readonly kit: string;
  readonly tier: string;
  readonly stage: string;
  readonly store: string;
  readonly times: Required<DrillTimes>;
  /** What was measured besides: `lostWrites`, `connectionsOpened`. */
  readonly facts: Readonly<Record<string, string | number>>;
}

/** Drills by their situations. */
export type DrillRecord = Readonly<Record<string, RecordedDrill>>;

export const DRILL_RECORD_VERSION = 1;

const ms = z.number().check(z.nonnegative());
const RECORD = z.strictObject({
  version: z.literal(DRILL_RECORD_VERSION),
  drills: z.record(
    z.string(),
    z.strictObject({
      heldAt: z.iso.datetime(),
      command: z.string(),
      kit: z.string(),
      tier: z.string(),
      stage: z.string(),
      store: z.string(),
      times: z
        .strictObject({ detectMs: ms, mitigateMs: ms, recoverMs: ms })
        .check(
          z.refine(
            ({ mitigateMs, recoverMs }) => recoverMs >= mitigateMs,
            'nobody recovers before something was done: allowed is what `polystore drill --record` wrote',
          ),
        ),
      facts: z.record(z.string(), z.union([z.string(), z.number()])),
    }),
  ),
});

/**
 * Reads a record of drills; an empty one where there is no file.
 * @throws {PolystoreError} DOCUMENT_INVALID
 */
export function readDrillRecord(file: string): DrillRecord {
  if (!existsSync(file)) return {};
  const { success, data, error } = RECORD.safeParse(jsonOf(file), { error: documentWords });
  if (!success) throw notRead(file, describeFaults(error));
  return data.drills;
}

/** A record as it is written: sorted, so that a drill that is held again changes its own lines alone. */
export function encodeDrillRecord(record: DrillRecord): string {
  const drills = Object.fromEntries(Object.entries(record).toSorted(([one], [other]) => (one < other ? -1 : 1)));
  return `${JSON.stringify({ version: DRILL_RECORD_VERSION, drills }, null, 2)}\n`;
}

function jsonOf(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw notRead(file, error instanceof Error ? error.message : String(error));
  }
}

const notRead = (file: string, why: string) =>
  invalidDocument('record of drills', file, why, `Write it with \`npx polystore drill failover --record ${file}\`.`);

/** `340 ms`, `1.9 s`. */
export const renderDuration = (duration: number): string =>
  duration < 1_000 ? `${Math.round(duration)} ms` : `${(duration / 1_000).toFixed(1)} s`;

/** `detected after 35 ms, mitigated after 199 ms, recovered after 203 ms`. */
export function renderTimes({ detectMs, mitigateMs, recoverMs }: DrillTimes): string {
  const time = (name: string, after: number | undefined): string =>
    `${name} ${after === undefined ? 'never' : `after ${renderDuration(after)}`}`;
  return [time('detected', detectMs), time('mitigated', mitigateMs), time('recovered', recoverMs)].join(', ');
}
