import { CrossStackReferences, ReferenceStrength, Stack } from 'aws-cdk-lib';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import type { TierDefinition } from '../definition';
import { kitFunctionsOf, rotationDaysOf } from '../inventory';
import { familyOf, SMOKE_ROLE, type StoreFamily } from '../topology';
import type { AccessStack } from './access-stack';
import type { OperationsStack } from './operations-stack';
import { stackSettings, tagStack } from './stack-settings';
import type { Store } from './store';

export interface RotationStackProps {
  readonly stores: readonly Store[];
  readonly access: AccessStack;
  readonly operations: OperationsStack;
}

/**
 * When passwords are changed: a schedule for each secret of the stores that have a function for it.
 *
 * Stateless, after operations, which has the functions: a schedule is tried when it is made. Schedules are not there with the functions, because a proof that
 * fails rolls operations back, which must not ask for the secret of a service that has left.
 */
export class RotationStack extends Stack {
  constructor(scope: Construct, tier: TierDefinition, { stores, access, operations }: RotationStackProps) {
    const settings = stackSettings(tier, ['rotation'], 'when passwords are changed');
    super(scope, settings.stackName, settings);
    CrossStackReferences.of(this).consume(ReferenceStrength.WEAK);
    this.addStackDependency(operations);
    const automaticallyAfterDays = rotationDaysOf(tier);
    for (const { name, family } of kitFunctionsOf(tier).filter(({ task }) => task === 'rotate')) {
      const rotationLambdaArn = operations.functions.get(name)?.functionArn;
      for (const store of stores.filter((each) => isOf(tier, each, family))) {
        // Scopes of their own, so that stores and services may be called whatever they like.
        const own = new Construct(this, store.name);
        for (const [user, secretId] of secretsOf(store, access)) {
          new secretsmanager.CfnRotationSchedule(own, user, {
            secretId,
            ...(rotationLambdaArn !== undefined && { rotationLambdaArn }),
            rotationRules: { ...(automaticallyAfterDays !== undefined && { automaticallyAfterDays }) },
            // It is tried and not begun: users of one cache are changed one after another, each when it is due.
            rotateImmediatelyOnUpdate: false,
          });
        }
      }
    }
    tagStack(this, tier);
  }
}

const isOf = ({ stores }: TierDefinition, { name }: Store, family: StoreFamily): boolean => {
  const store = stores[name];
  return store !== undefined && familyOf(store) === family;
};

/** Secrets whose passwords are changed, by who logs in with them. */
function secretsOf(
  { name, owners = [], rotatedOwner }: Store,
  { logins }: AccessStack,
): readonly (readonly [string, string])[] {
  const own = logins.get(name);
  if (own === undefined) throw new TypeError(`store ${name} has no logins to rotate`);
  const ofOwner = rotatedOwner === undefined ? [] : owners.map((owner) => [owner, rotatedOwner] as const);
  return [[SMOKE_ROLE, own.smoke], ...own.services, ...ofOwner];
}

/** The stack of schedules; none where no password is changed by itself. */
export function synthesizeRotation(
  scope: Construct,
  tier: TierDefinition,
  props: RotationStackProps,
): readonly RotationStack[] {
  return kitFunctionsOf(tier).some(({ task }) => task === 'rotate') ? [new RotationStack(scope, tier, props)] : [];
}
