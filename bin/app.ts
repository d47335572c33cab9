import { App } from 'aws-cdk-lib';
import { nearestName } from '../lib/definition/faults/nearest-name';
import { isPolystoreError, PolystoreError } from '../lib/errors';
import { exitCodeOf } from './exit-code';
import { openGuardedTier } from './guarded-tier';
import { writeRunbooks } from './runbook-copies';
import { startTemplateRules } from './template-rules';
import { DEFAULT_TIER_FILE } from './tier-context';

/**
 * The CDK app: `cdk synth -c stage=prod -c tier=path/to/other.config.ts`. Without a stage, the first of the tier file; without a tier file,
 * tier.config.ts of the working directory. `-c smoke=report` deploys through an incident: failed checks are told and fail nothing.
 */
async function main(): Promise<void> {
  const rules = startTemplateRules();
  const context = readContext();
  const stage = context('stage');
  const definition = await openGuardedTier({
    tier: context('tier') ?? DEFAULT_TIER_FILE,
    ...(stage === undefined ? {} : { stage }),
  });
  const smoke = context('smoke');
  if (smoke !== undefined && smoke !== 'throw' && smoke !== 'report') throw unknownSmoke(smoke);
  // Loaded while the rules get ready.
  const { createTierApp } = require('../lib/stacks') as typeof import('../lib/stacks');
  const { directory } = createTierApp({ definition, ...(rules && { rules }), ...(smoke && { smoke }) }).synth();
  writeRunbooks(directory, definition);
}

const unknownSmoke = (value: string): Error =>
  new PolystoreError('PROPERTY_INVALID', `-c smoke=${value}: allowed are throw and report`, {
    details: { path: 'context', property: 'smoke' },
    next: 'Leave it away to fail the deployment where a check fails, or say -c smoke=report to go on.',
  });

/** What may stand behind `-c`. */
const CONTEXT = ['stage', 'tier', 'smoke'] as const;

/**
 * Reads what the command line says after `-c`.
 * @throws {PolystoreError} PROPERTY_INVALID for a misspelt name, which would synthesize another stage or tier than was asked for
 */
function readContext(): (name: (typeof CONTEXT)[number]) => string | undefined {
  // An app of its own, never synthesized: the tier's can't be made before its definition is known.
  const given = new App({ autoSynth: false }).node.getAllContext() as Readonly<Record<string, unknown>>;
  for (const name of Object.keys(given)) {
    // Names of CDK's own have a colon or a slash.
    const meant = /[:/]/.test(name) ? undefined : nearestName(name, CONTEXT);
    if (meant !== undefined && meant !== name) throw misspelt(name, meant);
  }
  return (name) => (typeof given[name] === 'string' ? given[name] : undefined);
}

const misspelt = (name: string, meant: string): Error =>
  new PolystoreError('PROPERTY_INVALID', `-c ${name}: unknown, did you mean "${meant}"?`, {
    details: { path: 'context', property: name },
    next: `Say -c ${meant}=…; allowed are ${CONTEXT.join(', ')}.`,
  });

// The validator's WebAssembly is still being optimized in the background, and a process that ends by itself waits for that: a seventh of its time.
const end = (): void => process.exit();

main().then(end, (error: unknown) => {
  // A fault of the definition is the user's to mend: neither our stack trace nor CDK's source helps. So is a finding, which CDK has printed.
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  if (isPolystoreError(error) && error.next) process.stderr.write(`  next: ${error.next}\n`);
  process.exitCode = exitCodeOf(error);
});
