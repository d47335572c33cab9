import { CLUSTER_LIMITS } from '../catalog';
import type { AlarmGroup, AlarmRow } from './alarm-row';
import { cursorsTimedOutRow, memoryRow, volumeRow } from './cluster-rows';
import { SOURCES } from './sources';
import type { WatchedElasticDocuments } from './watched';

/** Samples of a cluster are those of its shards: its largest, or smallest, is the shard that has most to bear. */
const PACE = {
  periodSeconds: 60,
  runbook: 'documents',
  source: `the kit: AWS names no threshold, and says to look for one shard that bears more (${SOURCES.documentdbElastic})`,
} as const;

const SHARD = { ...PACE, comparison: 'above', missing: 'missing' } as const;

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
  memoryRow(
    { metric: 'PrimaryInstanceFreeableMemory', statistic: 'Minimum' },
    'a shard holds less and less of what is in use',
    {
      ...PACE,
      datapoints: [15, 15],
      missing: 'missing',
    },
  ),
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
  cursorsTimedOutRow(PACE),
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
  volumeRow(CLUSTER_LIMITS.elasticShardTiB, 'shard', {
    runbook: 'documents',
    source: `${SOURCES.documentdbWorkshop}, ${SOURCES.documentdbLimits}`,
  }),
];

/** What an elastic cluster of documents is watched for, by the shard that has most to bear. */
export const ELASTIC_DOCUMENT_ALARMS: AlarmGroup<WatchedElasticDocuments> = {
  watches: 'an elastic cluster of documents',
  namespace: 'AWS/DocDB-Elastic',
  dimensions: ({ clusterId, identifier }) => ({ ClusterId: clusterId, ClusterName: identifier }),
  rows: ROWS,
};
