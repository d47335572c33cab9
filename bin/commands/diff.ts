import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { estimateTier } from '../../lib/cost';
import { loadStages, type TierDefinition } from '../../lib/definition';
import {
  diffStage,
  renderDiffPage,
  renderStageDiff,
  stageOfStack,
  type StageDiff,
  type StageSide,
} from '../../lib/diff';
import { isPolystoreError, PolystoreError } from '../../lib/errors';
import { readSynthesizedStacks } from '../../lib/guard';
import { EXIT_CODES, type ExitCode } from '../exit-code';
import { checkOutTierFile } from '../git-tier-file';
import { printJson } from '../json-output';
import { synthesizeStages } from '../synthesized-stages';
import { painterFor, Steps } from '../terminal';
import { openTier, type TierOptions } from '../tier-context';

export interface DiffOptions extends TierOptions {
  /** A commit, or a directory that `cdk synth` wrote. */
  readonly base: string;
  readonly markdown?: true;
  readonly json?: true;
}

/** Version of what `--json` prints. */
const JSON_VERSION = 1;

/** Prints what the working tier file changes against a base, stage by stage. Says what would be lost, and leaves the judgement to `guard`. */
export async function diff(options: DiffOptions): Promise<ExitCode> {
  const definitions = await definitionsOf(options);
  const [{ name }] = definitions;
  const { before, after } = await new Steps(process.stderr).during(async (now) => {
    now(`the stages of ${options.base} are synthesized`);
    const base = await readBase(options);
    now(`the stages of ${options.tier} are synthesized`);
    return { before: base, after: await sidesOf(definitions) };
  });
  const stages = stagesOf(before, after, options).map((stage) =>
    diffStage(stage, before[stage] ?? NOTHING, after[stage] ?? NOTHING),
  );
  if (options.json) printJson({ version: JSON_VERSION, tier: name, base: options.base, stages });
  else process.stdout.write(render(name, stages, options));
  return EXIT_CODES.ok;
}

type Sides = Readonly<Record<string, StageSide>>;

const NOTHING: StageSide = { stacks: [] };

function render(tier: string, stages: readonly StageDiff[], { base, markdown }: DiffOptions): string {
  if (markdown) return renderDiffPage(tier, base, stages);
  const painter = painterFor(process.stdout);
  return stages.map((stage) => renderStageDiff(stage, `${tier}/${stage.stage} against ${base}`, painter)).join('\n');
}

/** A synthesized base may hold some stages only: the others have nothing to be compared with. */
function stagesOf(before: Sides, after: Sides, { base, stage }: DiffOptions): readonly string[] {
  const known = isSynthesized(base) ? Object.keys(before) : [...Object.keys(after), ...Object.keys(before)];
  return [...new Set(known)].filter((name) => stage === undefined || name === stage);
}

async function readBase(options: DiffOptions): Promise<Sides> {
  if (isSynthesized(options.base)) return readSynthesized(options.base);
  const committed = await checkOutTierFile(options.tier, options.base);
  try {
    return committed.file === undefined ? {} : await sidesOf(await loadStages(committed.file), options.stage);
  } catch (error) {
    if (!isPolystoreError(error)) throw error;
    const { code, message, details } = error;
    throw new PolystoreError(code, committed.asCommitted(message), {
      details,
      next: 'The base can’t be read by this version of the kit: name another commit with --base, or a directory that `cdk synth` wrote.',
      cause: error,
    });
  } finally {
    await committed.remove();
  }
}

const isSynthesized = (base: string): boolean => existsSync(join(base, 'manifest.json'));

function readSynthesized(directory: string): Sides {
  const sides: Record<string, StageSide> = {};
  for (const stack of readSynthesizedStacks(directory)) {
    const stage = stageOfStack(stack);
    if (stage !== undefined) sides[stage] = { stacks: [...(sides[stage]?.stacks ?? []), stack] };
  }
  return sides;
}

async function sidesOf(definitions: readonly TierDefinition[], stage?: string): Promise<Sides> {
  const wanted = definitions.filter((definition) => stage === undefined || definition.stage.name === stage);
  const synthesized = await synthesizeStages(wanted);
  return Object.fromEntries(
    wanted.map((definition): [string, StageSide] => [
      definition.stage.name,
      { stacks: synthesized[definition.stage.name] ?? [], definition, cost: estimateTier(definition) },
    ]),
  );
}

async function definitionsOf({ tier, stage }: TierOptions): Promise<readonly [TierDefinition, ...TierDefinition[]]> {
  return stage === undefined ? loadStages(tier) : [await openTier({ tier, stage })];
}
