import type { TierDefinition } from '../definition';
import { stackName } from '../definition/stack-names';
import type { ResourceGroup } from './inventory';

/** Provisioning and the smoke test: each is a function, and a step of a deployment that calls it by a function of its own. */
const FUNCTIONS = 2;

/** The stack `operations`. */
export function operationsInventory(tier: TierDefinition): readonly ResourceGroup[] {
  return [
    {
      stack: stackName(tier, 'operations'),
      part: 'operations',
      resources: {
        'AWS::Lambda::Function': 2 * FUNCTIONS,
        'AWS::Lambda::EventInvokeConfig': FUNCTIONS,
        'AWS::IAM::Role': 2 * FUNCTIONS,
        'AWS::IAM::Policy': 2 * FUNCTIONS,
        'AWS::Logs::LogGroup': FUNCTIONS,
        'Custom::Provision': 1,
        'Custom::SmokeTest': 1,
      },
    },
  ];
}
