import {
  decodeStoragePromises,
  encodeLastReport,
  renderExceptions,
  runSmoke,
  smokeMetrics,
  type Outcome,
  type SmokeOptions,
  type SmokeReport,
} from '../lib/smoke';
import { placementsOf, sourcesFromEnvironment } from '../lib/sources';
import { describeRdsServers } from '../lib/sources/rds-servers';
import { answerTo, isStep, telling, type DeploymentStep, type StepAnswer } from './step/deployment-step';
import { patienceMs } from './step/patience';
import { outOfTime, type FunctionContext } from './step/remaining-time';

/** What a caller may say; anything else in an event, as a schedule's, is left. */
export interface SmokeTestEvent {
  /** `report`: a run with failures is returned like any other, for `polystore smoke --aws` and for deploying through an incident. @default 'throw' */
  readonly onFailure?: 'throw' | 'report';
  /** Stores to prove. @default - all */
  readonly only?: readonly string[];
}

/** CloudFormation takes 4 KB of a failed step, and the function's name comes before it. */
const MESSAGE_LENGTH = 2_000;
const PLAIN = { dim: String, green: String, red: String };
const NAME = 'smoke-test';

/**
 * Proves the tier that the environment names, logs the counts as metrics and the report, keeps it as the last one, and returns it.
 * Throws where a check failed, or where the time ran out before all were made, unless the event says `report`.
 * Nothing is proven where a deployment deletes the step: the databases may be gone.
 */
export async function handler(
  request: SmokeTestEvent | DeploymentStep<SmokeTestEvent> = {},
  context?: FunctionContext,
): Promise<SmokeReport | StepAnswer> {
  if (!isStep(request)) return telling(() => prove(request, context));
  if (request.RequestType === 'Delete') return answerTo(request, NAME);
  const { run, counts } = await telling(() => prove(request.ResourceProperties, context));
  return answerTo(request, NAME, { Run: run, Passed: counts.passed, Failed: counts.failed, Skipped: counts.skipped });
}

async function prove(event: SmokeTestEvent, context: FunctionContext | undefined): Promise<SmokeReport> {
  const { topology: source, secrets, lastReport } = sourcesFromEnvironment(process.env);
  const end = outOfTime(context);
  const topology = await source.read();
  const deadlineMs = patienceMs(process.env);
  const report = await runSmoke({
    topology,
    secrets,
    placementOf: placementsOf(topology),
    ...(deadlineMs && { deadlineMs }),
    ...storageFromEnvironment(process.env),
    ...(event.only && { only: event.only }),
    ...(end && { signal: end }),
  });
  // Of a part of the tier is no report of the tier.
  const notKept = event.only ? undefined : await lastReport?.keep(encodeLastReport(report)).then(nothing, reasonOf);
  if (notKept) log({ lastReport: 'not kept', reason: notKept });
  for (const line of [...smokeMetrics(report), { report }]) log(line);
  const cutOff = report.outcomes.filter(isCutOff);
  if (event.onFailure !== 'report' && report.counts.failed + cutOff.length > 0) throw failureOf(report, cutOff);
  return report;
}

/** What the deployment promises of storage, where it paid for a way to ask RDS. */
function storageFromEnvironment({ POLYSTORE_STORAGE: text }: NodeJS.ProcessEnv): Pick<SmokeOptions, 'storage'> {
  if (!text) return {};
  return { storage: { stores: decodeStoragePromises(text, 'POLYSTORE_STORAGE'), describe: describeRdsServers } };
}

const log = (line: object): boolean => process.stdout.write(`${JSON.stringify(line)}\n`);
const nothing = (): undefined => undefined;
const reasonOf = (error: unknown): string =>
  error instanceof Error ? `${error.name}: ${error.message}` : String(error);

const isCutOff = (outcome: Outcome): boolean => outcome.status === 'skipped' && outcome.reason === 'interrupted';

function failureOf({ counts, outcomes }: SmokeReport, cutOff: readonly Outcome[]): Error {
  const failed = outcomes.filter((outcome) => outcome.status === 'failed');
  const why =
    cutOff.length > 0
      ? `the function's time ran out before ${cutOff.length} of ${outcomes.length} checks were made\n`
      : '';
  const text = `${why}${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped\n${renderExceptions([...failed, ...cutOff], PLAIN)}`;
  const error = new Error(
    text.length > MESSAGE_LENGTH
      ? `${text.slice(0, MESSAGE_LENGTH)}…\nThe whole report is in the function's log.`
      : text,
  );
  error.name = 'SmokeTestFailed';
  return error;
}
