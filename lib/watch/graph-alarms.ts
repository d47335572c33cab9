import { CLUSTER_LIMITS } from '../catalog';
import type { AlarmGroup, AlarmRow } from './alarm-row';
import { capacityRow, memoryRow, readerLagRow, volumeRow } from './cluster-rows';
import { SOURCES } from './sources';
import type { WatchedGraphCluster, WatchedGraphServer } from './watched';

/** Neptune sends a metric every five minutes, and only while it is not zero: silence is no trouble, or an alarm would stay for ever. */
const PACE = {
  periodSeconds: 300,
  datapoints: [3, 3],
  runbook: 'graphs',
  source: `the kit: AWS names no threshold (${SOURCES.neptuneMetrics})`,
} as const;

const GRAPH = { ...PACE, comparison: 'above', missing: 'notBreaching' } as const;

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
  capacityRow('NCUUtilization', PACE),
  memoryRow({ metric: 'FreeableMemory', statistic: 'Average' }, 'large queries fail', {
    ...PACE,
    missing: 'notBreaching',
  }),
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
  readerLagRow('ClusterReplicaLag', 1000, ({ isFollowed }) => isFollowed, {
    ...PACE,
    source: `the kit: AWS says that the lag is usually far below 100 ms (${SOURCES.neptuneClusters})`,
  }),
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
    volumeRow(CLUSTER_LIMITS.graphVolumeTiB, 'volume', {
      runbook: 'graphs',
      source: `the kit: AWS names the limit and no threshold (${CLUSTER_LIMITS.graphVolumeTiB.source})`,
    }),
  ],
};
