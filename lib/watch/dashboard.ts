import { LIMITS } from '../catalog';
import { busiest, linesOf, type MetricLine } from './dashboard-lines';
import { sectionOf } from './dashboard-section';
import { sortOf, type ShownStore, type Tile, type Widget } from './dashboard-widget';

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
/** Alarms that one widget shows. @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html */
const ALARMS_A_WIDGET = 100;
const NEVER_DAYS = 3650;

/**
 * The dashboard of a tier: what proves it, a row a store, and below a section a store. Up to a dozen servers have a line each; more are gathered by
 * tens, so that three hundred shards stay readable and within what a dashboard takes.
 */
export function dashboardBody(shown: ShownTier): { readonly widgets: readonly Widget[] } {
  const { tier, stage, stores, operations, region } = shown;
  const failed = stores.map(({ name }): MetricLine => [
    'Polystore',
    'SmokeFailed',
    'Tier',
    tier,
    'Stage',
    stage,
    'Store',
    name,
    { stat: 'Maximum', label: name },
  ]);
  const rows: readonly (readonly Tile[])[] = [
    [text(`# ${tier}/${stage}`, 1)],
    [
      alarms('smoke test, provisioning, topic', operations, shown, { width: 6, height: 3 }),
      { ...value('broken promises, last proof', failed, region, 3600), width: 18, height: 3 },
    ],
    ...stores.map((store) => overviewRow(store, shown)),
    ...stores.flatMap((store) => [
      [text(`## ${store.name} (${store.kind})`, 1)],
      ...stateRows(store, shown),
      ...sectionOf(store, region),
    ]),
  ];
  return { widgets: placed(rows) };
}

const text = (markdown: string, height: number): Tile => ({
  type: 'text',
  width: COLUMNS,
  height,
  properties: { markdown },
});

const value = (title: string, metrics: readonly MetricLine[], region: string, period: number): Tile => ({
  type: 'metric',
  width: 5,
  height: 3,
  properties: { title, view: 'singleValue', sparkline: true, region, metrics, period },
});

function alarms(
  title: string,
  names: readonly string[],
  { alarmArn }: ShownTier,
  size: Pick<Tile, 'width' | 'height'>,
): Tile {
  return { type: 'alarm', ...size, properties: { title, alarms: names.map(alarmArn) } };
}

/** State, load, lag, errors, and days until storage is full. */
function overviewRow(store: ShownStore, shown: ShownTier): readonly Tile[] {
  const { region } = shown;
  const servers = sortOf(store, 'server').map(({ identifier }) => identifier);
  const followers = sortOf(store, 'server').filter(({ role }) => role !== 'primary');
  const lag = followers.some(({ role }) => role === 'replica')
    ? { metric: 'ReplicaLag', unit: 's' }
    : { metric: 'AuroraReplicaLag', unit: 'ms' };
  const of = (metric: string, identifiers: readonly string[], stat: string) =>
    linesOf(
      { namespace: 'AWS/RDS', metric, dimension: 'DBInstanceIdentifier', stat, combine: 'MAX', period: 300 },
      identifiers,
    );
  return [
    alarms(store.name, store.states.slice(0, 2), shown, { width: 4, height: 3 }),
    value('load: busiest server, % CPU', busiest(of('CPUUtilization', servers, 'Average'), 'MAX', 'CPU'), region, 300),
    ...(followers.length > 0
      ? [
          value(
            `lag: furthest behind, ${lag.unit}`,
            busiest(
              of(
                lag.metric,
                followers.map(({ identifier }) => identifier),
                'Maximum',
              ),
              'MAX',
              'lag',
            ),
            region,
            300,
          ),
        ]
      : []),
    value(
      'errors: broken promises',
      [
        [
          'Polystore',
          'SmokeFailed',
          'Tier',
          shown.tier,
          'Stage',
          shown.stage,
          'Store',
          store.name,
          { stat: 'Maximum', label: 'broken' },
        ],
      ],
      region,
      3600,
    ),
    value('days until storage is full', daysLeft(store), region, 86_400),
  ];
}

/** At the rate of the last day; ten years where it does not grow. Of the fullest volume, or of the server with the least free. */
function daysLeft(store: ShownStore): readonly MetricLine[] {
  const clusters = sortOf(store, 'cluster').map(({ identifier }) => identifier);
  const day = 86_400;
  if (clusters.length > 0) {
    const fullest = busiest(
      linesOf(
        {
          namespace: 'AWS/RDS',
          metric: 'VolumeBytesUsed',
          dimension: 'DBClusterIdentifier',
          stat: 'Maximum',
          combine: 'MAX',
          period: day,
        },
        clusters,
      ),
      'MAX',
      'fullest',
    );
    return [
      ...fullest.map((line) => hidden(line)),
      [
        {
          id: 'days',
          expression: `IF(DIFF(all) > 0, (${LIMITS.auroraVolumeTiB.value * 2 ** 40} - all) / DIFF(all), ${NEVER_DAYS})`,
          label: 'days',
        },
      ],
    ];
  }
  const own = sortOf(store, 'server').filter(({ storageGiB }) => storageGiB !== undefined);
  const least = busiest(
    linesOf(
      {
        namespace: 'AWS/RDS',
        metric: 'FreeStorageSpace',
        dimension: 'DBInstanceIdentifier',
        stat: 'Minimum',
        combine: 'MIN',
        period: day,
      },
      own.map(({ identifier }) => identifier),
    ),
    'MIN',
    'least free',
  );
  return [
    ...least.map((line) => hidden(line)),
    [{ id: 'days', expression: `IF(DIFF(all) < 0, all / (0 - DIFF(all)), ${NEVER_DAYS})`, label: 'days' }],
  ];
}

function hidden(line: MetricLine): MetricLine {
  const options = line[line.length - 1];
  return typeof options === 'object' ? [...line.slice(0, -1), { ...options, visible: false }] : line;
}

/** Every state of a store, beyond the two of the overview. */
function stateRows(store: ShownStore, shown: ShownTier): readonly (readonly Tile[])[] {
  const names = store.states.slice(2);
  const groups = Array.from({ length: Math.ceil(names.length / ALARMS_A_WIDGET) }, (_, index) =>
    names.slice(index * ALARMS_A_WIDGET, (index + 1) * ALARMS_A_WIDGET),
  );
  return groups.map((group, index) => [
    alarms(`${store.name}: states${groups.length > 1 ? ` ${index + 1}` : ''}`, group, shown, {
      width: COLUMNS,
      height: 1 + Math.ceil(group.length / 8),
    }),
  ]);
}

/** Rows below each other, tiles beside each other, as many as fit. */
function placed(rows: readonly (readonly Tile[])[]): readonly Widget[] {
  const widgets: Widget[] = [];
  let y = 0;
  for (const row of rows) {
    let [x, height] = [0, 0];
    for (const tile of row) {
      if (x + tile.width > COLUMNS) {
        y += height;
        [x, height] = [0, 0];
      }
      widgets.push({ ...tile, x, y });
      x += tile.width;
      height = Math.max(height, tile.height);
    }
    y += height;
  }
  return widgets;
}
