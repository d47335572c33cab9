import { estimateTier, renderCost } from '../../lib/cost';
import { EXIT_CODES, type ExitCode } from '../exit-code';
import { printJson } from '../json-output';
import { openTier, type TierOptions } from '../tier-context';

export interface CostOptions extends TierOptions {
  readonly json?: true;
}

/** Prints what the stage costs a month on AWS, as far as prices are known. It asks nobody: prices come with the kit, dated. */
export async function cost(options: CostOptions): Promise<ExitCode> {
  const estimate = estimateTier(await openTier(options));
  if (options.json) printJson(estimate);
  else process.stdout.write(renderCost(estimate));
  return EXIT_CODES.ok;
}
