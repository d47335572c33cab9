import type { Comparison, MissingData, Statistic } from './alarm-row';
import type { Alarm, WatchedMetric } from './alarms';
import { calculate } from './arithmetic';
import { judgeState, type AlarmState, type Judgement } from './judge-state';

/** An alarm as CloudWatch judges it. */
export interface JudgedAlarm {
  readonly reads: Alarm['reads'];
  readonly periodSeconds: number;
  readonly datapoints: readonly [breaching: number, of: number];
  readonly comparison: Comparison;
  readonly threshold: number;
  readonly missing: MissingData;
}

/** What a metric brought, minute by minute, the oldest first: the samples of each minute, none where there were none. */
export interface Series extends Pick<WatchedMetric, 'namespace' | 'metric' | 'dimensions'> {
  readonly minutes: readonly (readonly number[])[];
}

/**
 * The state of an alarm after what its metrics brought, by CloudWatch's documented rules. An alarm sees a series only if namespace, metric and every
 * dimension are the same.
 * @param before the state that the alarm is in @default 'INSUFFICIENT_DATA'
 */
export function judgeAlarm(
  alarm: JudgedAlarm,
  series: readonly Series[],
  before: AlarmState = 'INSUFFICIENT_DATA',
): AlarmState {
  const { reads, periodSeconds, datapoints, missing } = alarm;
  const valuesOf = (metric: WatchedMetric): readonly (number | undefined)[] =>
    periodsOf(series.find((each) => isOf(each, metric))?.minutes ?? [], periodSeconds / 60).map((samples) =>
      statisticOf(samples, metric.statistic),
    );
  const values = 'expression' in reads ? calculated(reads, valuesOf) : valuesOf(reads);
  const judged = values.map((value): Judgement =>
    value === undefined ? 'missing' : breaches(value, alarm) ? 'breaching' : 'within',
  );
  return judgeState(judged, { datapoints, missing }, before);
}

/** The alarm of a row as it is judged. */
export const judged = ({ reads, threshold, row }: Alarm): JudgedAlarm => ({
  reads,
  threshold,
  periodSeconds: row.periodSeconds,
  datapoints: row.datapoints,
  comparison: row.comparison,
  missing: row.missing,
});

function calculated(
  { expression, metrics }: Extract<Alarm['reads'], { readonly expression: string }>,
  valuesOf: (metric: WatchedMetric) => readonly (number | undefined)[],
): readonly (number | undefined)[] {
  const all = Object.entries(metrics).map(([name, metric]) => [name, valuesOf(metric)] as const);
  const length = Math.max(0, ...all.map(([, values]) => values.length));
  // Series that are shorter began later.
  return Array.from({ length }, (_, index) =>
    calculate(
      expression,
      Object.fromEntries(all.map(([name, values]) => [name, values[values.length - length + index]])),
    ),
  );
}

function isOf(series: Series, { namespace, metric, dimensions }: WatchedMetric): boolean {
  const names = [...new Set([...Object.keys(series.dimensions), ...Object.keys(dimensions)])];
  return (
    series.namespace === namespace &&
    series.metric === metric &&
    names.every((name) => series.dimensions[name] === dimensions[name])
  );
}

/** Samples by period, the last of which ends with the last minute. */
function periodsOf(minutes: readonly (readonly number[])[], minutesEach: number): readonly (readonly number[])[] {
  const periods: (readonly number[])[] = [];
  for (let end = minutes.length; end >= minutesEach; end -= minutesEach) {
    periods.unshift(minutes.slice(end - minutesEach, end).flat());
  }
  return periods;
}

/** `undefined` where there are no samples, whatever the statistic. */
function statisticOf(samples: readonly number[], statistic: Statistic): number | undefined {
  if (samples.length === 0) return undefined;
  const sum = samples.reduce((total, sample) => total + sample, 0);
  switch (statistic) {
    case 'Sum':
      return sum;
    case 'Average':
      return sum / samples.length;
    case 'Maximum':
      return Math.max(...samples);
    case 'Minimum':
      return Math.min(...samples);
    case 'p90':
      return [...samples].sort((a, b) => a - b)[Math.ceil(samples.length * 0.9) - 1];
  }
}

function breaches(value: number, { comparison, threshold }: JudgedAlarm): boolean {
  switch (comparison) {
    case 'above':
      return value > threshold;
    case 'atLeast':
      return value >= threshold;
    case 'below':
      return value < threshold;
  }
}
