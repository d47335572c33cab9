import { LIMITS } from '../catalog';
import { ALARMS } from './alarms';
import { GRAPHS, type Graph } from './dashboard-graphs';
import { LINES_MAX, metricsOf, type Drawn, type Thing } from './dashboard-lines';
import { sortOf, type ShownStore } from './dashboard-widget';
import type { Watched, WatchedSort } from './watched';

/** One graph of one store, with everything that it is of. */
export interface StoreGraph {
  readonly sort: WatchedSort;
  readonly graph: Graph<never>;
  readonly drawn: Drawn;
  readonly things: readonly Thing[];
  /** Metrics that CloudWatch fetches for it. */
  readonly metrics: number;
  /** What one of its things can't grow beyond, where that is known. */
  readonly full?: number;
}

const PERIOD_SECONDS = 300;
const SORTS = Object.keys(GRAPHS) as readonly WatchedSort[];

/** Every graph of a store, in the order in which they are worth seeing. */
export const graphsOf = (store: ShownStore): readonly StoreGraph[] =>
  SORTS.flatMap((sort) => graphsOfSort(store, sort)).filter(({ metrics }) => metrics > 0);

/** Whether one widget takes it. */
export const fitsWidget = ({ metrics }: StoreGraph): boolean => metrics <= LIMITS.dashboardMetricsPerWidget.value;

function graphsOfSort(store: ShownStore, sort: WatchedSort): readonly StoreGraph[] {
  const all: readonly Watched[] = sortOf(store, sort);
  // The row of a thing's own sort takes that thing, which the type checker can't follow through the table.
  const graphs = GRAPHS[sort] as readonly Graph<Watched>[];
  return graphs.map((graph): StoreGraph => {
    const chosen = all.filter((one) => graph.only?.(one) ?? true);
    const [first] = chosen;
    const full = first === undefined ? undefined : graph.full?.(first);
    const inCommon = clustersOf(chosen, graph);
    const things = inCommon ?? chosen.map((one) => thingOf(one, graph));
    return {
      sort,
      graph,
      things,
      metrics: metricsOf(things),
      ...(full !== undefined && { full }),
      drawn: {
        namespace: ALARMS[sort].namespace,
        metric: graph.metric,
        stat: (inCommon === undefined ? undefined : graph.inCommon?.stat) ?? graph.stat,
        combine: graph.combine,
        period: graph.period ?? PERIOD_SECONDS,
      },
    };
  });
}

function thingOf(watched: Watched, { beside, found }: Graph<Watched>): Thing {
  // The group of a thing's own sort takes that thing, which the type checker can't follow through the table.
  const dimensions = ALARMS[watched.sort].dimensions as (of: Watched) => Readonly<Record<string, string>>;
  const { identifier } = watched;
  return { identifier, dimensions: { ...dimensions(watched), ...beside }, ...(found && { found }) };
}

/** The clusters of servers that are too many for a line each; nothing where they are few, or in none. */
function clustersOf(chosen: readonly Watched[], { inCommon }: Graph<never>): readonly Thing[] | undefined {
  if (inCommon === undefined || chosen.length <= LINES_MAX) return undefined;
  const clusters = chosen.map((one) => (one.sort === 'server' ? one.cluster : undefined));
  if (clusters.includes(undefined)) return undefined;
  return [...new Set(clusters)].map((identifier = '') => ({
    identifier,
    dimensions: { DBClusterIdentifier: identifier, ...inCommon.beside },
  }));
}
