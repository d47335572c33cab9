import { CrossStackReferences, ReferenceStrength, Stack } from 'aws-cdk-lib';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import type { TierDefinition } from '../definition';
import { kitFunctionsOf, rotationDaysOf } from '../inventory';
import { SMOKE_ROLE, familyOf } from '../topology';
import type { AccessStack } from './access-stack';
import type { OperationsStack } from './operations-stack';
import { stackSettings, tagStack } from './stack-settings';

export interface RotationStackProps {
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
  constructor(scope: Construct, tier: TierDefinition, { access, operations }: RotationStackProps) {
    const settings = stackSettings(tier, ['rotation'], 'when passwords are changed');
    super(scope, settings.stackName, settings);
    CrossStackReferences.of(this).consume(ReferenceStrength.WEAK);
    this.addStackDependency(operations);
    const automaticallyAfterDays = rotationDaysOf(tier);
    for (const { name, family } of kitFunctionsOf(tier).filter(({ task }) => task === 'rotate')) {
      const rotationLambdaArn = operations.functions.get(name)?.functionArn;
      for (const store of Object.values(tier.stores).filter((each) => familyOf(each) === family)) {
        const logins = access.logins.get(store.name);
        if (logins === undefined) throw new TypeError(`store ${store.name} has no logins to rotate`);
        // Scopes of their own, so that stores and services may be called whatever they like.
        const own = new Construct(this, store.name);
        for (const [user, secretId] of [[SMOKE_ROLE, logins.smoke] as const, ...logins.services]) {
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

/** The stack of schedules; none where no password is changed by itself. */
export function synthesizeRotation(
  scope: Construct,
  tier: TierDefinition,
  props: RotationStackProps,
): readonly RotationStack[] {
  return kitFunctionsOf(tier).some(({ task }) => task === 'rotate') ? [new RotationStack(scope, tier, props)] : [];
}
