import type { TierDefinition } from '../definition';
import { stackName } from '../definition/names/stacks';
import type { ResourceGroup } from './inventory';
import { kitFunctionsOf } from './kit-functions';

/**
 * The stack `operations`: each function of the kit that provisions or proves has a step of a deployment that calls it by a function of its own; those that
 * rotate are called by Secrets Manager.
 */
export function operationsInventory(tier: TierDefinition): readonly ResourceGroup[] {
  const functions = kitFunctionsOf(tier);
  if (functions.length === 0) return [];
  const count = functions.length;
  const proofs = functions.filter(({ task }) => task === 'smoke').length;
  const rotations = functions.filter(({ task }) => task === 'rotate').length;
  const steps = count - rotations;
  return [
    {
      stack: stackName(tier, 'operations'),
      part: 'operations',
      resources: {
        'AWS::Lambda::Function': count + steps,
        'AWS::Lambda::EventInvokeConfig': count,
        ...(rotations > 0 && { 'AWS::Lambda::Permission': rotations }),
        'AWS::Logs::LogGroup': steps,
        ...(steps > proofs && { 'Custom::Provision': steps - proofs }),
        'Custom::SmokeTest': proofs,
        ...(isWatched(tier) ? { 'AWS::CloudWatch::Dashboard': 1, 'AWS::Scheduler::Schedule': proofs } : {}),
        'AWS::IAM::Role': count + steps + (isWatched(tier) ? 1 : 0),
        'AWS::IAM::Policy': count + steps + (isWatched(tier) ? 1 : 0),
      },
    },
  ];
}

/** Whether somebody is told when a promise breaks. */
export const isWatched = ({ stage }: TierDefinition): boolean => stage.profile === 'protected';
