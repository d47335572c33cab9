import { isAttributeType } from './attribute-types';
import { contentsOf, fateUnder, stakeIn } from './loss';
import { keptResources, nameOfKept, type KeptResource, type Sides } from './kept-resource';
import { inheritedReplacements } from './inherited-replacement';
import { replacingProperties, schemaOf } from './resource-schemas';
import type { StackIndex } from './stack-index';
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
  for (const [key, { property, text, through }] of inheritedReplacements([...causes.keys()], index)) {
    causes.set(key, [{ property, before: text, after: text, through }]);
  }
  return [...causes].flatMap(([key, found]) => {
    const [old, resource] = [before.get(key), now.get(key)];
    if (old === undefined || resource === undefined) return [];
    return found.map((cause) => verdictOf(sides.stage, old, resource, cause));
  });
}

function ownCauses(old: KeptResource, resource: KeptResource, hasSameSchemas: boolean): readonly Cause[] {
  if (old.type !== resource.type) return [{ property: 'Type', before: old.type, after: resource.type }];
  const replacing = replacingProperties(resource.type);
  const properties = new Set([...Object.keys(old.createOnly), ...Object.keys(resource.createOnly)]);
  return [...properties].flatMap((property) => {
    const [was, is] = [old.createOnly[property], resource.createOnly[property]];
    if (was === is) return [];
    if (isAttributeType(property)) {
      // One that comes or goes does so with its index.
      return was === undefined || is === undefined ? [] : [{ property, before: was, after: is }];
    }
    // A baseline of an earlier release may have kept more of what is updated in place by now.
    if (!replacing.includes(property)) return [];
    if (was === undefined && !hasSameSchemas) return [];
    return [{ property, before: was ?? NOTHING, after: is ?? NOTHING }];
  });
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
    ...(through !== undefined && { through }),
    lost: contentsOf(old),
    atStake: stakeIn(old),
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
