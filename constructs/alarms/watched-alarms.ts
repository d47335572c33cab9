import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import { Construct } from 'constructs';
import { alarmsOf, type Alarm, type Comparison, type Watched, type WatchedMetric } from '../../lib/watch';

export interface WatchedAlarmsProps {
  readonly watched: Watched;
  /** @default - every alarm that there is for such a thing */
  readonly alarms?: readonly Alarm[];
}

const COMPARISONS: Readonly<Record<Comparison, string>> = {
  above: 'GreaterThanThreshold',
  atLeast: 'GreaterThanOrEqualToThreshold',
  below: 'LessThanThreshold',
};

/**
 * The alarms of one thing, by what it is. They know it by its name only, so that it can go without a word to them; and they tell nobody: that is for
 * a {@link GatheringAlarm}.
 *
 * They are CloudFormation's own resources: a tier of hundreds of shards has thousands, for which CDK's take twice the time.
 */
export class WatchedAlarms extends Construct {
  readonly alarms: readonly cloudwatch.CfnAlarm[];

  constructor(scope: Construct, id: string, { watched, alarms = alarmsOf(watched) }: WatchedAlarmsProps) {
    super(scope, id);
    this.alarms = alarms.map(({ name, reads, threshold, row }) => {
      const [breaching, of] = row.datapoints;
      return new cloudwatch.CfnAlarm(this, row.name, {
        alarmName: name,
        alarmDescription: `${watched.identifier}: ${row.meaning}. What to do: npx polystore runbook ${row.runbook}. Threshold: ${row.rule}. From ${row.source}`,
        ...metricOf(reads, row.periodSeconds),
        threshold,
        comparisonOperator: COMPARISONS[row.comparison],
        evaluationPeriods: of,
        datapointsToAlarm: breaching,
        treatMissingData: row.missing,
      });
    });
  }
}

type MetricProps = Pick<
  cloudwatch.CfnAlarmProps,
  'namespace' | 'metricName' | 'dimensions' | 'statistic' | 'extendedStatistic' | 'period' | 'metrics'
>;

function metricOf(reads: Alarm['reads'], period: number): MetricProps {
  if (!('expression' in reads)) {
    const { statistic } = reads;
    return {
      ...identityOf(reads),
      ...(statistic === 'p90' ? { extendedStatistic: statistic } : { statistic }),
      period,
    };
  }
  return {
    metrics: [
      { id: 'result', expression: reads.expression },
      ...Object.entries(reads.metrics).map(([id, metric]) => ({
        id,
        metricStat: { metric: identityOf(metric), period, stat: metric.statistic },
        returnData: false,
      })),
    ],
  };
}

const identityOf = ({ namespace, metric, dimensions }: WatchedMetric) => ({
  namespace,
  metricName: metric,
  dimensions: Object.entries(dimensions).map(([name, value]) => ({ name, value })),
});
