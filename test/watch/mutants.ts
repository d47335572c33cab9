import type { AlarmProperties, Dimension, MetricQuery } from './template-alarm';

/** An alarm with one thing taken away or turned around. */
export interface Mutant {
  readonly name: string;
  readonly properties: AlarmProperties;
}

const STATISTICS = ['Average', 'Maximum', 'Minimum', 'Sum'];
const OPERATORS = ['GreaterThanThreshold', 'GreaterThanOrEqualToThreshold', 'LessThanThreshold'];
const TREATMENTS = ['breaching', 'notBreaching', 'missing'];

/** Every mutant of an alarm: each property deleted, and each changed to whatever else it could be. */
export function mutantsOf(properties: AlarmProperties): readonly Mutant[] {
  const deletable = Object.keys(properties).filter((name) => !['AlarmName', 'AlarmDescription', 'Tags'].includes(name));
  return [
    ...deletable.map((name) => ({
      name: `without ${name}`,
      properties: Object.fromEntries(
        Object.entries(properties).filter(([key]) => key !== name),
      ) as unknown as AlarmProperties,
    })),
    ...numbers(properties),
    ...others(OPERATORS, properties.ComparisonOperator).map((ComparisonOperator) =>
      change(properties, { ComparisonOperator }),
    ),
    ...others(TREATMENTS, properties.TreatMissingData).map((TreatMissingData) =>
      change(properties, { TreatMissingData }),
    ),
    ...(properties.Metrics === undefined ? singles(properties) : queries(properties, properties.Metrics)),
  ];
}

const others = (all: readonly string[], one: string | undefined): readonly string[] =>
  all.filter((each) => each !== one);

const change = (properties: AlarmProperties, changed: Partial<AlarmProperties>): Mutant => ({
  name: Object.entries(changed)
    .map(([name, value]) => `${name} ${JSON.stringify(value)}`)
    .join(),
  properties: { ...properties, ...changed },
});

function numbers(properties: AlarmProperties): readonly Mutant[] {
  const {
    Threshold: threshold = 0,
    EvaluationPeriods: of = 0,
    DatapointsToAlarm: needed = 0,
    Period: period,
  } = properties;
  const thresholds = threshold === 0 ? [1, -1] : [threshold * 1.05, threshold * 0.95, 0, -threshold];
  return [
    ...thresholds.map((Threshold) => change(properties, { Threshold })),
    ...[of + 1, of - 1].map((EvaluationPeriods) => change(properties, { EvaluationPeriods })),
    ...[needed + 1, needed - 1]
      .filter((each) => each > 0)
      .map((DatapointsToAlarm) => change(properties, { DatapointsToAlarm })),
    ...(period === undefined ? [] : [change(properties, { Period: period * 2 })]),
  ];
}

function singles(properties: AlarmProperties): readonly Mutant[] {
  const {
    Statistic: statistic,
    ExtendedStatistic: extended,
    Dimensions: dimensions = [],
    MetricName: metric,
  } = properties;
  const without = { ...properties } as Record<string, unknown>;
  delete without['ExtendedStatistic'];
  return [
    ...others(STATISTICS, statistic).map((Statistic) => ({
      name: `statistic ${Statistic}`,
      properties: { ...without, Statistic } as unknown as AlarmProperties,
    })),
    ...(extended === undefined ? [] : [change(properties, { ExtendedStatistic: 'p50' })]),
    change(properties, { MetricName: `${metric ?? ''}s` }),
    change(properties, { Namespace: 'AWS/Nothing' }),
    ...changedDimensions(dimensions).map((Dimensions) => change(properties, { Dimensions })),
  ];
}

/** Each dimension gone, called otherwise, of something else; and one too many. */
function changedDimensions(dimensions: readonly Dimension[]): readonly (readonly Dimension[])[] {
  return [
    ...dimensions.flatMap((dimension, index) => [
      dimensions.filter((each) => each !== dimension),
      dimensions.with(index, { ...dimension, Name: `${dimension.Name}s` }),
      dimensions.with(index, { ...dimension, Value: `another-${String(dimension.Value)}` }),
    ]),
    [...dimensions, { Name: 'DatabaseClass', Value: 'db.r8g.large' }],
  ];
}

function queries(properties: AlarmProperties, all: readonly MetricQuery[]): readonly Mutant[] {
  return all.flatMap((query, index): readonly Mutant[] => {
    const changed = (name: string, to: MetricQuery): Mutant => ({
      name: `${query.Id} ${name}`,
      properties: { ...properties, Metrics: all.with(index, to) },
    });
    const { Expression: expression, MetricStat: stat } = query;
    const mutants = [
      { name: `without ${query.Id}`, properties: { ...properties, Metrics: all.filter((each) => each !== query) } },
    ];
    if (expression !== undefined) {
      const [whole = '', left = '', name = '', right = ''] = /(FILL\((\w+), REPEAT\)) \/ (\w+)/.exec(expression) ?? [];
      const turned = [
        expression.replace('/', '*'),
        expression.replace('100 * ', ''),
        expression.replace(whole, `${right} / ${left}`),
        expression.replace(left, name),
        expression.replace(name, right),
        `100 * ${left}`,
      ];
      return [...mutants, ...turned.map((Expression) => changed(Expression, { ...query, Expression }))];
    }
    if (stat === undefined) return mutants;
    const { Metric: metric } = stat;
    return [
      ...mutants,
      ...others(STATISTICS, stat.Stat).map((Stat) => changed(Stat, { ...query, MetricStat: { ...stat, Stat } })),
      changed('twice the period', { ...query, MetricStat: { ...stat, Period: stat.Period * 2 } }),
      changed('returns data', { ...query, ReturnData: true }),
      changed('another metric', {
        ...query,
        MetricStat: { ...stat, Metric: { ...metric, MetricName: `${metric.MetricName}s` } },
      }),
      ...changedDimensions(metric.Dimensions).map((Dimensions) =>
        changed(JSON.stringify(Dimensions), { ...query, MetricStat: { ...stat, Metric: { ...metric, Dimensions } } }),
      ),
    ];
  });
}
