import type { AlarmState, Series } from '../../lib/watch';
import type { ExpectedAlarm, Facts } from './expected-alarms';

/** What metrics brought, and what an alarm must say of it. */
export interface Story {
  readonly name: string;
  readonly series: readonly Series[];
  readonly before: AlarmState;
  readonly says: AlarmState;
}

/** One data point: bad, good, at the limit, which is fine, or none. */
type Point = 'bad' | 'good' | 'just' | 'none';

/** What must set an alarm off, what must not, gaps, and silence. Other things of the same sort are in trouble all the while. */
export function storiesOf(
  expected: ExpectedAlarm,
  facts: Facts,
  dimensions: Readonly<Record<string, string>>,
): readonly Story[] {
  const [needed, of] = expected.datapoints;
  const limit = typeof expected.limit === 'function' ? expected.limit(facts) : expected.limit;
  const good = (count: number): Point[] => Array.from({ length: count }, () => 'good');
  const told = (points: readonly Point[]): readonly Series[] => {
    const trouble = points.map((): Point => 'bad');
    return [
      ...seriesOf(expected, limit, dimensions, points),
      ...seriesOf(expected, limit, strangers(dimensions), trouble).map(halved),
    ];
  };
  const healthy = good(of + 4);
  const spread = spreadOver(needed, of);
  return [
    { name: 'must fire', series: told([...healthy, ...spread]), before: 'OK', says: 'ALARM' },
    { name: 'must not, all is well', series: told(healthy), before: 'ALARM', says: 'OK' },
    {
      // As many as there may be, and one more that lies too far back.
      name: 'must not, bad for a moment',
      series: told([...good(of + 3), 'bad', ...spread.with(spread.indexOf('bad'), 'good')]),
      before: 'ALARM',
      says: 'OK',
    },
    { name: 'must not, at the limit', series: told(healthy.map((): Point => 'just')), before: 'ALARM', says: 'OK' },
    {
      name: 'gaps',
      series: told(healthy.map((point, index) => (index % 2 === 0 ? 'none' : point))),
      before: 'ALARM',
      says: 'OK',
    },
    { name: 'idle', series: told(healthy.map(() => 'none')), before: 'ALARM', says: expected.silence },
    {
      name: 'idle after trouble',
      series: told([...spread, ...good(of + 4).map((): Point => 'none')]),
      before: 'ALARM',
      says: expected.silence,
    },
    ...(expected.metrics.length === 2
      ? [
          {
            // CloudWatch would take what is missing of a part for zero.
            name: 'must fire, with gaps in the part',
            series: told([...healthy, ...spread]).map((each, index) => (index === 0 ? gapped(each, expected) : each)),
            before: 'OK',
            says: 'ALARM',
          } as const,
        ]
      : []),
    ...(expected.shape === 'share'
      ? [{ name: 'idle at zero', series: told(healthy).map(zeroes), before: 'ALARM', says: 'OK' } as const]
      : []),
  ];
}

/** Bad points over the whole of the window, the last of them last. */
function spreadOver(needed: number, of: number): readonly Point[] {
  const points = Array.from({ length: of }, (): Point => 'good');
  for (let index = 0; index < needed - 1; index += 1)
    points[Math.floor((index * (of - 1)) / Math.max(1, needed - 1))] = 'bad';
  points[needed === 1 ? 0 : of - 1] = 'bad';
  return points;
}

const strangers = (dimensions: Readonly<Record<string, string>>): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(dimensions).map(([name, value]) => [name, `another-${value}`]));

/** The second of two metrics is a whole, of which the first is a part: of others it is smaller. */
const halved = (series: Series, index: number): Series =>
  index === 0 ? series : { ...series, minutes: series.minutes.map((samples) => samples.map((sample) => sample / 2)) };

const zeroes = (series: Series): Series => ({
  ...series,
  minutes: series.minutes.map((samples) => samples.map(() => 0)),
});

/** Every second period of the last ones is missing. */
const gapped = (series: Series, { minutes: each, datapoints: [, of] }: ExpectedAlarm): Series => {
  const first = series.minutes.length / each - of;
  return {
    ...series,
    minutes: series.minutes.map((samples, minute) => ((Math.floor(minute / each) - first) % 2 === 1 ? [] : samples)),
  };
};

function seriesOf(
  expected: ExpectedAlarm,
  limit: number,
  dimensions: Readonly<Record<string, string>>,
  points: readonly Point[],
): readonly Series[] {
  return expected.metrics.map((metric, index) => ({
    namespace: expected.namespace,
    metric,
    dimensions,
    minutes: points.flatMap((point) => minutesOf(expected, limit, point, index === 1)),
  }));
}

/** The minutes of one data point. What is counted happens in the first of them only: once more than the limit where that is bad, as often as it where not. */
function minutesOf(
  { shape, bad, minutes }: ExpectedAlarm,
  limit: number,
  point: Point,
  isWhole: boolean,
): readonly (readonly number[])[] {
  const each = Array.from({ length: minutes }, (_, minute) => minute);
  if (point === 'none') return each.map(() => []);
  if (shape === 'count') {
    const happens = bad === 'above' ? point === 'bad' : point !== 'bad';
    const first = bad === 'above' ? (happens ? limit + 1 : limit) : happens ? 1 : 0;
    return each.map((minute) => (minute === 0 ? [0, first] : [0, 0]));
  }
  // The most of a minute, of what is allowed at most.
  if (shape === 'used' && isWhole) return each.map(() => [50, 100]);
  // A proxy of two machines.
  if (shape === 'share' && isWhole) return each.map(() => [50, 50]);
  if (point === 'just') return each.map(() => samplesAt(shape, limit));
  return each.map(() => samplesOf(shape, limit, bad === 'above' ? 1 : -1, point));
}

function samplesAt(shape: Shape, limit: number): readonly number[] {
  if (shape === 'share' || shape === 'used') return [limit / 2, shape === 'share' ? limit / 2 : limit];
  // The mean of many equal samples is another by rounding.
  if (shape === 'mean') return [limit];
  return Array(20).fill(limit) as number[];
}

/** Samples of a minute a little on one side of the limit by the right statistic, and on the other by any other. */
function samplesOf(
  shape: Exclude<Shape, 'count'>,
  limit: number,
  side: 1 | -1,
  point: 'bad' | 'good',
): readonly number[] {
  const little = side * limit * 0.02;
  switch (shape) {
    case 'mean':
      return point === 'bad' ? [limit - 2 * little, limit + 4 * little] : [limit - 4 * little, limit + 2 * little];
    case 'peak':
      return point === 'bad' ? [limit / 2, limit + little] : [limit - little, limit - little];
    case 'trough':
      return point === 'bad' ? [limit + little, limit * 4] : [limit - little, limit - little];
    case 'tail': {
      const slow = point === 'bad' ? 3 : 2;
      return Array.from({ length: 20 }, (_, index) => (index < slow ? limit + little : limit / 2));
    }
    case 'used':
      return point === 'bad' ? [limit / 2, limit + little] : [limit / 2, limit - little];
    case 'share': {
      const whole = point === 'bad' ? limit + little : limit - little;
      return [whole / 2, whole / 2];
    }
  }
}

type Shape = ExpectedAlarm['shape'];
