import { ArnFormat, RemovalPolicy, Stack, type Duration } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import type * as sns from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import { AlarmTo, AlarmTopic } from '../../constructs';
import type { TierDefinition } from '../definition';
import { isInUse } from '../definition/tier-in-region';
import { functionName } from './kit-functions';
import { stackName } from './names';
import { PROFILE_SETTINGS } from './profile-settings';
import { SMOKE_EVERY } from './smoke-schedule';
import { stackSettings, tagStack } from './stack-settings';

/** Where a protected stage's alarms go, and those of the smoke test. It refers to no other stack. */
export class AlarmsStack extends Stack {
  readonly topicArn: string;

  constructor(scope: Construct, tier: TierDefinition) {
    const settings = stackSettings(tier, ['alarms'], 'where alarms go');
    super(scope, settings.stackName, settings);
    const { keyPendingWindow } = PROFILE_SETTINGS[tier.stage.profile];
    const { topic } = new AlarmTopic(this, 'Alarms', {
      topicName: topicName(tier),
      displayName: `${tier.name}/${tier.stage.name}`,
      keyPendingWindow,
      // It encrypts messages under way, nothing that is kept.
      removalPolicy: RemovalPolicy.DESTROY,
    });
    this.topicArn = topicArn(this, tier);
    if (isInUse(tier)) this.watchProofs(tier, topic);
    tagStack(this, tier);
  }

  /** That the smoke test runs, and finds nothing. */
  private watchProofs(tier: TierDefinition, topic: sns.ITopic): void {
    const name = functionName(tier, 'smoke-test');
    const metricOf = (metricName: string, period: Duration): cloudwatch.Metric =>
      new cloudwatch.Metric({
        namespace: 'AWS/Lambda',
        metricName,
        dimensionsMap: { FunctionName: name },
        statistic: 'Sum',
        period,
      });
    const alarms = [
      new AlarmTo(this, 'SmokeFailed', {
        topicArn: topic.topicArn,
        alarmName: `${name}-failed`,
        alarmDescription: `A promise of ${tier.name}/${tier.stage.name} is broken: the last lines of /aws/lambda/${name} say which`,
        metric: metricOf('Errors', SMOKE_EVERY),
        threshold: 1,
        comparisonOperator: cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
        evaluationPeriods: 1,
        treatMissingData: cloudwatch.TreatMissingData.NOT_BREACHING,
      }),
      new AlarmTo(this, 'SmokeNotRun', {
        topicArn: topic.topicArn,
        alarmName: `${name}-not-run`,
        alarmDescription: `Nobody has proven ${tier.name}/${tier.stage.name} for ${NOT_RUN_PERIODS} hours: see the schedule ${name}`,
        metric: metricOf('Invocations', SMOKE_EVERY),
        threshold: 1,
        comparisonOperator: cloudwatch.ComparisonOperator.LESS_THAN_THRESHOLD,
        evaluationPeriods: NOT_RUN_PERIODS,
        treatMissingData: cloudwatch.TreatMissingData.BREACHING,
      }),
    ];
    for (const alarm of alarms) alarm.node.addDependency(topic);
  }
}

/** Schedules missed before somebody is told. */
const NOT_RUN_PERIODS = 3;

const topicName = (tier: TierDefinition): string => stackName(tier, 'alarms');

/** The topic's ARN in words: stacks of alarms know it without a reference. */
const topicArn = (stack: Stack, tier: TierDefinition): string =>
  stack.formatArn({ service: 'sns', resource: topicName(tier), arnFormat: ArnFormat.NO_RESOURCE_NAME });
