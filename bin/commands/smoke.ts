import { dirname } from 'node:path';
import { FileSecrets, FileTopology, isSystemError, placementsOf, replaceFile } from '../../lib/sources';
import {
  encodeLastReport,
  invokeDeployedSmoke,
  readLastReport,
  renderLastReport,
  renderReport,
  runSmoke,
  type SmokeOptions as ProofOptions,
  type SmokeReport,
} from '../../lib/smoke';
import { describeEnded } from '../ended-servers';
import { EXIT_CODES, type ExitCode } from '../exit-code';
import { printJson } from '../json-output';
import { forSameTier } from '../same-tier';
import { painterFor, Steps } from '../terminal';
import {
  lastSmokeFileIn,
  openTier,
  secretsFileIn,
  tierDirectory,
  topologyFileIn,
  type TierOptions,
} from '../tier-context';

export interface SmokeOptions extends TierOptions {
  readonly topology?: string;
  readonly aws?: string;
  /** Given with `aws`, and only then. */
  readonly last?: true;
  readonly json?: true;
}

/** Proves a running tier; exit 1 where a check failed. */
export async function smoke(options: SmokeOptions): Promise<ExitCode> {
  if (options.aws !== undefined && options.last) return showLastReport(options.aws, options);
  const report = await new Steps(process.stderr).during((now) => {
    if (options.aws === undefined) return smokeHere(options, now);
    now(`its functions prove ${options.aws}`);
    return invokeDeployedSmoke({ prefix: options.aws });
  });
  if (options.json) printJson(report);
  else process.stdout.write(forSameTier(renderReport(report, painterFor(process.stdout)), options));
  return report.counts.failed > 0 ? EXIT_CODES.failed : EXIT_CODES.ok;
}

/** Prints how a deployed tier's last proof ended, and proves nothing; exit 1 where a check had failed. */
async function showLastReport(prefix: string, { json }: SmokeOptions): Promise<ExitCode> {
  const report = await readLastReport({ prefix });
  if (json) printJson(report);
  else process.stdout.write(renderLastReport(report, painterFor(process.stdout)));
  return report.counts.failed > 0 ? EXIT_CODES.failed : EXIT_CODES.ok;
}

async function smokeHere(options: SmokeOptions, now: (text: string) => void): Promise<SmokeReport> {
  const file = options.topology ?? topologyFileIn(tierDirectory(await openTier(options)));
  const report = await smokeTopologyFile(file, { onOutcome: countingOutcomes(now) });
  await keepLastSmoke(dirname(file), report);
  return report;
}

/** Says how many checks have ended. */
export function countingOutcomes(now: (text: string) => void): () => void {
  let ended = 0;
  return () => now(`${++ended} ${ended === 1 ? 'check' : 'checks'} made`);
}

/** For `status`. A disk that takes no more, as a proof may well find it, keeps nobody from reading what was found. */
async function keepLastSmoke(directory: string, report: SmokeReport): Promise<void> {
  await replaceFile(lastSmokeFileIn(directory), encodeLastReport(report)).catch((error: unknown) => {
    if (!isSystemError(error, 'ENOSPC') && !isSystemError(error, 'EACCES') && !isSystemError(error, 'EROFS'))
      throw error;
  });
}

/** Proves the tier that a topology file describes; its secrets stand beside it. */
export async function smokeTopologyFile(
  file: string,
  options: Pick<ProofOptions, 'signal' | 'onOutcome'> = {},
): Promise<SmokeReport> {
  const directory = dirname(file);
  const topology = await new FileTopology(file).read();
  const report = await runSmoke({
    topology,
    secrets: new FileSecrets(secretsFileIn(directory)),
    placementOf: placementsOf(topology),
    ...options,
  });
  return describeEnded(report, directory);
}
