import { CLUSTER_LIMITS } from '../catalog';
import type { AlarmGroup, AlarmRow } from './alarm-row';
import { capacityRow, cursorsTimedOutRow, memoryRow, readerLagRow, volumeRow } from './cluster-rows';
import { SOURCES } from './sources';
import type { WatchedDocumentCluster, WatchedDocumentServer } from './watched';

const EVERY_MINUTE = { periodSeconds: 60, runbook: 'documents' } as const;
const NO_THRESHOLD = `the kit: AWS names no threshold (${SOURCES.documentdbMetrics})`;

const SERVER = {
  ...EVERY_MINUTE,
  comparison: 'above',
  missing: 'missing',
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
  capacityRow('DCUUtilization', {
    ...EVERY_MINUTE,
    datapoints: [15, 15],
    source: `the kit: AWS names no threshold, and says what to do at 100 (${SOURCES.documentdbServerless})`,
  }),
  memoryRow({ metric: 'FreeableMemory', statistic: 'Average' }, 'operations are about to be held back', {
    ...EVERY_MINUTE,
    datapoints: [15, 15],
    missing: 'missing',
    source: NO_THRESHOLD,
  }),
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
    source: NO_THRESHOLD,
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
  cursorsTimedOutRow({ runbook: 'documents', source: NO_THRESHOLD }),
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
  readerLagRow('DBInstanceReplicaLag', 10_000, ({ isFollowed }) => isFollowed, {
    ...EVERY_MINUTE,
    datapoints: [10, 10],
    source: SOURCES.documentdbWorkshop,
  }),
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
    volumeRow(CLUSTER_LIMITS.documentVolumeTiB, 'cluster', {
      runbook: 'documents',
      source: `${SOURCES.documentdbWorkshop}, ${CLUSTER_LIMITS.documentVolumeTiB.source}`,
    }),
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
