import {
  DefaultStackSynthesizer,
  type IStackSynthesizer,
  PermissionsBoundary,
  Tags,
  type Stack,
  type StackProps,
} from 'aws-cdk-lib';
import type { TierDefinition } from '../definition';
import { stackName } from './names';
import { PROFILE_SETTINGS } from './profile-settings';

/** What every stack of a tier has in common. `parts` name it within the tier and stage. */
export function stackSettings(
  definition: TierDefinition,
  parts: readonly string[],
  description: string,
): StackProps & { readonly stackName: string } {
  const { env, bootstrapQualifier, permissionsBoundary } = definition.stage;
  return {
    stackName: stackName(definition, ...parts),
    description: `${definition.name}/${definition.stage.name}: ${description} (cdk-polystore)`,
    ...(env === undefined ? {} : { env }),
    ...(bootstrapQualifier === undefined
      ? {}
      : // CDK's class and interface differ in nothing but `undefined` in optional members.
        { synthesizer: new DefaultStackSynthesizer({ qualifier: bootstrapQualifier }) as IStackSynthesizer }),
    ...(permissionsBoundary === undefined ? {} : { permissionsBoundary: boundaryOf(permissionsBoundary) }),
  };
}

const boundaryOf = (nameOrArn: string): PermissionsBoundary =>
  nameOrArn.startsWith('arn:') ? PermissionsBoundary.fromArn(nameOrArn) : PermissionsBoundary.fromName(nameOrArn);

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

/** Tags everything in a stack with its stage's tags, with its tier and stage, and with what else is given. */
export function tagStack(
  stack: Stack,
  definition: TierDefinition,
  others: Readonly<Record<string, string>> = {},
): void {
  const tags = { ...definition.stage.tags, tier: definition.name, stage: definition.stage.name, ...others };
  for (const [key, value] of Object.entries(tags)) {
    Tags.of(stack).add(key, value);
  }
}
