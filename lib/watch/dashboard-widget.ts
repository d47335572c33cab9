import type { MetricLine } from './dashboard-lines';
import type { Watched, WatchedBySort, WatchedSort } from './watched';

/** One store as a dashboard shows it. */
export interface ShownStore {
  readonly name: string;
  readonly kind: string;
  readonly shown: readonly Watched[];
  /** Names of the alarms that tell of it or show it, the whole first. */
  readonly states: readonly string[];
}

export interface ShownTier {
  readonly tier: string;
  readonly stage: string;
  /** Where its metrics are. */
  readonly region: string;
  readonly stores: readonly ShownStore[];
  /** Names of the alarms of the kit's own functions. */
  readonly operations: readonly string[];
  /** ARN of an alarm by its name. */
  readonly alarmArn: (name: string) => string;
}

export const COLUMNS = 24;

/** A widget on the grid of 24 columns, as CloudWatch takes it. */
export interface Widget {
  readonly type: 'text' | 'metric' | 'alarm';
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly properties: {
    readonly title?: string;
    readonly markdown?: string;
    readonly region?: string;
    readonly view?: 'singleValue' | 'timeSeries';
    readonly metrics?: readonly MetricLine[];
    readonly alarms?: readonly string[];
    readonly period?: number;
    /** Of a widget that shows another time than the dashboard, as `-P3D`. */
    readonly start?: string;
    readonly sparkline?: boolean;
  };
}

/** A widget that has no place yet. */
export type Tile = Omit<Widget, 'x' | 'y'>;

/** The things of one sort. */
export const sortOf = <K extends WatchedSort>(store: ShownStore, sort: K): readonly WatchedBySort[K][] =>
  // The type checker can't follow a sort through the table.
  store.shown.filter((each) => each.sort === sort) as unknown as readonly WatchedBySort[K][];
