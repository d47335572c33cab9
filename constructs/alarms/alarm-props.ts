import type * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import type { Alarm, Comparison, Watched, WatchedMetric } from '../../lib/watch';

const COMPARISONS: Readonly<Record<Comparison, string>> = {
  above: 'GreaterThanThreshold',
  atLeast: 'GreaterThanOrEqualToThreshold',
  below: 'LessThanThreshold',
};

/** An alarm as CloudFormation takes it. It tells nobody: that is for those that gather it. */
export function alarmProps({ identifier }: Watched, { name, reads, threshold, row }: Alarm): cloudwatch.CfnAlarmProps {
  const [breaching, of] = row.datapoints;
  return {
    alarmName: name,
    alarmDescription: `${identifier}: ${row.meaning}. What to do: npx polystore runbook ${row.runbook}. Threshold: ${row.rule}. From ${row.source}`,
    ...metricOf(reads, row.periodSeconds),
    threshold,
    comparisonOperator: COMPARISONS[row.comparison],
    evaluationPeriods: of,
    datapointsToAlarm: breaching,
    treatMissingData: row.missing,
  };
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
