import { linesOf, type Drawn, type MetricLine } from './dashboard-lines';
import { sortOf, type ShownStore, type Tile } from './dashboard-widget';
import type { WatchedSort } from './watched';

/** One graph of a store's section. */
interface Graph extends Pick<Drawn, 'metric' | 'stat' | 'combine'> {
  readonly title: string;
  readonly of: Extract<WatchedSort, 'server' | 'cluster' | 'proxy' | 'table'>;
}

/** What is drawn of every store, as far as it has such things. */
const GRAPHS: readonly Graph[] = [
  { title: 'CPU, %', of: 'server', metric: 'CPUUtilization', stat: 'Average', combine: 'MAX' },
  { title: 'sessions that want to run', of: 'server', metric: 'DBLoad', stat: 'Average', combine: 'MAX' },
  { title: 'connections', of: 'server', metric: 'DatabaseConnections', stat: 'Average', combine: 'MAX' },
  { title: 'reads from storage, p90, s', of: 'server', metric: 'ReadLatency', stat: 'p90', combine: 'MAX' },
  { title: 'writes to storage, p90, s', of: 'server', metric: 'WriteLatency', stat: 'p90', combine: 'MAX' },
  { title: 'free memory, bytes', of: 'server', metric: 'FreeableMemory', stat: 'Average', combine: 'MIN' },
  {
    title: 'transaction ids in use',
    of: 'server',
    metric: 'MaximumUsedTransactionIDs',
    stat: 'Average',
    combine: 'MAX',
  },
  { title: 'volume, bytes', of: 'cluster', metric: 'VolumeBytesUsed', stat: 'Maximum', combine: 'MAX' },
  { title: 'connections of proxies', of: 'proxy', metric: 'DatabaseConnections', stat: 'Sum', combine: 'MAX' },
  {
    title: 'wait for a connection, µs',
    of: 'proxy',
    metric: 'DatabaseConnectionsBorrowLatency',
    stat: 'Average',
    combine: 'MAX',
  },
  { title: 'throttled reads', of: 'table', metric: 'ReadThrottleEvents', stat: 'Sum', combine: 'MAX' },
  { title: 'throttled writes', of: 'table', metric: 'WriteThrottleEvents', stat: 'Sum', combine: 'MAX' },
];

const KNOWN_BY: Readonly<Record<Graph['of'], readonly [namespace: string, dimension: string]>> = {
  server: ['AWS/RDS', 'DBInstanceIdentifier'],
  cluster: ['AWS/RDS', 'DBClusterIdentifier'],
  proxy: ['AWS/RDS', 'ProxyName'],
  table: ['AWS/DynamoDB', 'TableName'],
};

/** The graphs of one store, three beside each other. */
export function sectionOf(store: ShownStore, region: string): readonly (readonly Tile[])[] {
  const tiles = GRAPHS.flatMap((graph): readonly Tile[] => {
    const metrics = drawn(store, graph);
    if (metrics.length === 0) return [];
    const { title } = graph;
    return [
      {
        type: 'metric',
        width: 8,
        height: 6,
        properties: { title: `${store.name}: ${title}`, view: 'timeSeries', region, metrics, period: 300 },
      },
    ];
  });
  return [[...tiles]];
}

function drawn(store: ShownStore, { of, metric, stat, combine }: Graph): readonly MetricLine[] {
  const [namespace, dimension] = KNOWN_BY[of];
  const all = sortOf(store, of);
  // Replicas have no transaction ids of their own.
  const names = all
    .filter((each) => !(each.sort === 'server' && each.role === 'replica' && metric === 'MaximumUsedTransactionIDs'))
    .map((each) => (each.sort === 'table' ? each.tableName : each.identifier));
  return linesOf({ namespace, metric, dimension, stat, combine, period: 300 }, names);
}
