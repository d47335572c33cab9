import type { TierDefinition } from '../definition';
import { stackName } from '../definition/stack-names';
import { isInUse } from '../definition/tier-in-region';
import type { ResourceGroup } from './inventory';

/**
 * Functions of the kit: provisioning, where there is a primary, and the smoke test. Each has a step of a deployment that calls it by a function of
 * its own.
 */
export const functionsOf = ({ stage }: TierDefinition): number => (stage.awayFrom === undefined ? 2 : 1);

/** The stack `operations`. */
export function operationsInventory(tier: TierDefinition): readonly ResourceGroup[] {
  if (!isInUse(tier)) return [];
  const count = functionsOf(tier);
  return [
    {
      stack: stackName(tier, 'operations'),
      part: 'operations',
      resources: {
        'AWS::Lambda::Function': 2 * count,
        'AWS::Lambda::EventInvokeConfig': count,
        'AWS::Logs::LogGroup': count,
        ...(count > 1 && { 'Custom::Provision': 1 }),
        'Custom::SmokeTest': 1,
        ...(isWatched(tier) ? { 'AWS::CloudWatch::Dashboard': 1, 'AWS::Scheduler::Schedule': 1 } : {}),
        'AWS::IAM::Role': 2 * count + (isWatched(tier) ? 1 : 0),
        'AWS::IAM::Policy': 2 * count + (isWatched(tier) ? 1 : 0),
      },
    },
  ];
}

/** Whether somebody is told when a promise breaks. */
export const isWatched = ({ stage }: TierDefinition): boolean => stage.profile === 'protected';
