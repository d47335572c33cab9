import { renderExceptions, runSmoke, smokeMetrics, type SmokeReport } from '../lib/smoke';
import { placementsOf, sourcesFromEnvironment } from '../lib/sources';

/** What a caller may say; anything else in an event, as a schedule's, is left. */
export interface SmokeTestEvent {
  /** `report`: a run with failures is returned like any other, for `polystore smoke --aws` and for deploying through an incident. @default 'throw' */
  readonly onFailure?: 'throw' | 'report';
  /** Stores to prove. @default - all */
  readonly only?: readonly string[];
}

/** The subset of a Lambda's context that is used. */
export interface SmokeTestContext {
  getRemainingTimeInMillis(): number;
}

/** Kept for the report: a run that is cut off tells nothing. */
const REPORTING_MS = 5_000;
const PLAIN = { dim: String, green: String, red: String };

/**
 * Proves the tier that the environment names, logs the counts as metrics, and returns the report.
 * Throws where a check failed, or where the time ran out before all were made, unless the event says `report`.
 */
export async function handler(event: SmokeTestEvent = {}, context?: SmokeTestContext): Promise<SmokeReport> {
  const { topology: source, secrets } = sourcesFromEnvironment(process.env);
  const topology = await source.read();
  const outOfTime = context && AbortSignal.timeout(Math.max(0, context.getRemainingTimeInMillis() - REPORTING_MS));
  const report = await runSmoke({
    topology,
    secrets,
    placementOf: placementsOf(topology),
    ...(event.only && { only: event.only }),
    ...(outOfTime && { signal: outOfTime }),
  });
  for (const line of [...smokeMetrics(report), { report }]) process.stdout.write(`${JSON.stringify(line)}\n`);
  if (event.onFailure !== 'report' && (report.counts.failed > 0 || outOfTime?.aborted)) throw failureOf(report);
  return report;
}

function failureOf({ counts, outcomes }: SmokeReport): Error {
  const failed = outcomes.filter(
    ({ status, ...rest }) => status === 'failed' || ('reason' in rest && rest.reason === 'interrupted'),
  );
  const error = new Error(
    `${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped\n${renderExceptions(failed, PLAIN)}`,
  );
  error.name = 'SmokeTestFailed';
  return error;
}
