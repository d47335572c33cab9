import * as z from 'zod/mini';
import { PolystoreError } from '../errors';
import { LAST_REPORT_BYTES_MAX } from '../sources/last-report';
import { countOutcomes, type Failed, type SmokeCounts, type SmokeReport } from './report';

/** Version of the last report's JSON; a reader refuses any other. */
export const LAST_REPORT_VERSION = 1;

/** What is kept of a last proof, of a family's stores on AWS, of a whole tier on this machine: how each store did, and what failed. */
export interface LastReport {
  readonly version: typeof LAST_REPORT_VERSION;
  readonly tier: string;
  readonly stage: string;
  /** Unique to the run: by it the whole report is found in the log. */
  readonly run: string;
  /** ISO 8601. */
  readonly startedAt: string;
  readonly durationMs: number;
  readonly counts: SmokeCounts;
  readonly stores: Readonly<Record<string, SmokeCounts>>;
  readonly failures: readonly KeptFailure[];
  /** Failures for which there was no room. */
  readonly omitted: number;
}

export type KeptFailure = Pick<Failed, 'subject' | 'check' | 'reason' | 'unaffected' | 'next'>;

/** No more fit, however short they are. */
const KEPT_MAX = 40;
/** Of one text of a failure; a driver's message may be any length. */
const TEXT_LENGTH = 240;

/** A report as it is kept: as many failures as there is room for, with the number of the others. */
export function encodeLastReport(report: SmokeReport): string {
  const { tier, stage, run, startedAt, durationMs, counts, outcomes } = report;
  const failed = outcomes.filter((outcome) => outcome.status === 'failed').map(shorten);
  const stores = [...new Set(outcomes.map(({ store }) => store))].map((store): [string, SmokeCounts] => [
    store,
    countOutcomes(outcomes.filter((outcome) => outcome.store === store)),
  ]);
  const head = { version: LAST_REPORT_VERSION, tier, stage, run, startedAt, durationMs, counts } as const;
  const withFailures = (kept: number): string => {
    const last: LastReport = {
      ...head,
      stores: Object.fromEntries(stores),
      failures: failed.slice(0, kept),
      omitted: failed.length - kept,
    };
    return JSON.stringify(last);
  };
  let kept = Math.min(failed.length, KEPT_MAX);
  while (kept > 0 && Buffer.byteLength(withFailures(kept)) > LAST_REPORT_BYTES_MAX) kept -= 1;
  return withFailures(kept);
}

function shorten({ subject, check, reason, unaffected, next }: Failed): KeptFailure {
  return { subject, check, reason: cut(reason), unaffected: cut(unaffected), next: cut(next) };
}

const cut = (text: string): string => (text.length > TEXT_LENGTH ? `${text.slice(0, TEXT_LENGTH)}…` : text);

const text = z.string().check(z.minLength(1));
const count = z.int().check(z.gte(0));
const counts = z.object({ passed: count, failed: count, skipped: count });
const lastReport = z.object({
  version: z.literal(LAST_REPORT_VERSION),
  tier: text,
  stage: text,
  run: text,
  startedAt: text,
  durationMs: z.number(),
  counts,
  stores: z.record(text, counts),
  failures: z.array(z.object({ subject: text, check: text, reason: text, unaffected: text, next: text })),
  omitted: count,
});

/**
 * Reads what {@link encodeLastReport} wrote. `source` names where from, for messages.
 * @throws {PolystoreError} DOCUMENT_INVALID
 */
export function decodeLastReport(written: string, source: string): LastReport {
  const parsed = lastReport.safeParse(parsedJson(written));
  if (parsed.success) return parsed.data;
  const issues = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; ');
  throw new PolystoreError('DOCUMENT_INVALID', `last report of ${source} can't be read: ${issues}`, {
    details: { document: 'smoke report', source },
    next: `This version reads last reports of version ${LAST_REPORT_VERSION}; use the version of the kit that is deployed.`,
  });
}

function parsedJson(written: string): unknown {
  try {
    return JSON.parse(written);
  } catch {
    return undefined;
  }
}
