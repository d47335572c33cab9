import { BASELINE_VERSION, type Baseline, type Decision, type StageBaseline } from './baseline';
import { compareWithBaseline, type StageComparison } from './compare-with-baseline';
import { deploymentOrder } from './deployment-order';
import { SCHEMA_SOURCE } from './resource-schemas';
import type { SynthesizedStack } from './synthesized-stack';
import { sentenceOf } from './verdict';

/** A stage against its baseline, and which of its stacks it was made of then and is made of now. */
export interface GuardedStage extends StageComparison {
  /** Names of its stacks, in an order in which they deploy. */
  readonly stacks: readonly string[];
  /** Stacks of the baseline that nothing synthesizes any more: no deployment deletes them. In an order in which they can be deleted. */
  readonly leftOver: readonly string[];
}

/** Synthesized stacks by stage. */
export type StagesAsSynthesized = Readonly<Record<string, readonly SynthesizedStack[]>>;

/**
 * Compares stages with a baseline, each with its own part; a stage that the baseline lacks, or has no baseline at all, loses nothing. Pure.
 *
 * `covers`: `every stage` where `stages` holds all of the tier file's, so that one that the baseline has and the tier file lacks is gone with all that
 * it holds.
 */
export function guardStages(
  baseline: Baseline | undefined,
  stages: StagesAsSynthesized,
  covers: 'every stage' | 'these stages',
): readonly GuardedStage[] {
  const known = baseline?.stages ?? {};
  const gone = covers === 'every stage' ? Object.keys(known).filter((stage) => !(stage in stages)) : [];
  return [...Object.entries(stages), ...gone.map((stage) => [stage, []] as const)].map(([stage, stacks]) => {
    const hasSameSchemas = baseline?.schemas === SCHEMA_SOURCE;
    const names = deploymentOrder(stacks);
    const leftOver = (baseline?.stacks?.[stage] ?? []).filter((name) => !names.includes(name)).reverse();
    return { ...compareWithBaseline(known[stage] ?? {}, stacks, { stage, hasSameSchemas }), stacks: names, leftOver };
  });
}

export interface AcceptOptions {
  readonly tier: string;
  readonly reason: string;
  /** ISO 8601, UTC. */
  readonly at: string;
}

/**
 * The baseline after somebody accepted how stages are now: their new contents, and the decision, with what was lost by it. A stage that the
 * comparisons leave out stays as it was. Pure.
 */
export function acceptStages(
  baseline: Baseline | undefined,
  comparisons: readonly GuardedStage[],
  { tier, reason, at }: AcceptOptions,
): Baseline {
  const decisions = comparisons.flatMap(({ stage, verdicts }): readonly Decision[] => {
    const isFirst = baseline?.stages[stage] === undefined;
    if (!isFirst && verdicts.length === 0) return [];
    return [{ at, reason, stage, accepted: isFirst ? ['first baseline'] : verdicts.map(sentenceOf) }];
  });
  const stages: Record<string, StageBaseline> = { ...baseline?.stages };
  const stacks: Record<string, readonly string[]> = { ...baseline?.stacks };
  for (const { stage, now, stacks: names } of comparisons) {
    if (Object.keys(now).length > 0) stages[stage] = now;
    else delete stages[stage];
    if (names.length > 0) stacks[stage] = names;
    else delete stacks[stage];
  }
  return {
    version: BASELINE_VERSION,
    tier,
    schemas: SCHEMA_SOURCE,
    decisions: [...(baseline?.decisions ?? []), ...decisions],
    stages,
    stacks,
  };
}
