import { randomUUID } from 'node:crypto';
import { isPolystoreError, PolystoreError } from '../errors';
import { SsmLastReport, type LastReportSource } from '../sources/last-report';
import { invokeFunction, type FunctionInvoker } from '../sources/lambda-function';
import { SsmTopology } from '../sources/ssm-topology';
import type { TopologySource } from '../sources/topology-source';
import { familiesOf, familyOf, functionName, type StoreFamily, type Topology } from '../topology';
import { nextStepOf, type CheckName } from './check-name';
import { gatherReports } from './gather-reports';
import { listNames } from './list-names';
import { gatherLastReports, type DeployedLastReport } from './gathered-last-report';
import { decodeLastReport, type LastReport } from './last-report';
import type { Failed, SmokeReport } from './report';
import { decodeSmokeReport } from './report-codec';

export interface DeployedSmokeOptions {
  /** `/<tier>/<stage>`: the path of the tier's SSM parameters. */
  readonly prefix: string;
  /** Which stores there are, and so which functions. @default - the tier's SSM parameters, by the credentials and region of the environment */
  readonly topology?: TopologySource;
  /** @default - AWS Lambda, by the credentials and region of the environment */
  readonly invoke?: FunctionInvoker;
}

const PREFIX = /^\/([a-z][a-z0-9-]*)\/([A-Za-z][A-Za-z0-9-]*)$/;

/** Name of the function that proves a family's stores of a deployed tier: `/blog/prod` has `blog-prod-smoke-relational`. */
export function smokeFunctionName(prefix: string, family: StoreFamily): string {
  const [, tier, stage] = PREFIX.exec(prefix) ?? [];
  if (tier !== undefined && stage !== undefined) return functionName(tier, stage, `smoke-${family}`);
  throw new PolystoreError('DOCUMENT_MISSING', `got the prefix ${JSON.stringify(prefix)}, allowed is /<tier>/<stage>`, {
    details: { document: 'deployed tier', source: prefix },
    next: 'Name the tier and stage that are deployed, as in /blog/prod.',
  });
}

/**
 * Has a deployed tier prove itself, from inside its own network, and returns its report: each family of stores is proven by a function of its own,
 * all at once. Of a function that fails every store counts as failed, and hides no other's report.
 * @throws {PolystoreError} DOCUMENT_MISSING where no such tier is deployed; where no function answers with a report what the first one failed with,
 * as DOCUMENT_MISSING, DOCUMENT_INVALID or FUNCTION_FAILED
 */
export async function invokeDeployedSmoke({
  prefix,
  invoke = invokeFunction,
  topology: source = new SsmTopology(prefix),
}: DeployedSmokeOptions): Promise<SmokeReport> {
  checkPrefix(prefix);
  const topology = await source.read();
  const families = familiesOf(Object.values(topology.stores));
  const run = randomUUID();
  const answers = await Promise.allSettled(
    families.map(async (family) => {
      const name = smokeFunctionName(prefix, family);
      // A report is wanted, not an error: what failed is shown by whoever asked.
      return decodeSmokeReport(await invoke(name, { onFailure: 'report', run }), `the Lambda ${name}`);
    }),
  );
  const [first, ...others] = answers.flatMap((answer) => (answer.status === 'fulfilled' ? [answer.value] : []));
  if (first === undefined) throw answers.find((answer) => answer.status === 'rejected')?.reason;
  const proven = families.filter((_, index) => answers[index]?.status === 'fulfilled');
  const unproven = families.flatMap((family, index): readonly SmokeReport[] => {
    const answer = answers[index];
    return answer?.status === 'rejected'
      ? [{ ...first, outcomes: notProven(topology, { family, error: answer.reason, proven }) }]
      : [];
  });
  return gatherReports([first, ...others, ...unproven], Object.keys(topology.stores));
}

/** @throws {PolystoreError} DOCUMENT_MISSING */
const checkPrefix = (prefix: string): void => void smokeFunctionName(prefix, 'relational');

const IS_PROVEN: CheckName = 'is-proven';

/** What is known of stores whose function did not answer. */
function notProven(
  { stores }: Topology,
  {
    family,
    error,
    proven,
  }: { readonly family: StoreFamily; readonly error: unknown; readonly proven: readonly StoreFamily[] },
): readonly Failed[] {
  const own = Object.entries(stores).filter(([, store]) => familyOf(store) === family);
  const others = Object.entries(stores).filter(([, store]) => proven.includes(familyOf(store)));
  const next = isPolystoreError(error) ? error.next : undefined;
  return own.map(([store]) => ({
    status: 'failed',
    store,
    subject: store,
    check: IS_PROVEN,
    promise: 'The function that proves the store answers with its report.',
    durationMs: 0,
    evidence: {},
    reason: reasonOf(error),
    unaffected: `what other functions proved of ${listNames(others.map(([store]) => store))}`,
    next: next ?? nextStepOf(IS_PROVEN, 'aws'),
  }));
}

function reasonOf(error: unknown): string {
  if (isPolystoreError(error)) return `${error.code}: ${error.message}`;
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}

export interface LastReportOptions {
  /** `/<tier>/<stage>`: the path of the tier's SSM parameters. */
  readonly prefix: string;
  /** Of the tier's stores. @default - those of the topology that is deployed */
  readonly families?: readonly StoreFamily[];
  /** Where the last report of a family's stores is kept. @default - SSM, by the credentials and region of the environment */
  readonly reportOf?: (family: StoreFamily) => LastReportSource;
}

/**
 * Reads the reports of a deployed tier's last proofs, whoever asked for them, without proving anything.
 * @throws {PolystoreError} DOCUMENT_MISSING where no such tier is deployed or nothing of it was proven yet, DOCUMENT_INVALID
 */
export async function readLastReport({
  prefix,
  families,
  reportOf = (family) => new SsmLastReport(prefix, family),
}: LastReportOptions): Promise<DeployedLastReport> {
  checkPrefix(prefix);
  const wanted = families ?? familiesOf(Object.values((await new SsmTopology(prefix).read()).stores));
  const missing: unknown[] = [];
  const found = await Promise.all(
    wanted.map(async (family): Promise<readonly [StoreFamily, LastReport | undefined]> => {
      try {
        return [family, decodeLastReport(await reportOf(family).read(), smokeFunctionName(prefix, family))];
      } catch (error) {
        if (!isPolystoreError(error, 'DOCUMENT_MISSING')) throw error;
        missing.push(error);
        return [family, undefined];
      }
    }),
  );
  const gathered = gatherLastReports(found);
  if (gathered === undefined) throw missing[0];
  return gathered;
}
