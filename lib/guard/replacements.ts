import { contentsOf, fateUnder } from './loss';
import { keptResources, nameOfKept, type KeptResource, type Sides } from './kept-resource';
import { replacingProperties, schemaOf } from './resource-schemas';
import { nameOfResource, type StackIndex } from './stack-index';
import { valueText } from './value-text';
import type { Verdict } from './verdict';

/** A create-only property that changes, or that names a resource which is replaced. */
interface Cause {
  readonly property: string;
  readonly before: string;
  readonly after: string;
  /** The replaced resource that the property names, where its own text stays the same. */
  readonly through?: string;
}

const NOTHING = 'nothing';

/**
 * Stateful resources that CloudFormation would replace: by a create-only property of their own, or because such a property names another
 * resource that is replaced, over as many resources as it takes.
 */
export function findReplacements(
  sides: Sides,
  index: StackIndex,
  { hasSameSchemas }: { readonly hasSameSchemas: boolean },
): readonly Verdict[] {
  const before = keptResources(sides.before);
  const now = keptResources(sides.now);
  const causes = new Map<string, readonly Cause[]>();
  for (const [key, resource] of now) {
    const old = before.get(key);
    const own = old === undefined ? [] : ownCauses(old, resource, hasSameSchemas);
    if (own.length > 0) causes.set(key, own);
  }
  spread(causes, index);
  return [...causes].flatMap(([key, found]) => {
    const [old, resource] = [before.get(key), now.get(key)];
    if (old === undefined || resource === undefined) return [];
    return found.map((cause) => verdictOf(sides.stage, old, resource, cause));
  });
}

function ownCauses(old: KeptResource, resource: KeptResource, hasSameSchemas: boolean): readonly Cause[] {
  if (old.type !== resource.type) return [{ property: 'Type', before: old.type, after: resource.type }];
  const properties = new Set([...Object.keys(old.createOnly), ...Object.keys(resource.createOnly)]);
  return [...properties].flatMap((property) => {
    const [was, is] = [old.createOnly[property], resource.createOnly[property]];
    if (was === is || (was === undefined && !hasSameSchemas)) return [];
    return [{ property, before: was ?? NOTHING, after: is ?? NOTHING }];
  });
}

/** Adds to the causes every resource whose create-only properties name one that is replaced. */
function spread(causes: Map<string, readonly Cause[]>, index: StackIndex): void {
  if (causes.size === 0) return;
  const namedBy = createOnlyReferences(index);
  // A Map visits what is added to it while it is walked.
  for (const key of causes.keys()) {
    const replaced = index.resources.get(key);
    if (replaced === undefined) continue;
    for (const { from, property, text } of namedBy.get(key) ?? []) {
      if (causes.has(from)) continue;
      causes.set(from, [{ property, before: text, after: text, through: nameOfResource(replaced) }]);
    }
  }
}

interface Reference {
  /** Key of the resource that has the property. */
  readonly from: string;
  readonly property: string;
  readonly text: string;
}

/** Who names a resource in a create-only property, by the key of the named. */
function createOnlyReferences({ resources, ...index }: StackIndex): ReadonlyMap<string, readonly Reference[]> {
  const found = new Map<string, Reference[]>();
  for (const { key, stack, resource } of resources.values()) {
    for (const property of replacingProperties(resource.Type)) {
      const value = resource.Properties?.[property];
      if (typeof value !== 'object') continue;
      const { text, refersTo } = valueText(value, stack, { resources, ...index });
      for (const to of refersTo) found.set(to, [...(found.get(to) ?? []), { from: key, property, text }]);
    }
  }
  return found;
}

function verdictOf(stage: string, old: KeptResource, resource: KeptResource, cause: Cause): Verdict {
  const { property, before, after, through } = cause;
  return {
    kind: 'replacement',
    stage,
    stack: resource.stack,
    logicalId: resource.logicalId,
    type: resource.type,
    resource: nameOfKept(resource),
    change:
      through === undefined
        ? `${property} ${before} → ${after}`
        : `${property} names ${through}, which would be replaced`,
    property,
    before,
    after,
    lost: contentsOf(old),
    fate: fateOf(old, resource),
    next:
      through === undefined
        ? `Take the change of ${property} back, or put a new store beside this one and move the data before this one goes.`
        : `Take back what replaces ${through}.`,
  };
}

/** What becomes of the old resource. One that keeps a name of its own blocks its successor. */
function fateOf(old: KeptResource, resource: KeptResource): string {
  const nameProperty = schemaOf(resource.type)?.name ?? '';
  const name = resource.createOnly[nameProperty];
  if (name !== undefined && name === old.createOnly[nameProperty]) {
    return 'CloudFormation stops half-way, because the old one still has the name that the new one is to get';
  }
  return fateUnder(resource.protections['UpdateReplacePolicy'], old);
}
