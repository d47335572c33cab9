import { PolystoreError } from '../errors';
import { SsmLastReport, type LastReportSource } from '../sources/last-report';
import { invokeFunction, type FunctionInvoker } from '../sources/lambda-function';
import { decodeLastReport, type LastReport } from './last-report';
import type { SmokeReport } from './report';
import { decodeSmokeReport } from './report-codec';

export interface DeployedSmokeOptions {
  /** `/<tier>/<stage>`: the path of the tier's SSM parameters. */
  readonly prefix: string;
  /** @default - AWS Lambda, by the credentials and region of the environment */
  readonly invoke?: FunctionInvoker;
}

const PREFIX = /^\/([a-z][a-z0-9-]*)\/([A-Za-z][A-Za-z0-9-]*)$/;

/** Name of a deployed tier's smoke Lambda: `/blog/prod` has `blog-prod-smoke-test`. */
export function smokeFunctionName(prefix: string): string {
  const [, tier, stage] = PREFIX.exec(prefix) ?? [];
  if (tier !== undefined && stage !== undefined) return `${tier}-${stage}-smoke-test`;
  throw new PolystoreError('DOCUMENT_MISSING', `got the prefix ${JSON.stringify(prefix)}, allowed is /<tier>/<stage>`, {
    details: { document: 'deployed tier', source: prefix },
    next: 'Name the tier and stage that are deployed, as in /blog/prod.',
  });
}

/**
 * Has a deployed tier prove itself, from inside its own network, and returns its report.
 * @throws {PolystoreError} DOCUMENT_MISSING where no such tier is deployed, DOCUMENT_INVALID where what came back is no report
 */
export async function invokeDeployedSmoke({
  prefix,
  invoke = invokeFunction,
}: DeployedSmokeOptions): Promise<SmokeReport> {
  const name = smokeFunctionName(prefix);
  // A report is wanted, not an error: what failed is shown by whoever asked.
  return decodeSmokeReport(await invoke(name, { onFailure: 'report' }), `the Lambda ${name}`);
}

/**
 * Reads the report of a deployed tier's last proof, whoever asked for it, without proving anything.
 * @throws {PolystoreError} DOCUMENT_MISSING where no such tier is deployed or it was not proven yet, DOCUMENT_INVALID
 */
export async function readLastReport(
  prefix: string,
  source: LastReportSource = new SsmLastReport(prefix),
): Promise<LastReport> {
  const name = smokeFunctionName(prefix);
  return decodeLastReport(await source.read(), name);
}
