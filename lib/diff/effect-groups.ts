import type { DefinitionChange } from './definition-changes';
import type { ResourceChange } from './resource-changes';
import type { PartDiff } from './stage-diff';
import type { UpdateEffect } from './update-effect';

/** Resources that the same thing happens to for the same cause. */
export interface EffectGroup {
  readonly effect: Exclude<UpdateEffect, 'updated'>;
  /** `DBInstanceClass db.r8g.large → db.r8g.xlarge`. */
  readonly cause: string;
  /** Within their stacks: `Postgres/Primary`. */
  readonly resources: readonly string[];
}

/** What a client of a part notices, with the property that causes it; the worst first. */
export function effectGroups({ changes }: PartDiff): readonly EffectGroup[] {
  const groups = new Map<string, EffectGroup>();
  for (const change of changes) {
    for (const { effect, ...cause } of change.properties) {
      if (effect === 'updated') continue;
      const text =
        cause.through === undefined
          ? `${cause.property} ${cause.before} → ${cause.after}`
          : `${cause.property}, which names what is replaced`;
      const key = `${effect} ${text}`;
      const others = groups.get(key)?.resources ?? [];
      groups.set(key, { effect, cause: text, resources: [...others, placeOf(change)] });
    }
  }
  return WORST_FIRST.flatMap((effect) => [...groups.values()].filter((group) => group.effect === effect));
}

const WORST_FIRST: readonly EffectGroup['effect'][] = ['replaced', 'interrupted', 'waits for a reboot'];

/** `3 created, 1 removed, 2 updated without interruption`. */
export function countChanges(changes: readonly ResourceChange[]): string {
  const counts = [
    ['created', 'created'],
    ['removed', 'removed'],
    ['updated', 'updated without interruption'],
  ] as const;
  return counts
    .map(([effect, words]) => [changes.filter((change) => change.effect === effect).length, words] as const)
    .filter(([count]) => count > 0)
    .map(([count, words]) => `${count} ${words}`)
    .join(', ');
}

/** `class r8g.large → r8g.xlarge`, `replicas.r3 new`, `replicas.r3 gone`. */
export function describeDefinition({ path, before, after }: DefinitionChange): string {
  if (before === undefined) return after === 'new' ? `${path} new` : `${path} ${after ?? ''}`;
  if (after === undefined) return `${path} gone`;
  return `${path} ${before} → ${after}`;
}

/** The first few of many, and how many there are beyond. */
export function firstOf(names: readonly string[], shown = 3): string {
  const rest = names.length - shown;
  return `${names.slice(0, shown).join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`;
}

/** `1 stack`, `23 resources`. */
export const countOf = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`;

const placeOf = ({ stack, resource }: ResourceChange): string => resource.slice(stack.length + 1);
