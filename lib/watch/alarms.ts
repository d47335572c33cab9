import type { AlarmGroup, AlarmRow, MathReading, MetricReading } from './alarm-row';
import { CACHE_NODE_ALARMS, SERVERLESS_CACHE_ALARMS } from './cache-alarms';
import { CLUSTER_ALARMS } from './cluster-alarms';
import { DOCUMENT_CLUSTER_ALARMS, DOCUMENT_SERVER_ALARMS } from './document-alarms';
import { ELASTIC_DOCUMENT_ALARMS } from './elastic-document-alarms';
import { PROVISIONING_ALARMS, ROTATION_ALARMS, SMOKE_TEST_ALARMS } from './function-alarms';
import { GRAPH_CLUSTER_ALARMS, GRAPH_SERVER_ALARMS } from './graph-alarms';
import { MAINTENANCE_ALARMS, TOPIC_ALARMS } from './operations-alarms';
import { PROXY_ALARMS } from './proxy-alarms';
import { SERVER_ALARMS } from './server-alarms';
import { TABLE_ALARMS, TABLE_INDEX_ALARMS, TABLE_REPLICA_ALARMS } from './table-alarms';
import type { Watched, WatchedBySort, WatchedSort } from './watched';

/** Every alarm that there is, by the sort of what it watches. A sort without its group does not compile. */
export const ALARMS: { readonly [K in WatchedSort]: AlarmGroup<WatchedBySort[K]> } = {
  server: SERVER_ALARMS,
  cluster: CLUSTER_ALARMS,
  proxy: PROXY_ALARMS,
  table: TABLE_ALARMS,
  tableIndex: TABLE_INDEX_ALARMS,
  tableReplica: TABLE_REPLICA_ALARMS,
  cacheNode: CACHE_NODE_ALARMS,
  serverlessCache: SERVERLESS_CACHE_ALARMS,
  documentServer: DOCUMENT_SERVER_ALARMS,
  documentCluster: DOCUMENT_CLUSTER_ALARMS,
  elasticDocuments: ELASTIC_DOCUMENT_ALARMS,
  graphServer: GRAPH_SERVER_ALARMS,
  graphCluster: GRAPH_CLUSTER_ALARMS,
  smokeTest: SMOKE_TEST_ALARMS,
  provisioning: PROVISIONING_ALARMS,
  rotation: ROTATION_ALARMS,
  topic: TOPIC_ALARMS,
  maintenance: MAINTENANCE_ALARMS,
};

/** One metric of one thing. */
export interface WatchedMetric extends Omit<MetricReading, 'dimensions'> {
  readonly namespace: string;
  readonly dimensions: Readonly<Record<string, string>>;
}

/** An alarm of one thing: its row, with everything that follows from what the thing is. */
export interface Alarm {
  /** As in `blog-prod-main-r1-ReplicaLag`. */
  readonly name: string;
  /** One metric, or several by the names that the expression has for them. */
  readonly reads:
    WatchedMetric | { readonly expression: string; readonly metrics: Readonly<Record<string, WatchedMetric>> };
  /** In the row's unit. */
  readonly threshold: number;
  readonly row: Omit<AlarmRow<never>, 'threshold'>;
}

/** What somebody wants otherwise: thresholds by the names of rows, in the units of these. */
export type Thresholds = Readonly<Record<string, number>>;

/** The alarms of one thing. @param thresholds instead of those that follow from what it is @default - none */
export function alarmsOf(watched: Watched, thresholds: Thresholds = {}): readonly Alarm[] {
  // The group of a thing's own sort takes that thing, which the type checker can't follow through the table.
  const group = ALARMS[watched.sort] as AlarmGroup<Watched>;
  const own = group.dimensions(watched);
  const metricOf = ({ metric, statistic, dimensions }: MetricReading): WatchedMetric => ({
    namespace: group.namespace,
    metric,
    statistic,
    dimensions: { ...own, ...dimensions },
  });
  return group.rows.flatMap((row): readonly Alarm[] => {
    const derived = row.threshold(watched);
    if (derived === undefined) return [];
    const wanted = thresholds[row.name];
    return [
      {
        name: `${watched.identifier}-${row.name}`,
        reads: isMath(row.reads)
          ? {
              expression: row.reads.expression,
              metrics: Object.fromEntries(
                Object.entries(row.reads.metrics).map(([name, reading]) => [name, metricOf(reading)]),
              ),
            }
          : metricOf(row.reads),
        threshold: wanted ?? derived,
        row: wanted === undefined ? row : { ...row, rule: `${wanted}, as the definition says` },
      },
    ];
  });
}

const isMath = (reads: MetricReading | MathReading): reads is MathReading => 'expression' in reads;
