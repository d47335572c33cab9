import { busiest, hidden, linesOf, type MetricLine } from './dashboard-lines';
import type { InOverview } from './dashboard-graphs';
import { fitsWidget, type StoreGraph } from './dashboard-section';
import type { ShownStore, ShownTier, Tile } from './dashboard-widget';
import { alarmsTile, textTile } from './dashboard-tiles';

const NEVER_DAYS = 3650;
const DAY_SECONDS = 86_400;
const HOUR_SECONDS = 3_600;
const FIGURE = { width: 4, height: 3 } as const;
const NOT_MEASURED = 'nothing of it is measured';
const TOO_MANY = 'of more than a widget takes: see the states';
const STATE = { width: 8, height: 3 } as const;

/** What a store has broken of its promises, as the last proof says. */
export const brokenPromises = ({ tier, stage }: ShownTier, store: string, label: string): MetricLine => [
  'Polystore',
  'SmokeFailed',
  'Tier',
  tier,
  'Stage',
  stage,
  'Store',
  store,
  { stat: 'Maximum', label, period: HOUR_SECONDS },
];

/** The graphs of a store that its row of the overview is about: of a sharded store its shards, and not the table that finds them. */
export function inOverview(graphs: readonly StoreGraph[]): readonly StoreGraph[] {
  const isSharded = graphs.some(({ sort }) => sort === 'server');
  return graphs.filter(
    ({ sort, graph }) => (graph.overview !== undefined || graph.full !== undefined) && !(isSharded && sort === 'table'),
  );
}

/** State, load, lag, errors, and days until storage is full: each in its column, whatever the store is. */
export function overviewRow(store: ShownStore, graphs: readonly StoreGraph[], shown: ShownTier): readonly Tile[] {
  const own = inOverview(graphs);
  const column = (as: InOverview['as'], first: readonly MetricLine[], otherwise: string): Tile => {
    const of = own.filter(({ graph }) => graph.overview?.as === as);
    const fitting = of.filter(fitsWidget);
    const metrics = [...first, ...fitting.flatMap((one, index) => figureOf(one, `${as}${index}x`))];
    if (metrics.length === 0) return textTile(`**${as}**\n\n${of.length > 0 ? TOO_MANY : otherwise}`, FIGURE);
    return {
      type: 'metric',
      ...FIGURE,
      properties: { title: as, view: 'singleValue', sparkline: true, region: shown.region, metrics, period: 300 },
    };
  };
  return [
    store.states.length > 0
      ? alarmsTile(store.name, store.states.slice(0, 2), shown, STATE)
      : textTile(`**${store.name}**\n\nhas no alarms: only the smoke test tells of it`, STATE),
    column('load', [], NOT_MEASURED),
    column('lag', [], own.length === 0 ? NOT_MEASURED : 'nothing follows it'),
    column('errors', [brokenPromises(shown, store.name, 'broken promises')], ''),
    daysTile(own, shown.region),
  ];
}

const figureOf = ({ graph, drawn, things }: StoreGraph, ids: string): readonly MetricLine[] =>
  busiest(linesOf({ ...drawn, ids }, things), drawn.combine, graph.overview?.label ?? '');

/** At the rate of the last day; ten years where it does not grow. Of the fullest, or of the one with the least free. */
function daysTile(graphs: readonly StoreGraph[], region: string): Tile {
  const found = graphs.find(({ graph }) => graph.full !== undefined);
  const title = `${found?.graph.fills ?? 'storage'} full in, days`;
  if (graphs.length === 0) return textTile(`**${title}**\n\n${NOT_MEASURED}`, FIGURE);
  if (found?.full === undefined) {
    const instead = found?.sort === 'cacheNode' ? 'drops keys instead' : 'grows by itself';
    return textTile(`**${title}**\n\n${instead}`, FIGURE);
  }
  if (!fitsWidget(found)) return textTile(`**${title}**\n\n${TOO_MANY}`, FIGURE);
  const { drawn, things, full } = found;
  const all = busiest(linesOf({ ...drawn, period: DAY_SECONDS }, things), drawn.combine, 'fullest');
  const expression =
    drawn.combine === 'MIN'
      ? `IF(DIFF(all) < 0, all / (0 - DIFF(all)), ${NEVER_DAYS})`
      : `IF(DIFF(all) > 0, (${full} - all) / DIFF(all), ${NEVER_DAYS})`;
  return {
    type: 'metric',
    ...FIGURE,
    properties: {
      title,
      view: 'singleValue',
      region,
      metrics: [...all.map(hidden), [{ id: 'days', expression, label: 'at the present rate', period: DAY_SECONDS }]],
      period: DAY_SECONDS,
      // A rate needs two days that have ended, whatever the dashboard shows.
      start: '-P3D',
    },
  };
}
