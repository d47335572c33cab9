import type { Comparison, MissingData, Statistic } from './alarm-row';
import type { Alarm, WatchedMetric } from './alarms';
import { calculate, type Values } from './arithmetic';
import { judgeState, LOOK_BACK, type AlarmState, type Judgement } from './judge-state';

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
  // As many as CloudWatch looks back to, which is what FILL knows of.
  const range = datapoints[1] + LOOK_BACK;
  const valuesOf = (metric: WatchedMetric): Values => {
    const values = periodsOf(series.find((each) => isOf(each, metric))?.minutes ?? [], periodSeconds / 60).map(
      (samples) => statisticOf(samples, metric.statistic),
    );
    // What is shorter began later.
    return [...Array<undefined>(range).fill(undefined), ...values].slice(-range);
  };
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

const calculated = (
  { expression, metrics }: Extract<Alarm['reads'], { readonly expression: string }>,
  valuesOf: (metric: WatchedMetric) => Values,
): Values =>
  calculate(expression, Object.fromEntries(Object.entries(metrics).map(([name, metric]) => [name, valuesOf(metric)])));

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
