import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TierDefinition } from '../lib/definition';
import { readSynthesizedStacks, type SynthesizedStack } from '../lib/guard';

/** Synthesizes each definition and returns its stacks by stage; nothing is left on the disk. Offline, and without an account. */
export async function synthesizeStages(
  definitions: readonly TierDefinition[],
): Promise<Readonly<Record<string, readonly SynthesizedStack[]>>> {
  const directory = await mkdtemp(join(tmpdir(), 'polystore-synth-'));
  try {
    return Object.fromEntries(
      definitions.map((definition) => [
        definition.stage.name,
        synthesize(definition, join(directory, definition.stage.name)),
      ]),
    );
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

function synthesize(definition: TierDefinition, outdir: string): readonly SynthesizedStack[] {
  // The CDK is loaded where it is needed: it takes its time.
  const { createTierApp } = require('../lib/stacks') as typeof import('../lib/stacks');
  const validation = process.env['CDK_VALIDATION'];
  // What is compared are templates; `cdk synth` and `polystore prove` judge them by CloudFormation's rules, which takes as long again.
  process.env['CDK_VALIDATION'] = 'false';
  try {
    createTierApp({ definition, outdir }).synth();
  } finally {
    if (validation === undefined) delete process.env['CDK_VALIDATION'];
    else process.env['CDK_VALIDATION'] = validation;
  }
  return readSynthesizedStacks(outdir);
}
