import type { SynthesizedStack } from '../guard';
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
  const depths = depthsOf(after);
  const steps = new Map<number, string[]>();
  for (const { name } of after) {
    if (!touched.has(name)) continue;
    const depth = depths.get(name) ?? 0;
    steps.set(depth, [...(steps.get(depth) ?? []), name]);
  }
  const remaining = new Set(after.map(({ name }) => name));
  const oldDepths = depthsOf(before);
  return {
    steps: [...steps].sort(([a], [b]) => a - b).map(([, stacks]) => stacks),
    // Of those that need no other the later goes first: what watches a store goes before the store.
    leftOver: before
      .map(({ name }) => name)
      .filter((name) => !remaining.has(name))
      .reverse()
      .sort((a, b) => (oldDepths.get(b) ?? 0) - (oldDepths.get(a) ?? 0)),
  };
}

/** How many stacks must be deployed before each, on the longest way. */
function depthsOf(stacks: readonly SynthesizedStack[]): ReadonlyMap<string, number> {
  const byName = new Map(stacks.map((stack) => [stack.name, stack]));
  const depths = new Map<string, number>();
  const depthOf = (name: string): number => {
    const known = depths.get(name);
    if (known !== undefined) return known;
    const before = byName.get(name)?.dependencies ?? [];
    const depth = before.length === 0 ? 0 : 1 + Math.max(...before.map(depthOf));
    depths.set(name, depth);
    return depth;
  };
  for (const { name } of stacks) depthOf(name);
  return depths;
}
