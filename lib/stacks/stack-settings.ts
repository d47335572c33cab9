import { Tags, type Stack, type StackProps } from 'aws-cdk-lib';
import type { TierDefinition } from '../definition';
import { stackName } from './names';
import { PROFILE_SETTINGS } from './profile-settings';

/** What every stack of a tier has in common. `parts` name it within the tier and stage. */
export function stackSettings(
  definition: TierDefinition,
  parts: readonly string[],
  description: string,
): StackProps & { readonly stackName: string } {
  return {
    stackName: stackName(definition, ...parts),
    description: `${definition.name}/${definition.stage.name}: ${description} (cdk-polystore)`,
    ...(definition.stage.env === undefined ? {} : { env: definition.stage.env }),
  };
}

/** A stack with data: deleted only after somebody said so twice where the stage is protected. */
export function statefulStackSettings(
  definition: TierDefinition,
  parts: readonly string[],
  description: string,
): ReturnType<typeof stackSettings> {
  return {
    ...stackSettings(definition, parts, description),
    terminationProtection: PROFILE_SETTINGS[definition.stage.profile].terminationProtection,
  };
}

/** Tags everything in a stack with its tier and stage, and what else is given. */
export function tagStack(
  stack: Stack,
  definition: TierDefinition,
  others: Readonly<Record<string, string>> = {},
): void {
  for (const [key, value] of Object.entries({ tier: definition.name, stage: definition.stage.name, ...others })) {
    Tags.of(stack).add(key, value);
  }
}
