import type { Comparison, JudgedAlarm, MissingData, Statistic, WatchedMetric } from '../../lib/watch';

/** An alarm of a metric as CloudFormation takes it. */
export interface AlarmProperties {
  readonly AlarmName: string;
  readonly AlarmDescription?: string;
  readonly Namespace?: string;
  readonly MetricName?: string;
  readonly Dimensions?: readonly Dimension[];
  readonly Statistic?: string;
  readonly ExtendedStatistic?: string;
  readonly Period?: number;
  readonly Metrics?: readonly MetricQuery[];
  readonly Threshold?: number;
  readonly ComparisonOperator?: string;
  readonly EvaluationPeriods?: number;
  readonly DatapointsToAlarm?: number;
  readonly TreatMissingData?: string;
  readonly Tags?: unknown;
}

export interface Dimension {
  readonly Name: string;
  readonly Value: unknown;
}

export interface MetricQuery {
  readonly Id: string;
  readonly Expression?: string;
  readonly ReturnData?: boolean;
  readonly MetricStat?: {
    readonly Metric: {
      readonly Namespace: string;
      readonly MetricName: string;
      readonly Dimensions: readonly Dimension[];
    };
    readonly Period: number;
    readonly Stat: string;
  };
}

const KNOWN = new Set<string>([
  ...['AlarmName', 'AlarmDescription', 'Namespace', 'MetricName', 'Dimensions', 'Statistic', 'ExtendedStatistic'],
  ...['Period', 'Metrics', 'Threshold', 'ComparisonOperator', 'EvaluationPeriods', 'DatapointsToAlarm'],
  ...['TreatMissingData', 'Tags'],
]);

const COMPARISONS: Readonly<Record<string, Comparison>> = {
  GreaterThanThreshold: 'above',
  GreaterThanOrEqualToThreshold: 'atLeast',
  LessThanThreshold: 'below',
};

/**
 * What CloudWatch makes of an alarm in a template: absent properties are what it takes instead.
 * @throws {TypeError} where it would refuse the alarm, or where this does not know a property
 */
export function readAlarm(properties: AlarmProperties): JudgedAlarm {
  const unknown = Object.keys(properties).filter((name) => !KNOWN.has(name));
  if (unknown.length > 0)
    throw new TypeError(`${properties.AlarmName} has properties that no test judges: ${unknown.join()}`);
  const { Threshold: threshold, ComparisonOperator: operator, EvaluationPeriods: of } = properties;
  const comparison = COMPARISONS[operator ?? ''];
  const needed = properties.DatapointsToAlarm ?? of;
  if (threshold === undefined || comparison === undefined || of === undefined || needed === undefined || needed > of)
    throw new TypeError(`CloudWatch refuses ${properties.AlarmName}`);
  return {
    ...readingOf(properties),
    threshold,
    comparison,
    datapoints: [needed, of],
    missing: (properties.TreatMissingData ?? 'missing') as MissingData,
  };
}

function readingOf(properties: AlarmProperties): Pick<JudgedAlarm, 'reads' | 'periodSeconds'> {
  const { Metrics: queries } = properties;
  if (queries === undefined) {
    const { Namespace: namespace, MetricName: metric, Period: periodSeconds } = properties;
    const statistic = properties.Statistic ?? properties.ExtendedStatistic;
    if (namespace === undefined || metric === undefined || statistic === undefined || periodSeconds === undefined)
      throw new TypeError(`CloudWatch refuses ${properties.AlarmName}`);
    return { reads: metricOf(namespace, metric, properties.Dimensions ?? [], statistic), periodSeconds };
  }
  const results = queries.filter(({ ReturnData }) => ReturnData !== false);
  const [expression] = results.map(({ Expression }) => Expression);
  const stats = queries.flatMap(({ Id, MetricStat }) => (MetricStat === undefined ? [] : [[Id, MetricStat] as const]));
  const periods = new Set(stats.map(([, { Period }]) => Period));
  const [periodSeconds] = periods;
  if (results.length !== 1 || expression === undefined || periodSeconds === undefined || periods.size !== 1)
    throw new TypeError(`CloudWatch refuses ${properties.AlarmName}`);
  const metrics = stats.map(([id, { Metric, Stat }]) => [
    id,
    metricOf(Metric.Namespace, Metric.MetricName, Metric.Dimensions, Stat),
  ]);
  return {
    reads: { expression, metrics: Object.fromEntries(metrics) as Record<string, WatchedMetric> },
    periodSeconds,
  };
}

const metricOf = (
  namespace: string,
  metric: string,
  dimensions: readonly Dimension[],
  statistic: string,
): WatchedMetric => ({
  namespace,
  metric,
  dimensions: dimensionsOf(dimensions),
  statistic: statistic as Statistic,
});

/** Names of tables are CloudFormation's to find: what the template writes for one stands for it. */
export const dimensionsOf = (dimensions: readonly Dimension[]): Readonly<Record<string, string>> =>
  Object.fromEntries(
    dimensions.map(({ Name, Value }) => [Name, typeof Value === 'string' ? Value : JSON.stringify(Value)]),
  );
