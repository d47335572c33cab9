import { encodeLastReport } from '../../lib/smoke/last-report';
import { smokeMetrics } from '../../lib/smoke/metrics';
import { proveStores, type ProvesStores } from '../../lib/smoke/prove-stores';
import type { Outcome, SmokeReport } from '../../lib/smoke/report';
import { renderExceptions } from '../../lib/smoke/report-text';
import { lastReportFromEnvironment, topologyFromEnvironment } from '../../lib/sources/tier-sources';
import type { StoreFamily, Topology } from '../../lib/topology';
import { answerTo, isStep, telling, type DeploymentStep, type StepAnswer } from './deployment-step';
import { patienceMs } from './patience';
import { outOfTime, type FunctionContext } from './remaining-time';

/** What a caller may say; anything else in an event, as a schedule's, is left. */
export interface SmokeTestEvent {
  /** `report`: a run with failures is returned like any other, for `polystore smoke --aws` and for deploying through an incident. @default 'throw' */
  readonly onFailure?: 'throw' | 'report';
  /** Stores to prove. @default - all of the function's family */
  readonly only?: readonly string[];
  /** What the run is called, where several functions are asked at once. @default - a name of its own */
  readonly run?: string;
}

/** CloudFormation takes 4 KB of a failed step, and the function's name comes before it. */
const MESSAGE_LENGTH = 2_000;
const PLAIN = { dim: String, green: String, red: String };

type SmokeTestHandler = (
  request?: SmokeTestEvent | DeploymentStep<SmokeTestEvent>,
  context?: FunctionContext,
) => Promise<SmokeReport | StepAnswer>;

/**
 * A function that proves the stores of one family of the tier that the environment names, logs the counts as metrics and the report, keeps it as the
 * family's last one, and returns it. Throws where a check failed, or where the time ran out before all were made, unless the event says `report`.
 * Nothing is proven where a deployment deletes the step: the stores may be gone.
 */
export function smokeTest(family: StoreFamily, provesOf: (topology: Topology) => ProvesStores): SmokeTestHandler {
  const name = `smoke-${family}`;
  return async (request = {}, context) => {
    const prove = (event: SmokeTestEvent) => telling(() => proveFamily(family, provesOf, event, outOfTime(context)));
    if (!isStep(request)) return prove(request);
    if (request.RequestType === 'Delete') return answerTo(request, name);
    const { run, counts } = await prove(request.ResourceProperties);
    return answerTo(request, name, {
      Run: run,
      Passed: counts.passed,
      Failed: counts.failed,
      Skipped: counts.skipped,
    });
  };
}

async function proveFamily(
  family: StoreFamily,
  provesOf: (topology: Topology) => ProvesStores,
  { onFailure, only, run }: SmokeTestEvent,
  end: AbortSignal | undefined,
): Promise<SmokeReport> {
  const topology = await topologyFromEnvironment(process.env).read();
  const lastReport = lastReportFromEnvironment(process.env, family);
  const deadlineMs = patienceMs(process.env);
  const report = await proveStores(
    {
      topology,
      ...(deadlineMs && { deadlineMs }),
      ...(only && { only }),
      ...(run && { run }),
      ...(end && { signal: end }),
    },
    provesOf(topology),
  );
  // Of a part of the family is no report of the family.
  const notKept = only ? undefined : await lastReport?.keep(encodeLastReport(report)).then(nothing, reasonOf);
  if (notKept) log({ lastReport: 'not kept', reason: notKept });
  for (const line of [...smokeMetrics(report), { report }]) log(line);
  const cutOff = report.outcomes.filter(isCutOff);
  if (onFailure !== 'report' && report.counts.failed + cutOff.length > 0) throw failureOf(report, cutOff);
  return report;
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
