import { ArnFormat, Stack } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import { Construct } from 'constructs';
import type { TierDefinition } from '../definition';
import { shownTier } from '../inventory';
import { dashboardBody } from '../watch';
import { stackName } from './names';
import type { Store } from './store';
import { givenNames } from './given-names';

export interface TierDashboardProps {
  readonly tier: TierDefinition;
  readonly stores: readonly Store[];
}

/** A watched tier on one dashboard of CloudWatch. It knows alarms and servers by their names. */
export class TierDashboard extends Construct {
  constructor(scope: Construct, id: string, { tier, stores }: TierDashboardProps) {
    super(scope, id);
    const stack = Stack.of(this);
    const alarmArn = (name: string): string =>
      stack.formatArn({
        service: 'cloudwatch',
        resource: 'alarm',
        resourceName: name,
        arnFormat: ArnFormat.COLON_RESOURCE_NAME,
      });
    const shown = shownTier(tier, givenNames(stores), { region: stack.region, alarmArn });
    new cloudwatch.CfnDashboard(this, 'Resource', {
      dashboardName: stackName(tier),
      dashboardBody: stack.toJsonString(dashboardBody(shown)),
    });
  }
}
