import type { Topology } from '../topology';
import type { Evidence } from './check';

/** Version of the report's JSON; a reader refuses any other. */
export const SMOKE_REPORT_VERSION = 1;

/** What a run of the smoke test found: as JSON, the answer of the deployed Lambda and of `polystore smoke --json`. */
export interface SmokeReport {
  readonly version: typeof SMOKE_REPORT_VERSION;
  readonly tier: string;
  readonly stage: string;
  readonly world: Topology['world'];
  /** Unique to the run. */
  readonly run: string;
  /** ISO 8601. */
  readonly startedAt: string;
  readonly durationMs: number;
  readonly counts: SmokeCounts;
  /** In the order of the topology's stores; every check of a run is here, whatever its outcome. */
  readonly outcomes: readonly Outcome[];
}

export interface SmokeCounts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

interface OutcomeOf<Status extends keyof SmokeCounts> {
  readonly status: Status;
  readonly store: string;
  /** What was looked at: `main`, `main/r1`, `posts/s0`, `main as users`. */
  readonly subject: string;
  /** Name of the check. */
  readonly check: string;
  readonly promise: string;
  readonly durationMs: number;
}

export interface Passed extends OutcomeOf<'passed'> {
  readonly evidence: Evidence;
}

export interface Failed extends OutcomeOf<'failed'> {
  readonly reason: string;
  readonly evidence: Evidence;
  /** What still works. */
  readonly unaffected: string;
  /** What to do next, one sentence. */
  readonly next: string;
  /** What else is known, a line each: how the process of a local server ended. Absent where nothing is. */
  readonly notes?: readonly string[];
}

export interface Skipped extends OutcomeOf<'skipped'> {
  readonly reason: string;
}

export type Outcome = Passed | Failed | Skipped;

/** How many outcomes there are of each status. */
export function countOutcomes(outcomes: readonly Pick<Outcome, 'status'>[]): SmokeCounts {
  const count = (status: keyof SmokeCounts): number => outcomes.filter((outcome) => outcome.status === status).length;
  return { passed: count('passed'), failed: count('failed'), skipped: count('skipped') };
}
