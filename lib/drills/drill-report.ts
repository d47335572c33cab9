import type { DrillTimes } from '../runbooks/drill-record';
import type { SmokeCounts } from '../smoke';
import type { DrillName } from './drill';
import type { DrillFact, DrillStep } from './rehearsal';

/** Version of the report's JSON. */
export const DRILL_REPORT_VERSION = 1;

/** How a drill went: as JSON, what `polystore drill --json` prints and what is kept of the last one. */
export interface DrillReport {
  readonly version: typeof DRILL_REPORT_VERSION;
  readonly drill: DrillName;
  readonly runbook: string;
  readonly tier: string;
  readonly stage: string;
  readonly store: string;
  /** `own`: a tier that was started for the drill. `running`: the one that is up here. */
  readonly on: 'own' | 'running';
  /** ISO 8601. */
  readonly startedAt: string;
  /** Whether clients were served again, the smoke test proved it, and nothing was left behind. */
  readonly passed: boolean;
  readonly times: DrillTimes;
  /** What was measured besides: `lostWrites`, `connectionsOpened`. */
  readonly facts: Readonly<Record<string, DrillFact>>;
  readonly steps: readonly DrillStep[];
  readonly smoke: { readonly before: SmokeCounts; readonly after: SmokeCounts };
  /** What failed afterwards, `subject check: reason`. */
  readonly failures: readonly string[];
  /** What could not be undone, in words; on a tier of its own nothing, since that is deleted. */
  readonly leftBehind: readonly string[];
}
