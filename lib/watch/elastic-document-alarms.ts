import { CLUSTER_LIMITS } from '../catalog';
import type { AlarmGroup, AlarmRow } from './alarm-row';
import { SOURCES } from './sources';
import type { WatchedElasticDocuments } from './watched';

/** Samples of a cluster are those of its shards: its largest, or smallest, is the shard that has most to bear. */
const SHARD = {
  periodSeconds: 60,
  comparison: 'above',
  missing: 'missing',
  runbook: 'documents',
  source: `the kit: AWS names no threshold, and says to look for one shard that bears more (${SOURCES.documentdbElastic})`,
} as const;

const ROWS: readonly AlarmRow<WatchedElasticDocuments>[] = [
  {
    ...SHARD,
    name: 'PrimaryInstanceCPUUtilization',
    reads: { metric: 'PrimaryInstanceCPUUtilization', statistic: 'Maximum' },
    unit: 'Percent',
    datapoints: [15, 15],
    threshold: () => 80,
    rule: '80 % of any shard, for a quarter of an hour',
    missing: 'breaching',
    severity: 'page',
    meaning: 'the writer of a shard is busy without a pause, or the cluster says nothing any more',
    source: `${SOURCES.documentdbWorkshop}, ${SOURCES.documentdbElastic}`,
  },
  {
    ...SHARD,
    name: 'PrimaryInstanceFreeableMemory',
    reads: { metric: 'PrimaryInstanceFreeableMemory', statistic: 'Minimum' },
    unit: 'Bytes',
    datapoints: [15, 15],
    comparison: 'below',
    threshold: ({ memoryGiB }) => memoryGiB * 2 ** 30 * 0.05,
    rule: '5 % of the memory of a server, of any shard',
    severity: 'ticket',
    meaning: 'memory of a shard runs out',
  },
  ...(
    [
      ['DatabaseConnections', 'maxConnections', 'connections', 'the next client is refused'],
      ['DatabaseCursorsMax', 'maxCursors', 'cursors', 'the next query of many documents is refused'],
    ] as const
  ).map(([metric, most, what, then]): AlarmRow<WatchedElasticDocuments> => ({
    ...SHARD,
    name: metric,
    reads: { metric, statistic: 'Maximum' },
    unit: 'Count',
    datapoints: [5, 5],
    threshold: (cluster) => Math.floor(cluster[most] * 0.9),
    rule: `90 % of the ${what} that a shard takes, of any shard`,
    severity: 'page',
    meaning: `nearly all ${what} of a shard are in use: ${then}`,
    source: `${SOURCES.documentdbWorkshop}, ${SOURCES.documentdbLimits}`,
  })),
  {
    ...SHARD,
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
  },
  {
    ...SHARD,
    name: 'BufferCacheHitRatio',
    reads: { metric: 'BufferCacheHitRatio', statistic: 'Minimum' },
    unit: 'Percent',
    datapoints: [10, 10],
    comparison: 'below',
    threshold: () => 90,
    rule: '90 %, of any shard',
    severity: 'ticket',
    meaning: 'a tenth of all pages of a shard comes from storage: what is in use is larger than the memory',
    source: SOURCES.documentdbWorkshop,
  },
  {
    ...SHARD,
    name: 'VolumeBytesUsed',
    reads: { metric: 'VolumeBytesUsed', statistic: 'Maximum' },
    unit: 'Bytes',
    periodSeconds: 300,
    datapoints: [3, 3],
    threshold: () => CLUSTER_LIMITS.elasticShardTiB.value * 2 ** 40 * 0.85,
    rule: `85 % of the ${CLUSTER_LIMITS.elasticShardTiB.value} TiB that a shard may have`,
    missing: 'notBreaching',
    severity: 'page',
    meaning: 'a shard is nearly as large as it may become: a full one takes no write',
    source: `${SOURCES.documentdbWorkshop}, ${SOURCES.documentdbLimits}`,
  },
];

/** What an elastic cluster of documents is watched for, by the shard that has most to bear. */
export const ELASTIC_DOCUMENT_ALARMS: AlarmGroup<WatchedElasticDocuments> = {
  watches: 'an elastic cluster of documents',
  namespace: 'AWS/DocDB-Elastic',
  dimensions: ({ clusterId, identifier }) => ({ ClusterId: clusterId, ClusterName: identifier }),
  rows: ROWS,
};
