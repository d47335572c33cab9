import { attributeTypesOf } from './attribute-types';
import { protectionsOf } from './protections';
import { replacingProperties } from './resource-schemas';
import { sizesOf } from './sizes';
import { indexStacks, type PlacedResource, type StackIndex } from './stack-index';
import { statefulResources } from './stateful-resources';
import type { SynthesizedStack } from './synthesized-stack';
import { valueText } from './value-text';

export const BASELINE_VERSION = 1;

/**
 * What a tier must not lose, as it was accepted: committed beside the tier file, compared with what is synthesized now. It names no
 * value of a secret, because templates have none.
 */
export interface Baseline {
  /** Version of this format; a reader refuses any other. */
  readonly version: typeof BASELINE_VERSION;
  readonly tier: string;
  /** Which resource schemas said what replaces a resource. */
  readonly schemas: string;
  /** Every accepted change that lost something, and why; the newest last. */
  readonly decisions: readonly Decision[];
  readonly stages: Readonly<Record<string, StageBaseline>>;
  /** Every stack of each stage, with data or without, in an order in which they deploy. Absent in a baseline that was written before it was kept. */
  readonly stacks?: Readonly<Record<string, readonly string[]>>;
}

/** Somebody accepted what the guard refused, or made a stage's first baseline. */
export interface Decision {
  /** ISO 8601, UTC. */
  readonly at: string;
  readonly reason: string;
  readonly stage: string;
  /** What was accepted, a sentence each. */
  readonly accepted: readonly string[];
}

/** Stacks of one stage that hold something stateful, by name. */
export type StageBaseline = Readonly<Record<string, StackBaseline>>;

export interface StackBaseline {
  readonly terminationProtection: boolean;
  /** Stateful resources by logical id. */
  readonly resources: Readonly<Record<string, ResourceBaseline>>;
}

/** Values are texts of templates' values: see {@link valueText}. */
export interface ResourceBaseline {
  readonly type: string;
  /** Where it stands in its stack's construct tree. */
  readonly path: string;
  /** Properties whose change replaces the resource. */
  readonly createOnly: Readonly<Record<string, string>>;
  /** What may grow and not shrink. */
  readonly sizes: Readonly<Record<string, string>>;
  readonly protections: Readonly<Record<string, string>>;
}

/** The baseline of one stage as it is synthesized now. Pure; the order is the same for the same stacks. */
export const baselineOf = (stacks: readonly SynthesizedStack[]): StageBaseline => baselineOfIndex(indexStacks(stacks));

/** {@link baselineOf} for stacks that are indexed already. */
export function baselineOfIndex(index: StackIndex): StageBaseline {
  const stateful = new Map<SynthesizedStack, PlacedResource[]>();
  for (const placed of statefulResources(index)) {
    stateful.set(placed.stack, [...(stateful.get(placed.stack) ?? []), placed]);
  }
  return sorted(
    [...stateful].map(([{ name, terminationProtection }, placed]): [string, StackBaseline] => [
      name,
      {
        terminationProtection,
        resources: sorted(placed.map((resource) => [resource.logicalId, describe(resource, index)])),
      },
    ]),
  );
}

function describe({ resource, stack, logicalId }: PlacedResource, index: StackIndex): ResourceBaseline {
  const createOnly = replacingProperties(resource.Type).flatMap((property): [string, string][] => {
    const value = resource.Properties?.[property];
    return value === undefined ? [] : [[property, valueText(value, stack, index).text]];
  });
  return {
    type: resource.Type,
    path: stack.paths[logicalId] ?? logicalId,
    createOnly: sorted([...createOnly, ...attributeTypesOf(resource)]),
    sizes: sizesOf(resource),
    protections: protectionsOf(resource),
  };
}

/** By name, so that the order of a tier file makes no diff. */
const sorted = <T>(entries: readonly (readonly [string, T])[]): Readonly<Record<string, T>> =>
  Object.fromEntries([...entries].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)));
