import { CLUSTER_LIMITS } from '../catalog';
import type { AlarmGroup, AlarmRow } from './alarm-row';
import { SOURCES } from './sources';
import type { WatchedGraphCluster, WatchedGraphServer } from './watched';

/** Neptune sends a metric every five minutes, and only while it is not zero: silence is no trouble, or an alarm would stay for ever. */
const GRAPH = {
  periodSeconds: 300,
  datapoints: [3, 3],
  comparison: 'above',
  missing: 'notBreaching',
  runbook: 'graphs',
  source: `the kit: AWS names no threshold (${SOURCES.neptuneMetrics})`,
} as const;

const SERVER_ROWS: readonly AlarmRow<WatchedGraphServer>[] = [
  {
    ...GRAPH,
    name: 'CPUUtilization',
    reads: { metric: 'CPUUtilization', statistic: 'Average' },
    unit: 'Percent',
    threshold: () => 80,
    rule: '80 %, for a quarter of an hour',
    severity: 'page',
    meaning: 'the processors are busy without a pause: queries wait for each other',
  },
  {
    ...GRAPH,
    name: 'NCUUtilization',
    reads: { metric: 'NCUUtilization', statistic: 'Average' },
    unit: 'Percent',
    threshold: ({ capacity }) => (capacity === 'scaling' ? 90 : undefined),
    rule: '90 % of the largest capacity; of servers that scale',
    severity: 'ticket',
    meaning: 'the server is nearly as large as it may become',
  },
  {
    ...GRAPH,
    name: 'FreeableMemory',
    reads: { metric: 'FreeableMemory', statistic: 'Average' },
    unit: 'Bytes',
    comparison: 'below',
    threshold: ({ memoryGiB }) => memoryGiB * 2 ** 30 * 0.05,
    rule: '5 % of the class’s memory, or of the most that it scales to',
    severity: 'ticket',
    meaning: 'memory runs out: large queries fail',
  },
  {
    ...GRAPH,
    name: 'MainRequestQueuePendingRequests',
    reads: { metric: 'MainRequestQueuePendingRequests', statistic: 'Average' },
    unit: 'Count',
    threshold: () => 0,
    rule: 'any, for a quarter of an hour',
    severity: 'ticket',
    meaning: 'more queries come than the server has threads for: each waits before it begins',
    source: `the kit: AWS names no threshold (${SOURCES.neptuneQueue})`,
  },
  {
    ...GRAPH,
    name: 'QueueNearlyFull',
    reads: { metric: 'MainRequestQueuePendingRequests', statistic: 'Maximum' },
    unit: 'Count',
    datapoints: [1, 1],
    threshold: () => CLUSTER_LIMITS.graphQueue.value / 2,
    rule: `half of the ${CLUSTER_LIMITS.graphQueue.value.toLocaleString('en-US')} that may wait`,
    severity: 'page',
    meaning: 'the queue fills up: Neptune is about to refuse queries with ThrottlingException',
    source: `the kit: AWS names the limit and no threshold (${SOURCES.neptuneQueue})`,
  },
  {
    ...GRAPH,
    name: 'BufferCacheHitRatio',
    reads: { metric: 'BufferCacheHitRatio', statistic: 'Average' },
    unit: 'Percent',
    datapoints: [6, 6],
    comparison: 'below',
    threshold: () => 99.9,
    rule: '99.9 %, for half an hour',
    severity: 'ticket',
    meaning: 'pages come from storage: what is in use of the graph is larger than the memory',
    source: SOURCES.neptuneMetrics,
  },
  {
    ...GRAPH,
    name: 'ClusterReplicaLag',
    reads: { metric: 'ClusterReplicaLag', statistic: 'Maximum' },
    unit: 'Milliseconds',
    threshold: ({ isFollowed }) => (isFollowed ? 1000 : undefined),
    rule: '1,000 ms; of clusters of more than one server',
    severity: 'ticket',
    meaning: 'the reader falls behind its writer',
    source: `the kit: AWS says that the lag is usually far below 100 ms (${SOURCES.neptuneClusters})`,
  },
];

/** What each server of a Neptune cluster is watched for. */
export const GRAPH_SERVER_ALARMS: AlarmGroup<WatchedGraphServer> = {
  watches: 'a server of a graph',
  namespace: 'AWS/Neptune',
  dimensions: ({ identifier }) => ({ DBInstanceIdentifier: identifier }),
  rows: SERVER_ROWS,
};

/** What a Neptune cluster is watched for, beside its servers. */
export const GRAPH_CLUSTER_ALARMS: AlarmGroup<WatchedGraphCluster> = {
  watches: 'a cluster of a graph',
  namespace: 'AWS/Neptune',
  dimensions: ({ identifier }) => ({ DBClusterIdentifier: identifier }),
  rows: [
    {
      ...GRAPH,
      name: 'VolumeBytesUsed',
      reads: { metric: 'VolumeBytesUsed', statistic: 'Maximum' },
      unit: 'Bytes',
      threshold: () => CLUSTER_LIMITS.graphVolumeTiB.value * 2 ** 40 * 0.85,
      rule: `85 % of the ${CLUSTER_LIMITS.graphVolumeTiB.value} TiB that a volume may have`,
      severity: 'page',
      meaning: 'the volume is nearly as large as it may become: a full one takes no write',
      source: `the kit: AWS names the limit and no threshold (${CLUSTER_LIMITS.graphVolumeTiB.source})`,
    },
  ],
};
