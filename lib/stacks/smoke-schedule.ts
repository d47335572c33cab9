import { Duration } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as lambda from 'aws-cdk-lib/aws-lambda';
import * as scheduler from 'aws-cdk-lib/aws-scheduler';
import { Construct } from 'constructs';
import { PROOF_PERIOD_SECONDS } from '../watch';

/** How often a protected stage is proven. Disposable ones are not: a schedule keeps a cluster awake that would pause and cost nothing. */
const SMOKE_EVERY = Duration.seconds(PROOF_PERIOD_SECONDS);

/** Proves a tier by the hour. */
export class SmokeSchedule extends Construct {
  constructor(scope: Construct, id: string, props: { readonly smokeTest: lambda.IFunction; readonly name: string }) {
    super(scope, id);
    const role = new iam.Role(this, 'Role', { assumedBy: new iam.ServicePrincipal('scheduler.amazonaws.com') });
    role.addToPolicy(
      new iam.PolicyStatement({ actions: ['lambda:InvokeFunction'], resources: [props.smokeTest.functionArn] }),
    );
    new scheduler.CfnSchedule(this, 'Hourly', {
      name: props.name,
      scheduleExpression: `rate(${SMOKE_EVERY.toHours()} hour)`,
      flexibleTimeWindow: { mode: 'FLEXIBLE', maximumWindowInMinutes: 10 },
      target: {
        arn: props.smokeTest.functionArn,
        roleArn: role.roleArn,
        input: JSON.stringify({}),
        retryPolicy: { maximumRetryAttempts: 0 },
      },
    });
  }
}
