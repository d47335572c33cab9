import { METRICS } from '../../lib/catalog';
import { ALARMS, judgeAlarm, RUNBOOKS, type AlarmRow } from '../../lib/watch';
import { storiesOf } from './alarm-series';
import { EXPECTED, type ExpectedAlarm } from './expected-alarms';
import { mutantsOf } from './mutants';
import { dimensionsOf, readAlarm, type AlarmProperties, type Dimension } from './template-alarm';
import { synthesizedAlarms, type SynthesizedAlarm } from './watched-tiers';

const alarms = synthesizedAlarms();
const NAMES = Object.keys(EXPECTED).sort((a, b) => b.length - a.length);

/** The longest name that an alarm's ends with, of its namespace where services call alarms alike, or of clusters where servers have one alike. */
function kindOf(properties: AlarmProperties): string {
  // Each family of stores has a function for each task, all of which are watched alike.
  const name = properties.AlarmName.replace(/-(smoke|provision|rotate)-[a-z]+-([a-z-]+)$/, '-$1-$2');
  const [{ namespace = '', dimensions = [] } = {}] = metricsOf(properties);
  const isCluster = namespace === 'AWS/RDS' && dimensions.some(({ Name }: Dimension) => Name === 'DBClusterIdentifier');
  const own = isCluster ? 'cluster ' : `${namespace} `;
  return (
    NAMES.filter((known) => known.startsWith(own)).find((known) => name.endsWith(`-${known.slice(own.length)}`)) ??
    NAMES.find((known) => name.endsWith(`-${known}`)) ??
    `${name}: no test says what it must do`
  );
}

function expectedOf(properties: AlarmProperties): ExpectedAlarm {
  const expected = EXPECTED[kindOf(properties)];
  if (expected === undefined) throw new TypeError(kindOf(properties));
  return expected;
}

/** Every metric that an alarm reads: namespace, name, dimensions. */
const metricsOf = ({ Metrics: queries, ...single }: AlarmProperties) =>
  queries === undefined
    ? [{ namespace: single.Namespace ?? '', metric: single.MetricName ?? '', dimensions: single.Dimensions ?? [] }]
    : queries.flatMap(({ MetricStat }) =>
        MetricStat === undefined
          ? []
          : [
              {
                namespace: MetricStat.Metric.Namespace,
                metric: MetricStat.Metric.MetricName,
                dimensions: MetricStat.Metric.Dimensions,
              },
            ],
      );

/** What is watched, by the dimensions that CloudWatch must be asked with. */
function dimensionsFor(properties: AlarmProperties): Readonly<Record<string, string>> {
  const [first] = metricsOf(properties);
  const written = dimensionsOf(first?.dimensions ?? []);
  return Object.fromEntries(expectedOf(properties).dimensions.map((name) => [name, written[name] ?? 'not written']));
}

/** Stories that an alarm, or what became of one, gets wrong. */
function wrongStories({ properties, facts }: SynthesizedAlarm, judged = properties): readonly string[] {
  return storiesOf(expectedOf(properties), facts, dimensionsFor(properties)).flatMap(
    ({ name, series, before, says }) => {
      let said: string;
      try {
        said = judgeAlarm(readAlarm(judged), series, before);
      } catch (error) {
        said = (error as Error).name;
      }
      return said === says ? [] : [`${name}: ${said} instead of ${says}`];
    },
  );
}

test('every alarm of every tier fires when it must and not else, with gaps and while nothing comes', () => {
  const wrong = alarms.flatMap((alarm) => wrongStories(alarm).map((story) => `${alarm.properties.AlarmName} ${story}`));
  expect(wrong).toEqual([]);
  expect(alarms.length).toBeGreaterThan(400);
});

test('every row of the table is in a template, and every alarm of a template is expected', () => {
  const made = new Set(alarms.map(({ properties }) => kindOf(properties)));
  expect([...made].sort()).toEqual([...NAMES].sort());
  const rows = Object.values(ALARMS).reduce((count, { rows: { length } }) => count + length, 0);
  expect(NAMES).toHaveLength(rows);
});

test('every metric is one that AWS has, under the dimensions that it is kept under and in its unit', () => {
  const unknown = alarms.flatMap(({ properties }) =>
    metricsOf(properties).flatMap(({ namespace, metric, dimensions }) => {
      const names = dimensions
        .map(({ Name }: Dimension) => Name)
        .sort()
        .join();
      const sets = METRICS.get(`${namespace}/${metric}`)?.dimensions.map((set) => set.join());
      return sets?.includes(names) ? [] : [`${properties.AlarmName}: ${namespace} ${metric} by ${names}`];
    }),
  );
  expect(unknown).toEqual([]);
  for (const { namespace, rows } of Object.values(ALARMS)) {
    for (const { name, reads, unit } of rows as readonly AlarmRow<never>[]) {
      if ('expression' in reads) expect([name, unit]).toEqual([name, 'Percent']);
      else expect([name, unit]).toEqual([name, METRICS.get(`${namespace}/${reads.metric}`)?.unit]);
    }
  }
});

test('every row says what it means, where its figures are from and what to do', () => {
  for (const { rows } of Object.values(ALARMS)) {
    for (const { meaning, rule, source, runbook } of rows as readonly AlarmRow<never>[]) {
      expect(RUNBOOKS).toContain(runbook);
      expect(meaning.length).toBeGreaterThan(10);
      expect(rule).not.toBe('');
      expect(source).toMatch(/^https:|^the kit/);
    }
  }
  for (const { properties } of alarms) expect(properties.AlarmDescription?.length).toBeLessThan(1024);
});

/** Changes that change nothing, and so can't be told, with why. Any other that no story notices is a fault of the stories. */
const EQUIVALENT: readonly { readonly why: string; readonly is: (name: string, alarm: AlarmProperties) => boolean }[] =
  [
    {
      why: 'without M, CloudWatch takes N',
      is: (name, { DatapointsToAlarm: needed, EvaluationPeriods: of }) =>
        name === 'without DatapointsToAlarm' && needed === of,
    },
    {
      why: 'without a treatment, missing data is missing',
      is: (name, { TreatMissingData: missing }) => name === 'without TreatMissingData' && missing === 'missing',
    },
    {
      why: 'of what is counted, sum, average and largest sample are above zero together',
      is: (name, alarm) => expectedOf(alarm).shape === 'count' && /^statistic (Sum|Average|Maximum)$/.test(name),
    },
    {
      why: 'what is counted comes in whole numbers: less than 0.95 is less than 1',
      is: (name, alarm) => expectedOf(alarm).shape === 'count' && name === 'Threshold 0.95',
    },
  ];

test('whatever is taken from an alarm or turned around, some story notices', () => {
  const kinds = new Map(alarms.map((alarm) => [kindOf(alarm.properties), alarm]));
  const survivors: string[] = [];
  let count = 0;
  let equivalent = 0;
  for (const [kind, alarm] of kinds) {
    for (const { name, properties } of mutantsOf(alarm.properties)) {
      count += 1;
      if (wrongStories(alarm, properties).length > 0) continue;
      const explained = EQUIVALENT.some(({ is }) => is(name, alarm.properties));
      if (!explained) survivors.push(`${kind} ${name}`);
      else equivalent += 1;
    }
  }
  expect(survivors).toEqual([]);
  expect(count).toBeGreaterThan(700);
  // A reason that fits too much would hide a fault.
  expect(equivalent / count).toBeLessThan(0.08);
});
