import { Duration, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as lambda from 'aws-cdk-lib/aws-lambda';
import * as scheduler from 'aws-cdk-lib/aws-scheduler';
import { Construct } from 'constructs';
import { PROOF_PERIOD_SECONDS } from '../watch';

/** How often a protected stage is proven. Disposable ones are not: a schedule keeps a cluster awake that would pause and cost nothing. */
const SMOKE_EVERY = Duration.seconds(PROOF_PERIOD_SECONDS);

export interface SmokeScheduleProps {
  /** By their names, which the schedules have too. */
  readonly functions: ReadonlyMap<string, lambda.IFunction>;
}

/** Proves a tier by the hour: each function that proves a family of stores by a schedule of its own. */
export class SmokeSchedule extends Construct {
  constructor(scope: Construct, id: string, { functions }: SmokeScheduleProps) {
    super(scope, id);
    // Only for schedules of this account: https://docs.aws.amazon.com/scheduler/latest/UserGuide/cross-service-confused-deputy-prevention.html
    const conditions = { StringEquals: { 'aws:SourceAccount': Stack.of(this).account } };
    const role = new iam.Role(this, 'Role', {
      assumedBy: new iam.ServicePrincipal('scheduler.amazonaws.com', { conditions }),
    });
    const resources = [...functions.values()].map(({ functionArn }) => functionArn);
    role.addToPolicy(new iam.PolicyStatement({ actions: ['lambda:InvokeFunction'], resources }));
    for (const [name, { functionArn }] of functions) {
      new scheduler.CfnSchedule(this, name, {
        name,
        scheduleExpression: `rate(${SMOKE_EVERY.toHours()} hour)`,
        flexibleTimeWindow: { mode: 'FLEXIBLE', maximumWindowInMinutes: 10 },
        target: {
          arn: functionArn,
          roleArn: role.roleArn,
          input: JSON.stringify({}),
          retryPolicy: { maximumRetryAttempts: 0 },
        },
      });
    }
  }
}
