import { renderExceptions, runSmoke, smokeMetrics, type SmokeReport } from '../lib/smoke';
import { placementsOf, sourcesFromEnvironment } from '../lib/sources';

/** What a caller may say; anything else in an event, as a schedule's, is left. */
export interface SmokeTestEvent {
  /** `report`: a run with failures is returned like any other, for `polystore smoke --aws` and for deploying through an incident. @default 'throw' */
  readonly onFailure?: 'throw' | 'report';
  /** Stores to prove. @default - all */
  readonly only?: readonly string[];
}

/** What a deployment sends: the event is in the properties of a custom resource. */
export interface SmokeTestStep {
  readonly RequestType: 'Create' | 'Update' | 'Delete';
  readonly ResourceProperties: SmokeTestEvent;
}

/** The subset of a Lambda's context that is used. */
export interface SmokeTestContext {
  getRemainingTimeInMillis(): number;
}

/** Kept for the report: a run that is cut off tells nothing. */
const REPORTING_MS = 5_000;
/** CloudFormation takes 4 KB of a failed step, and the function's name comes before it. */
const MESSAGE_LENGTH = 2_000;
const PLAIN = { dim: String, green: String, red: String };

/**
 * Proves the tier that the environment names, logs the counts as metrics, and returns the report.
 * Throws where a check failed, or where the time ran out before all were made, unless the event says `report`.
 * Nothing is proven where a deployment deletes the step: the databases may be gone.
 */
export async function handler(
  request: SmokeTestEvent | SmokeTestStep = {},
  context?: SmokeTestContext,
): Promise<SmokeReport | undefined> {
  if ('RequestType' in request && request.RequestType === 'Delete') return undefined;
  const event = 'RequestType' in request ? request.ResourceProperties : request;
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
  const text = `${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped\n${renderExceptions(failed, PLAIN)}`;
  const error = new Error(
    text.length > MESSAGE_LENGTH
      ? `${text.slice(0, MESSAGE_LENGTH)}…\nThe whole report is in the function's log.`
      : text,
  );
  error.name = 'SmokeTestFailed';
  return error;
}
