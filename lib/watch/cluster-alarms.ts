import { LIMITS } from '../catalog';
import type { AlarmGroup, AlarmRow } from './alarm-row';
import { volumeRow } from './cluster-rows';
import { IN_COMMON, SERVER_ROWS } from './server-alarms';
import { SOURCES } from './sources';
import type { WatchedCluster } from './watched';

/** Rows of servers, over all of a cluster's. */
const COMMON_ROWS = SERVER_ROWS.flatMap((row): readonly AlarmRow<WatchedCluster>[] => {
  const reading = IN_COMMON[row.name];
  if (reading === undefined || 'expression' in row.reads) return [];
  return [
    {
      ...row,
      reads: { ...row.reads, ...reading },
      threshold: ({ role, server }) =>
        // Who follows another region has no writer.
        role === 'secondary' && reading.dimensions?.['Role'] === 'WRITER' ? undefined : row.threshold(server),
    },
  ];
});

/** What every Aurora cluster is watched for, beside its servers. */
export const CLUSTER_ALARMS: AlarmGroup<WatchedCluster> = {
  watches: 'an Aurora cluster',
  namespace: 'AWS/RDS',
  dimensions: ({ identifier }) => ({ DBClusterIdentifier: identifier }),
  rows: [
    ...COMMON_ROWS,
    volumeRow(LIMITS.auroraVolumeTiB, 'volume', {
      runbook: 'storage',
      source: `${SOURCES.recommended}, which names AuroraVolumeBytesLeftTotal: Aurora PostgreSQL does not have it (${SOURCES.auroraMetrics})`,
    }),
    {
      name: 'AuroraGlobalDBReplicationLag',
      reads: { metric: 'AuroraGlobalDBReplicationLag', statistic: 'Maximum' },
      unit: 'Milliseconds',
      periodSeconds: 60,
      datapoints: [10, 10],
      comparison: 'above',
      threshold: ({ role }) => (role === 'secondary' ? 60_000 : undefined),
      rule: '60,000 ms; of copies in other regions',
      missing: 'breaching',
      severity: 'ticket',
      runbook: 'region-loss',
      meaning:
        'the copy falls behind its primary in another region, or says nothing: that much would be lost with the region',
      source: 'the kit: AWS says that the lag is usually below a second',
    },
  ],
};
