import { replacingProperties } from './resource-schemas';
import { nameOfResource, type StackIndex } from './stack-index';
import { valueText } from './value-text';

/** A resource that is replaced because a create-only property of it names another that is. */
export interface InheritedReplacement {
  readonly property: string;
  /** The property's text, which stays the same: see {@link valueText}. */
  readonly text: string;
  /** What a person calls the resource that the property names. */
  readonly through: string;
}

/**
 * What is replaced along with `replaced`, over as many references as it takes; by key. A subnet group that is replaced takes its databases
 * with it, and these their replicas, though nothing of their own changes.
 */
export function inheritedReplacements(
  replaced: Iterable<string>,
  index: StackIndex,
): ReadonlyMap<string, InheritedReplacement> {
  const all = new Set(replaced);
  const inherited = new Map<string, InheritedReplacement>();
  if (all.size === 0) return inherited;
  const references = createOnlyReferences(index);
  // A Set visits what is added to it while it is walked.
  for (const key of all) {
    const named = index.resources.get(key);
    if (named === undefined) continue;
    for (const { from, property, text } of references.get(key) ?? []) {
      if (all.has(from)) continue;
      all.add(from);
      inherited.set(from, { property, text, through: nameOfResource(named) });
    }
  }
  return inherited;
}

interface Reference {
  /** Key of the resource that has the property. */
  readonly from: string;
  readonly property: string;
  readonly text: string;
}

/** Who names a resource in a create-only property, by the key of the named. */
function createOnlyReferences(index: StackIndex): ReadonlyMap<string, readonly Reference[]> {
  const found = new Map<string, Reference[]>();
  for (const { key, stack, resource } of index.resources.values()) {
    for (const property of replacingProperties(resource.Type)) {
      const value = resource.Properties?.[property];
      if (typeof value !== 'object') continue;
      const { text, refersTo } = valueText(value, stack, index);
      for (const to of refersTo) {
        const others = found.get(to) ?? [];
        others.push({ from: key, property, text });
        found.set(to, others);
      }
    }
  }
  return found;
}
