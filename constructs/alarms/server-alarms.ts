import { Duration } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import { Construct } from 'constructs';
import { AlarmTo } from './alarm-to';
import { SERVER_ALARMS, type AlarmRow } from './server-alarm-rows';
import type { WatchedServer } from './watched-server';

export interface ServerAlarmsProps {
  readonly server: WatchedServer;
  /** Told when an alarm goes off and when it is over. */
  readonly topicArn: string;
  /** @default SERVER_ALARMS */
  readonly rows?: readonly AlarmRow[];
}

const COMPARISONS = {
  above: cloudwatch.ComparisonOperator.GREATER_THAN_THRESHOLD,
  below: cloudwatch.ComparisonOperator.LESS_THAN_THRESHOLD,
} as const;

const MISSING = {
  breaching: cloudwatch.TreatMissingData.BREACHING,
  notBreaching: cloudwatch.TreatMissingData.NOT_BREACHING,
  missing: cloudwatch.TreatMissingData.MISSING,
} as const;

/** The alarms of one server, by what it is. They know it by its identifier only, so that it can go without a word to them. */
export class ServerAlarms extends Construct {
  constructor(scope: Construct, id: string, { server, topicArn, rows = SERVER_ALARMS }: ServerAlarmsProps) {
    super(scope, id);
    for (const row of rows) {
      const threshold = row.threshold(server);
      if (threshold === undefined) continue;
      new AlarmTo(this, row.metric, {
        topicArn,
        alarmName: `${server.identifier}-${row.metric}`,
        alarmDescription: `${server.identifier}: ${row.meaning}. Threshold from ${row.source}`,
        metric: new cloudwatch.Metric({
          namespace: 'AWS/RDS',
          metricName: row.metric,
          dimensionsMap: { DBInstanceIdentifier: server.identifier },
          statistic: row.statistic,
          period: Duration.seconds(row.periodSeconds),
        }),
        threshold,
        comparisonOperator: COMPARISONS[row.comparison],
        evaluationPeriods: row.datapoints,
        datapointsToAlarm: row.datapoints,
        treatMissingData: MISSING[row.missing],
      });
    }
  }
}
