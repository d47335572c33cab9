import { deploymentDepths, deploymentOrder, type SynthesizedStack } from '../guard';
import type { ResourceChange } from './resource-changes';

/** In which order stacks deploy, and what a deployment leaves behind. */
export interface Rollout {
  /** Stacks with a change; those of one step don't wait for each other. */
  readonly steps: readonly (readonly string[])[];
  /** Stacks that nothing synthesizes any more: no deployment deletes them. In an order in which they can be deleted. */
  readonly leftOver: readonly string[];
}

/** The rollout of a change. */
export function rolloutOf(
  before: readonly SynthesizedStack[],
  after: readonly SynthesizedStack[],
  changes: readonly ResourceChange[],
): Rollout {
  const touched = new Set(changes.map(({ stack }) => stack));
  const depths = deploymentDepths(after);
  const steps = new Map<number, string[]>();
  for (const { name } of after) {
    if (!touched.has(name)) continue;
    const depth = depths.get(name) ?? 0;
    steps.set(depth, [...(steps.get(depth) ?? []), name]);
  }
  const remaining = new Set(after.map(({ name }) => name));
  return {
    steps: [...steps].sort(([a], [b]) => a - b).map(([, stacks]) => stacks),
    leftOver: deploymentOrder(before)
      .filter((name) => !remaining.has(name))
      .reverse(),
  };
}
