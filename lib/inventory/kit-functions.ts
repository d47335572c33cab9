import type { TierDefinition } from '../definition';
import { inUse } from '../definition/tier-in-region';
import { familiesOf, functionName, PROVISIONED_FAMILIES, type KitFunction, type StoreFamily } from '../topology';

/** One of the kit's functions, as a tier has it in one region. */
export interface PlannedFunction {
  readonly name: KitFunction;
  readonly task: 'provision' | 'smoke';
  /** Whose stores it reaches. */
  readonly family: StoreFamily;
  /** `blog-prod-smoke-valkey`. */
  readonly functionName: string;
}

/** Families of the stores that somebody logs in to in the tier's region. */
export const familiesInUse = (tier: TierDefinition): readonly StoreFamily[] =>
  familiesOf(Object.values(inUse(tier).stores));

/**
 * The kit's functions that a tier has: each family has one that proves its stores and, where the kit makes its users, before that one that provisions
 * them. In another region than the stage's own there is no primary to provision.
 */
export function kitFunctionsOf(tier: TierDefinition): readonly PlannedFunction[] {
  const families = familiesInUse(tier);
  const provisioned =
    tier.stage.awayFrom === undefined ? PROVISIONED_FAMILIES.filter((family) => families.includes(family)) : [];
  const planned = <T extends PlannedFunction['task']>(task: T, family: StoreFamily, name: KitFunction) => ({
    name,
    task,
    family,
    functionName: functionName(tier.name, tier.stage.name, name),
  });
  return [
    ...provisioned.map((family) => planned('provision', family, `provision-${family}`)),
    ...families.map((family) => planned('smoke', family, `smoke-${family}`)),
  ];
}
