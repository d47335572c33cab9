import {
  inheritedReplacements,
  nameOfResource,
  valueText,
  type InheritedReplacement,
  type PlacedResource,
  type StackIndex,
} from '../guard';
import type { PartOf } from './part-of';
import { effectOf, worstEffect, type UpdateEffect } from './update-effect';

/** What a deployment does to one resource. */
export interface ResourceChange {
  /** A store's name, `network`, `access`, …: see {@link PartOf}. */
  readonly part: string;
  readonly stack: string;
  readonly logicalId: string;
  /** What a person calls it: `blog-prod-main/Postgres/Primary`. */
  readonly resource: string;
  /** CloudFormation's type. */
  readonly type: string;
  readonly effect: 'created' | 'removed' | UpdateEffect;
  /** What causes it; empty where the resource is created or removed. */
  readonly properties: readonly PropertyChange[];
}

export interface PropertyChange {
  readonly property: string;
  /** Texts of values; `nothing` where the template has none. */
  readonly before: string;
  readonly after: string;
  readonly effect: UpdateEffect;
  /** The resource whose replacement causes this one's, where the property's own text stays the same. */
  readonly through?: string;
}

const NOTHING = 'nothing';

/** Every resource that differs between two synthesized stages, in the order of their stacks. Pure. */
export function resourceChanges(before: StackIndex, after: StackIndex, partOf: PartOf): readonly ResourceChange[] {
  const changes = new Map<string, ResourceChange>();
  for (const [key, now] of after.resources) {
    const old = before.resources.get(key);
    const properties = old === undefined ? [] : changedProperties(old, before, now, after);
    if (old !== undefined && properties.length === 0) continue;
    const effect = old === undefined ? 'created' : worstEffect(properties.map((property) => property.effect));
    changes.set(key, changeOf(now, partOf, effect, properties));
  }
  for (const [key, inherited] of inheritedReplacements(keysReplaced(changes), after)) {
    const now = after.resources.get(key);
    if (now === undefined || !before.resources.has(key)) continue;
    const own = changes.get(key)?.properties ?? [];
    changes.set(key, changeOf(now, partOf, 'replaced', [...own, inheritedChange(inherited)]));
  }
  for (const [key, old] of before.resources) {
    if (!after.resources.has(key)) changes.set(key, changeOf(old, partOf, 'removed', []));
  }
  return [...changes.values()];
}

const keysReplaced = (changes: ReadonlyMap<string, ResourceChange>): readonly string[] =>
  [...changes].flatMap(([key, { effect }]) => (effect === 'replaced' ? [key] : []));

const inheritedChange = ({ property, text, through }: InheritedReplacement): PropertyChange => ({
  property,
  before: text,
  after: text,
  effect: 'replaced',
  through,
});

function changeOf(
  placed: PlacedResource,
  partOf: PartOf,
  effect: ResourceChange['effect'],
  properties: readonly PropertyChange[],
): ResourceChange {
  return {
    part: partOf(placed.stack.name),
    stack: placed.stack.name,
    logicalId: placed.logicalId,
    resource: nameOfResource(placed),
    type: placed.resource.Type,
    effect,
    properties,
  };
}

/** Policies stand beside the properties of a resource and change nothing of it by themselves. */
const ATTRIBUTES = ['DeletionPolicy', 'UpdateReplacePolicy'] as const;

function changedProperties(
  old: PlacedResource,
  before: StackIndex,
  now: PlacedResource,
  after: StackIndex,
): readonly PropertyChange[] {
  if (old.resource === now.resource) return [];
  const type = now.resource.Type;
  const attributes = ATTRIBUTES.flatMap((name) =>
    changed(name, old.resource[name] ?? NOTHING, now.resource[name] ?? NOTHING, 'updated'),
  );
  const [oldProperties, properties] = [old.resource.Properties ?? {}, now.resource.Properties ?? {}];
  const names = new Set([...Object.keys(oldProperties), ...Object.keys(properties)]);
  return [
    ...changed('Type', old.resource.Type, type, 'replaced'),
    ...[...names].flatMap((name) => {
      const [was, is] = [oldProperties[name], properties[name]];
      const texts = (value: unknown, { stack }: PlacedResource, index: StackIndex): string =>
        value === undefined ? NOTHING : valueText(value, stack, index).text;
      if (!isTable(was) || !isTable(is)) {
        return changed(name, texts(was, old, before), texts(is, now, after), effectOf(type, name, was, is));
      }
      // A table says which of its entries changed, each with its own effect: one parameter of a group, not all of them.
      return [...new Set([...Object.keys(was), ...Object.keys(is)])].flatMap((entry) => {
        const effect = effectOf(type, name, { [entry]: was[entry] }, { [entry]: is[entry] });
        return changed(`${name}.${entry}`, texts(was[entry], old, before), texts(is[entry], now, after), effect);
      });
    }),
    ...attributes,
  ];
}

/** A plain table: neither a list nor a call of CloudFormation's functions. */
const isTable = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' &&
  value !== null &&
  !Array.isArray(value) &&
  !Object.keys(value).some((key) => key === 'Ref' || key.startsWith('Fn::'));

const changed = (property: string, before: string, after: string, effect: UpdateEffect): readonly PropertyChange[] =>
  before === after ? [] : [{ property, before, after, effect }];
