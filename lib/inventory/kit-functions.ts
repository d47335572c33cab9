import type { TierDefinition } from '../definition';
import { inUse } from '../definition/regions/tier-in-region';
import { PROFILES } from '../definition/stages/profile';
import {
  familiesOf,
  functionName,
  PROVISIONED_FAMILIES,
  ROTATED_FAMILIES,
  type KitFunction,
  type StoreFamily,
} from '../topology';

/** One of the kit's functions, as a tier has it in one region. */
export interface PlannedFunction {
  readonly name: KitFunction;
  readonly task: 'provision' | 'smoke' | 'rotate';
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
 * them. In another region than the stage's own there is no primary to provision. Where the stage changes passwords on a schedule, a family whose
 * passwords it changes has one for that.
 */
export function kitFunctionsOf(tier: TierDefinition): readonly PlannedFunction[] {
  const families = familiesInUse(tier);
  const isHome = tier.stage.awayFrom === undefined;
  const provisioned = isHome ? PROVISIONED_FAMILIES.filter((family) => families.includes(family)) : [];
  const rotates = isHome && rotationDaysOf(tier) !== undefined;
  const rotated = rotates ? ROTATED_FAMILIES.filter((family) => families.includes(family)) : [];
  const planned = <T extends PlannedFunction['task']>(task: T, family: StoreFamily, name: KitFunction) => ({
    name,
    task,
    family,
    functionName: functionName(tier.name, tier.stage.name, name),
  });
  return [
    ...provisioned.map((family) => planned('provision', family, `provision-${family}`)),
    ...families.map((family) => planned('smoke', family, `smoke-${family}`)),
    ...rotated.map((family) => planned('rotate', family, `rotate-${family}`)),
  ];
}

/** Days between two changes of a password; undefined where the stage changes none by itself. */
export const rotationDaysOf = ({ stage }: TierDefinition): number | undefined => PROFILES[stage.profile].rotationDays;

/** Whether ElastiCache is told of new passwords. */
export const changesCacheUsers = (tier: TierDefinition): boolean =>
  kitFunctionsOf(tier).some(({ name }) => name === 'rotate-valkey');
