import { LIMITS } from '../catalog';
import { linesOf } from './dashboard-lines';
import { brokenPromises, inOverview, overviewRow } from './dashboard-overview';
import { fitsWidget, graphsOf, type StoreGraph } from './dashboard-section';
import { alarmRows, alarmsTile, headingTile, placed } from './dashboard-tiles';
import type { ShownStore, ShownTier, Tile, Widget } from './dashboard-widget';

/** A dashboard as CloudWatch takes it. */
export interface DashboardBody {
  /** The period of a graph is what its figures mean, whatever time is shown. */
  readonly periodOverride: 'inherit';
  readonly widgets: readonly Widget[];
}

/**
 * The dashboard of a tier: what proves it, a row a store, and below a section a store. Up to a dozen servers have a line each; more are gathered, by
 * their clusters where they have any, so that three hundred shards stay readable and within what a dashboard takes. A graph for which there is no
 * room is named.
 */
export function dashboardBody(shown: ShownTier): DashboardBody {
  const { tier, stage, stores, operations, region } = shown;
  const sections = stores.map((store) => ({ store, graphs: graphsOf(store) }));
  const fits = graphsThatFit(sections.map(({ graphs }) => graphs));
  const promises = stores.map(({ name }) => brokenPromises(shown, name, name));
  const rows: readonly (readonly Tile[])[] = [
    [headingTile(`# ${tier}/${stage}`)],
    [
      alarmsTile('smoke test, provisioning, topic', operations, shown, { width: 8, height: 4 }),
      {
        type: 'metric',
        width: 16,
        height: 4,
        properties: {
          title: 'broken promises',
          view: 'timeSeries',
          region,
          metrics: promises,
          period: 3600,
          start: '-P1D',
        },
      },
    ],
    ...sections.map(({ store, graphs }) => overviewRow(store, graphs, shown)),
    ...sections.flatMap(({ store, graphs }) => sectionRows(store, graphs, fits, shown)),
  ];
  return { periodOverride: 'inherit', widgets: placed(rows) };
}

/** The overview is there whatever happens; of the rest, those of few metrics come before those of many, so that a large store hides no small one. */
function graphsThatFit(stores: readonly (readonly StoreGraph[])[]): ReadonlySet<StoreGraph> {
  const spent = stores
    .flatMap(inOverview)
    .filter(fitsWidget)
    .reduce((sum, { metrics }) => sum + metrics, 2 * stores.length);
  let left = LIMITS.dashboardMetrics.value - spent;
  const fitting = stores
    .flat()
    .filter(fitsWidget)
    .toSorted((one, other) => one.metrics - other.metrics)
    .filter(({ metrics }) => {
      if (metrics > left) return false;
      left -= metrics;
      return true;
    });
  return new Set(fitting);
}

function sectionRows(
  store: ShownStore,
  graphs: readonly StoreGraph[],
  fits: ReadonlySet<StoreGraph>,
  shown: ShownTier,
): readonly (readonly Tile[])[] {
  const { name, kind, states } = store;
  if (graphs.length === 0 && states.length === 0) return [];
  const left = graphs.filter((one) => !fits.has(one)).map(({ graph }) => graph.title);
  return [
    [headingTile(`## ${name} (${kind})`)],
    // Beyond the two of the overview.
    ...alarmRows(`${name}: states`, states.slice(2), shown),
    graphs.filter((one) => fits.has(one)).map((one) => graphTile(name, one, shown.region)),
    ...(left.length > 0
      ? [
          [
            headingTile(
              `not shown, since a dashboard takes ${LIMITS.dashboardMetrics.value} metrics: ${left.join('; ')}`,
            ),
          ],
        ]
      : []),
  ];
}

const graphTile = (store: string, { graph, drawn, things }: StoreGraph, region: string): Tile => ({
  type: 'metric',
  width: 8,
  height: 6,
  properties: {
    title: `${store}: ${graph.title}`,
    view: 'timeSeries',
    region,
    metrics: linesOf(drawn, things),
    period: drawn.period,
  },
});
