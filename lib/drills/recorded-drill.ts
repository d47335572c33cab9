import type { RecordedDrill } from '../runbooks/drill-record';
import type { DrillReport } from './drill-report';

/** A report as it is kept for others, who read in a runbook how long its situation lasts; undefined where it did not pass, and tells them nothing. */
export function recordedDrill(report: DrillReport, kit: string): RecordedDrill | undefined {
  const { drill, passed, startedAt, tier, stage, store, times, facts } = report;
  const { detectMs, mitigateMs, recoverMs } = times;
  if (!passed || detectMs === undefined || mitigateMs === undefined || recoverMs === undefined) return undefined;
  return {
    heldAt: startedAt,
    command: `npx polystore drill ${drill}`,
    kit,
    tier,
    stage,
    store,
    times: { detectMs, mitigateMs, recoverMs },
    facts,
  };
}
