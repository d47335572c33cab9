import { CLUSTER_LIMITS } from '../catalog';
import type { AlarmGroup, AlarmRow } from './alarm-row';
import { SOURCES } from './sources';
import type { WatchedDocumentCluster, WatchedDocumentServer } from './watched';

const SERVER = {
  periodSeconds: 60,
  comparison: 'above',
  missing: 'missing',
  runbook: 'documents',
  source: SOURCES.documentdbWorkshop,
} as const;

const SERVER_ROWS: readonly AlarmRow<WatchedDocumentServer>[] = [
  {
    ...SERVER,
    name: 'CPUUtilization',
    reads: { metric: 'CPUUtilization', statistic: 'Average' },
    unit: 'Percent',
    datapoints: [15, 15],
    threshold: () => 80,
    rule: '80 %, for a quarter of an hour',
    missing: 'breaching',
    severity: 'page',
    meaning: 'the processors are busy without a pause, or the server says nothing any more',
  },
  {
    ...SERVER,
    name: 'DCUUtilization',
    reads: { metric: 'DCUUtilization', statistic: 'Average' },
    unit: 'Percent',
    datapoints: [15, 15],
    threshold: ({ capacity }) => (capacity === 'scaling' ? 90 : undefined),
    rule: '90 % of the largest capacity; of servers that scale',
    missing: 'notBreaching',
    severity: 'ticket',
    meaning: 'the server is nearly as large as it may become',
    source: `the kit: AWS names no threshold, and says what to do at 100 (${SOURCES.documentdbServerless})`,
  },
  {
    ...SERVER,
    name: 'FreeableMemory',
    reads: { metric: 'FreeableMemory', statistic: 'Average' },
    unit: 'Bytes',
    datapoints: [15, 15],
    comparison: 'below',
    threshold: ({ memoryGiB }) => memoryGiB * 2 ** 30 * 0.05,
    rule: '5 % of the class’s memory, or of the most that it scales to',
    severity: 'ticket',
    meaning: 'memory runs out: operations are about to be held back',
    source: `the kit: AWS names no threshold (${SOURCES.documentdbMetrics})`,
  },
  {
    ...SERVER,
    name: 'LowMemNumOperationsThrottled',
    reads: { metric: 'LowMemNumOperationsThrottled', statistic: 'Sum' },
    unit: 'Count',
    datapoints: [3, 5],
    threshold: () => 0,
    rule: 'any',
    missing: 'notBreaching',
    severity: 'page',
    meaning: 'DocumentDB holds operations back for want of memory',
    source: `the kit: AWS names no threshold (${SOURCES.documentdbMetrics})`,
  },
  ...(
    [
      [
        'Connections',
        'DatabaseConnectionsMax',
        'DatabaseConnectionsLimit',
        'connections',
        'the next client is refused',
      ],
      [
        'Cursors',
        'DatabaseCursorsMax',
        'DatabaseCursorsLimit',
        'cursors',
        'the next query of many documents is refused',
      ],
    ] as const
  ).map(([name, used, limit, what, then]): AlarmRow<WatchedDocumentServer> => ({
    ...SERVER,
    name,
    reads: {
      expression: '100 * FILL(used, REPEAT) / allowed',
      metrics: { used: { metric: used, statistic: 'Maximum' }, allowed: { metric: limit, statistic: 'Maximum' } },
    },
    unit: 'Percent',
    datapoints: [5, 5],
    threshold: () => 90,
    rule: `90 % of the ${what} that the server allows, as it says itself`,
    severity: 'page',
    meaning: `nearly all ${what} of the server are in use: ${then}`,
    source: `${SOURCES.documentdbWorkshop}, ${SOURCES.documentdbMetrics}`,
  })),
  {
    ...SERVER,
    name: 'DatabaseCursorsTimedOut',
    reads: { metric: 'DatabaseCursorsTimedOut', statistic: 'Sum' },
    unit: 'Count',
    periodSeconds: 300,
    datapoints: [3, 3],
    threshold: () => 0,
    rule: 'any, again and again',
    missing: 'notBreaching',
    severity: 'ticket',
    meaning: 'an application leaves cursors open until DocumentDB closes them',
    source: `the kit: AWS names no threshold (${SOURCES.documentdbMetrics})`,
  },
  ...(['BufferCacheHitRatio', 'IndexBufferCacheHitRatio'] as const).map((metric): AlarmRow<WatchedDocumentServer> => ({
    ...SERVER,
    name: metric,
    reads: { metric, statistic: 'Average' },
    unit: 'Percent',
    datapoints: [10, 10],
    comparison: 'below',
    threshold: () => 90,
    rule: '90 %',
    severity: 'ticket',
    meaning: `a tenth of all ${metric === 'BufferCacheHitRatio' ? 'pages' : 'pages of indexes'} comes from storage: what is in use is larger than the memory`,
  })),
  {
    ...SERVER,
    name: 'DBInstanceReplicaLag',
    reads: { metric: 'DBInstanceReplicaLag', statistic: 'Maximum' },
    unit: 'Milliseconds',
    datapoints: [10, 10],
    threshold: ({ isFollowed }) => (isFollowed ? 10_000 : undefined),
    rule: '10,000 ms; of clusters of more than one server',
    // A writer has no lag, and any server may be the writer.
    missing: 'notBreaching',
    severity: 'ticket',
    meaning: 'the reader falls behind its writer',
  },
];

/** What each server of a DocumentDB cluster is watched for. */
export const DOCUMENT_SERVER_ALARMS: AlarmGroup<WatchedDocumentServer> = {
  watches: 'a server of documents',
  namespace: 'AWS/DocDB',
  dimensions: ({ identifier }) => ({ DBInstanceIdentifier: identifier }),
  rows: SERVER_ROWS,
};

/** What a DocumentDB cluster is watched for, beside its servers. */
export const DOCUMENT_CLUSTER_ALARMS: AlarmGroup<WatchedDocumentCluster> = {
  watches: 'a cluster of documents',
  namespace: 'AWS/DocDB',
  dimensions: ({ identifier }) => ({ DBClusterIdentifier: identifier }),
  rows: [
    {
      name: 'VolumeBytesUsed',
      reads: { metric: 'VolumeBytesUsed', statistic: 'Maximum' },
      unit: 'Bytes',
      periodSeconds: 300,
      datapoints: [3, 3],
      comparison: 'above',
      threshold: () => CLUSTER_LIMITS.documentVolumeTiB.value * 2 ** 40 * 0.85,
      rule: `85 % of the ${CLUSTER_LIMITS.documentVolumeTiB.value} TiB that a cluster may have`,
      missing: 'notBreaching',
      severity: 'page',
      runbook: 'documents',
      meaning: 'the cluster is nearly as large as it may become: a full one takes no write',
      source: `${SOURCES.documentdbWorkshop}, ${CLUSTER_LIMITS.documentVolumeTiB.source}`,
    },
    {
      name: 'AvailableMVCCIds',
      reads: { metric: 'AvailableMVCCIds', statistic: 'Minimum' },
      unit: 'Count',
      periodSeconds: 300,
      datapoints: [3, 3],
      comparison: 'below',
      threshold: () => 1_300_000_000,
      rule: '1,300,000,000 of 1,800,000,000',
      missing: 'missing',
      severity: 'ticket',
      runbook: 'documents',
      meaning:
        'ids for writes are used up faster than garbage collection gives them back: without any, the cluster only reads',
      source: SOURCES.documentdbGarbage,
    },
  ],
};
