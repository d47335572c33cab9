import type { MetricUnit } from '../catalog';
import type { Runbook } from './runbook';

/**
 * Who is told. `page`: something is broken, or about to be: somebody gets up. `ticket`: somebody looks at it in working hours.
 * `quiet`: nobody, the alarm only keeps others silent.
 */
export type Severity = 'page' | 'ticket' | 'quiet';

/**
 * What stands for a period that brought no data. `breaching`: silence is trouble. `notBreaching`: silence is health, so that a metric which comes
 * with trouble only leaves no alarm behind. `missing`: the alarm says that it knows nothing.
 */
export type MissingData = 'breaching' | 'notBreaching' | 'missing';

export type Statistic = 'Average' | 'Maximum' | 'Minimum' | 'Sum' | 'p90';

/** How values are held against the threshold. */
export type Comparison = 'above' | 'atLeast' | 'below';

/** One metric as an alarm reads it. */
export interface MetricReading {
  /** Of the group's namespace. */
  readonly metric: string;
  readonly statistic: Statistic;
  /** Dimensions beside those of what is watched, as in `{ Operation: 'GetItem' }`. @default - none */
  readonly dimensions?: Readonly<Record<string, string>>;
}

/** Metrics by a name, and what is calculated of them: numbers, names, `+ - * /` and parentheses, nothing more. */
export interface MathReading {
  readonly expression: string;
  readonly metrics: Readonly<Record<string, MetricReading>>;
}

/** One alarm of whatever is watched: how it is read, what is too much of it, and what to do then. `S` is what is watched. */
export interface AlarmRow<S> {
  /** Last part of the alarm's name, one of a kind in its group: `ReplicaLag`. The metric's name where one says it all. */
  readonly name: string;
  readonly reads: MetricReading | MathReading;
  /** Of what is compared with the threshold. */
  readonly unit: MetricUnit;
  /** A multiple of 60. */
  readonly periodSeconds: number;
  /** Periods that must breach, of the last so many: `[3, 5]`. */
  readonly datapoints: readonly [breaching: number, of: number];
  readonly comparison: Comparison;
  /** In `unit`; `undefined` where the alarm makes no sense for this one. */
  readonly threshold: (watched: S) => number | undefined;
  /** How the threshold follows, for people: `90 % of max_connections`. */
  readonly rule: string;
  readonly missing: MissingData;
  readonly severity: Severity;
  /** What to do. */
  readonly runbook: Runbook;
  /** What it means, in one sentence without its end. */
  readonly meaning: string;
  /** Where the figures are from. */
  readonly source: string;
}

/** The alarms of one sort of things. */
export interface AlarmGroup<S> {
  /** What they watch, for people: `a database server`. */
  readonly watches: string;
  readonly namespace: string;
  /** By which CloudWatch knows what is watched. */
  readonly dimensions: (watched: S) => Readonly<Record<string, string>>;
  readonly rows: readonly AlarmRow<S>[];
}
