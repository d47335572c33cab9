import type { TierDefinition } from '../definition';
import { stackName } from '../definition/stack-names';
import type { ResourceGroup } from './inventory';
import { kitFunctionsOf } from './kit-functions';

/** The stack `operations`: each function of the kit has a step of a deployment that calls it by a function of its own. */
export function operationsInventory(tier: TierDefinition): readonly ResourceGroup[] {
  const functions = kitFunctionsOf(tier);
  if (functions.length === 0) return [];
  const count = functions.length;
  const proofs = functions.filter(({ task }) => task === 'smoke').length;
  return [
    {
      stack: stackName(tier, 'operations'),
      part: 'operations',
      resources: {
        'AWS::Lambda::Function': 2 * count,
        'AWS::Lambda::EventInvokeConfig': count,
        'AWS::Logs::LogGroup': count,
        ...(count > proofs && { 'Custom::Provision': count - proofs }),
        'Custom::SmokeTest': proofs,
        ...(isWatched(tier) ? { 'AWS::CloudWatch::Dashboard': 1, 'AWS::Scheduler::Schedule': proofs } : {}),
        'AWS::IAM::Role': 2 * count + (isWatched(tier) ? 1 : 0),
        'AWS::IAM::Policy': 2 * count + (isWatched(tier) ? 1 : 0),
      },
    },
  ];
}

/** Whether somebody is told when a promise breaks. */
export const isWatched = ({ stage }: TierDefinition): boolean => stage.profile === 'protected';
