import { Duration } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import type { Construct } from 'constructs';
import { AlarmTo } from './alarm-to';

const METRIC = 'AuroraGlobalDBReplicationLag';
const MINUTES = 10;

export interface SecondaryAlarmProps {
  /** `DBClusterIdentifier` of a cluster in this region that follows one in another. */
  readonly identifier: string;
  /** Told when the alarm goes off and when it is over. */
  readonly topicArn: string;
}

/** Tells when a secondary of an Aurora Global Database is a minute behind its primary, or says nothing of it: that much would be lost with the region. */
export class SecondaryAlarm extends AlarmTo {
  constructor(scope: Construct, id: string, { identifier, topicArn }: SecondaryAlarmProps) {
    super(scope, id, {
      topicArn,
      alarmName: `${identifier}-${METRIC}`,
      alarmDescription: `${identifier}: the copy falls behind its primary in another region (milliseconds). Threshold from the kit: AWS says that the lag is usually below a second`,
      metric: new cloudwatch.Metric({
        namespace: 'AWS/RDS',
        metricName: METRIC,
        dimensionsMap: { DBClusterIdentifier: identifier },
        statistic: 'Maximum',
        period: Duration.minutes(1),
      }),
      threshold: 60_000,
      comparisonOperator: cloudwatch.ComparisonOperator.GREATER_THAN_THRESHOLD,
      evaluationPeriods: MINUTES,
      datapointsToAlarm: MINUTES,
      treatMissingData: cloudwatch.TreatMissingData.BREACHING,
    });
  }
}
