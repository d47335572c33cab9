import type { AlarmRow } from './alarm-row';

/** What differs between the services that run clusters of servers on one volume: Aurora, DocumentDB and Neptune. */
type Differs<S> = Pick<AlarmRow<S>, 'runbook' | 'source'>;

/** When and how often a server's metric comes, which is its service's to say. */
type Paced<S> = Differs<S> & Pick<AlarmRow<S>, 'periodSeconds' | 'datapoints'>;

/** That what lies on a volume leaves no room. `of`: what has the limit, `volume`, `cluster` or `shard`. */
export const volumeRow = <S>(
  most: { readonly value: number },
  of: 'volume' | 'cluster' | 'shard',
  differs: Differs<S>,
): AlarmRow<S> => ({
  ...differs,
  name: 'VolumeBytesUsed',
  reads: { metric: 'VolumeBytesUsed', statistic: 'Maximum' },
  unit: 'Bytes',
  periodSeconds: 300,
  datapoints: [3, 3],
  comparison: 'above',
  threshold: () => most.value * 2 ** 40 * 0.85,
  rule: `85 % of the ${most.value} TiB that a ${of} may have`,
  missing: 'notBreaching',
  severity: 'page',
  meaning: `the ${of} is nearly as large as it may become: a full one takes no write`,
});

/** That a server that scales by itself has come to its end. */
export const capacityRow = <S extends { readonly capacity?: string }>(
  metric: 'ACUUtilization' | 'DCUUtilization' | 'NCUUtilization',
  differs: Paced<S>,
): AlarmRow<S> => ({
  ...differs,
  name: metric,
  reads: { metric, statistic: 'Average' },
  unit: 'Percent',
  comparison: 'above',
  threshold: ({ capacity }) => (capacity === 'scaling' ? 90 : undefined),
  rule: '90 % of the largest capacity; of servers that scale',
  missing: 'notBreaching',
  severity: 'ticket',
  meaning: 'the server is nearly as large as it may become',
});

/** That a server has no memory left, or the one of a cluster that has least. `then`: what comes of it. */
export const memoryRow = <S extends { readonly memoryGiB: number }>(
  reads: {
    readonly metric: 'FreeableMemory' | 'PrimaryInstanceFreeableMemory';
    readonly statistic: 'Average' | 'Minimum';
  },
  then: string,
  differs: Paced<S> & Pick<AlarmRow<S>, 'missing'>,
): AlarmRow<S> => ({
  ...differs,
  name: reads.metric,
  reads,
  unit: 'Bytes',
  comparison: 'below',
  threshold: ({ memoryGiB }) => memoryGiB * 2 ** 30 * 0.05,
  rule: '5 % of the server’s memory, or of the most that it scales to',
  severity: 'ticket',
  meaning: `memory runs out: ${then}`,
});

/** That a reader falls behind its writer. Any server may be the writer, which has no lag: silence is health. */
export const readerLagRow = <S>(
  metric: 'AuroraReplicaLag' | 'DBInstanceReplicaLag' | 'ClusterReplicaLag',
  mostMs: number,
  isOfMany: (server: S) => boolean,
  differs: Paced<S>,
): AlarmRow<S> => ({
  ...differs,
  name: metric,
  reads: { metric, statistic: 'Maximum' },
  unit: 'Milliseconds',
  comparison: 'above',
  threshold: (server) => (isOfMany(server) ? mostMs : undefined),
  rule: `${mostMs.toLocaleString('en-US')} ms; of clusters of more than one server`,
  missing: 'notBreaching',
  severity: 'ticket',
  meaning: 'the reader falls behind its writer',
});

/** That cursors are left open until DocumentDB closes them. */
export const cursorsTimedOutRow = <S>(differs: Differs<S>): AlarmRow<S> => ({
  ...differs,
  name: 'DatabaseCursorsTimedOut',
  reads: { metric: 'DatabaseCursorsTimedOut', statistic: 'Sum' },
  unit: 'Count',
  periodSeconds: 300,
  datapoints: [3, 3],
  comparison: 'above',
  threshold: () => 0,
  rule: 'any, again and again',
  missing: 'notBreaching',
  severity: 'ticket',
  meaning: 'an application leaves cursors open until DocumentDB closes them',
});
