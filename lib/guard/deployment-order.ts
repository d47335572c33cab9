import type { SynthesizedStack } from './synthesized-stack';

/** How many stacks must be deployed before each, on the longest way. */
export function deploymentDepths(stacks: readonly SynthesizedStack[]): ReadonlyMap<string, number> {
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

/** Names of stacks in an order in which they deploy; backwards it is one in which they can be deleted. */
export function deploymentOrder(stacks: readonly SynthesizedStack[]): readonly string[] {
  const depths = deploymentDepths(stacks);
  return stacks.map(({ name }) => name).sort((a, b) => (depths.get(a) ?? 0) - (depths.get(b) ?? 0));
}
