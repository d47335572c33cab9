import type { AlarmGroup, AlarmRow, MetricReading } from './alarm-row';
import { capacityRow, readerLagRow } from './cluster-rows';
import { SOURCES } from './sources';
import type { WatchedServer } from './watched';

const BYTES_PER_GIB = 2 ** 30;

/** A share of so many GiB, in bytes. */
const shareOf = (gib: number | undefined, share: number): number | undefined =>
  gib === undefined ? undefined : gib * BYTES_PER_GIB * share;

const onInstance = <T>({ engine }: WatchedServer, value: T): T | undefined =>
  engine === 'postgres' ? value : undefined;

/**
 * Rows that say as much of a whole cluster as of each of its servers, by the names of rows: memory, storage and connections of the server with the
 * least left, and what only one of them does. They hold for readers too that come and go with the load.
 */
export const IN_COMMON: Readonly<Record<string, Pick<MetricReading, 'statistic' | 'dimensions'>>> = {
  FreeableMemory: { statistic: 'Minimum' },
  FreeLocalStorage: { statistic: 'Minimum' },
  DatabaseConnections: { statistic: 'Maximum' },
  BufferCacheHitRatio: { statistic: 'Minimum' },
  MaximumUsedTransactionIDs: { statistic: 'Maximum' },
  WriteLatency: { statistic: 'p90', dimensions: { Role: 'WRITER' } },
  AuroraReplicaLag: { statistic: 'Maximum', dimensions: { Role: 'READER' } },
};

const EVERY_MINUTE = { periodSeconds: 60, comparison: 'above', source: SOURCES.recommended } as const;

/** What a server is watched for by itself. */
export const SERVER_ROWS: readonly AlarmRow<WatchedServer>[] = [
  {
    ...EVERY_MINUTE,
    name: 'CPUUtilization',
    reads: { metric: 'CPUUtilization', statistic: 'Average' },
    unit: 'Percent',
    datapoints: [5, 5],
    threshold: () => 90,
    rule: '90 %',
    missing: 'breaching',
    severity: 'page',
    runbook: 'load',
    meaning: 'the processors are busy without a pause, or the server says nothing any more',
  },
  {
    ...EVERY_MINUTE,
    name: 'DBLoad',
    reads: { metric: 'DBLoad', statistic: 'Average' },
    unit: 'Count',
    datapoints: [15, 15],
    threshold: ({ vcpu }) => vcpu,
    rule: 'the processors of the class; none where they change with the load',
    missing: 'missing',
    severity: 'ticket',
    runbook: 'load',
    meaning: 'more sessions want to run than there are processors',
  },
  {
    ...EVERY_MINUTE,
    name: 'CPUCreditBalance',
    reads: { metric: 'CPUCreditBalance', statistic: 'Minimum' },
    unit: 'Count',
    periodSeconds: 300,
    datapoints: [3, 3],
    comparison: 'below',
    threshold: ({ capacity, vcpu }) => (capacity === 'burstable' && vcpu !== undefined ? 10 * vcpu : undefined),
    rule: 'ten minutes of every processor; of classes that burst',
    missing: 'missing',
    severity: 'ticket',
    runbook: 'load',
    meaning: 'the credits are used up: the server slows down to its baseline, or its bursts are billed',
    source: `the kit; a credit is one processor for a minute: ${SOURCES.rdsMetrics}`,
  },
  capacityRow('ACUUtilization', {
    periodSeconds: 60,
    datapoints: [15, 15],
    runbook: 'load',
    source: `the kit: AWS names no threshold (${SOURCES.auroraMetrics})`,
  }),
  {
    ...EVERY_MINUTE,
    name: 'FreeableMemory',
    reads: { metric: 'FreeableMemory', statistic: 'Average' },
    unit: 'Bytes',
    datapoints: [15, 15],
    comparison: 'below',
    // Aurora caches in nearly all of its memory: AWS says 5 % there and 25 % elsewhere.
    threshold: ({ engine, memoryGiB }) => shareOf(memoryGiB, engine === 'postgres' ? 0.25 : 0.05),
    rule: '25 % of the class’s memory, of Aurora 5 %',
    missing: 'breaching',
    severity: 'ticket',
    runbook: 'load',
    meaning: 'memory runs out',
  },
  {
    ...EVERY_MINUTE,
    name: 'FreeStorageSpace',
    reads: { metric: 'FreeStorageSpace', statistic: 'Minimum' },
    unit: 'Bytes',
    datapoints: [5, 5],
    comparison: 'below',
    threshold: ({ storageGiB }) => shareOf(storageGiB, 0.1),
    rule: '10 % of the storage',
    missing: 'breaching',
    severity: 'page',
    runbook: 'storage',
    meaning: 'storage runs out: a full server takes no write',
  },
  {
    ...EVERY_MINUTE,
    name: 'FreeLocalStorage',
    reads: { metric: 'FreeLocalStorage', statistic: 'Average' },
    unit: 'Bytes',
    datapoints: [5, 5],
    comparison: 'below',
    threshold: ({ engine, capacity, memoryGiB }) =>
      engine === 'postgres' || capacity === 'scaling' ? undefined : shareOf(memoryGiB, 0.2),
    rule: '20 % of the class’s memory, which is 10 to 20 % of what AWS gives it for temporary files; of Aurora',
    missing: 'missing',
    severity: 'ticket',
    runbook: 'storage',
    meaning: 'space for sorts, temporary tables and logs runs out: queries that need it fail',
    source: `${SOURCES.recommended}, ${SOURCES.auroraLocalStorage}`,
  },
  {
    ...EVERY_MINUTE,
    name: 'DatabaseConnections',
    reads: { metric: 'DatabaseConnections', statistic: 'Average' },
    unit: 'Count',
    datapoints: [5, 5],
    threshold: ({ maxConnections }) => (maxConnections === undefined ? undefined : Math.floor(maxConnections * 0.9)),
    rule: '90 % of max_connections',
    missing: 'breaching',
    severity: 'page',
    runbook: 'connections',
    meaning: 'nine tenths of max_connections are in use',
  },
  {
    ...EVERY_MINUTE,
    name: 'EBSByteBalance',
    reads: { metric: 'EBSByteBalance%', statistic: 'Average' },
    unit: 'Percent',
    datapoints: [3, 3],
    comparison: 'below',
    threshold: (server) => onInstance(server, 10),
    rule: '10 %; of servers with storage of their own',
    missing: 'missing',
    severity: 'ticket',
    runbook: 'load',
    meaning: 'credits for storage throughput are used up: reads and writes slow down to the class’s baseline',
  },
  {
    ...EVERY_MINUTE,
    name: 'EBSIOBalance',
    reads: { metric: 'EBSIOBalance%', statistic: 'Average' },
    unit: 'Percent',
    datapoints: [3, 3],
    comparison: 'below',
    threshold: (server) => onInstance(server, 10),
    rule: '10 %; of servers with storage of their own',
    missing: 'missing',
    severity: 'ticket',
    runbook: 'load',
    meaning: 'credits for storage operations are used up: reads and writes slow down to the class’s baseline',
  },
  ...(['ReadLatency', 'WriteLatency'] as const).map((metric): AlarmRow<WatchedServer> => ({
    ...EVERY_MINUTE,
    name: metric,
    reads: { metric, statistic: 'p90' },
    unit: 'Seconds',
    datapoints: [5, 5],
    threshold: () => 0.02,
    rule: '20 ms',
    missing: 'missing',
    severity: 'ticket',
    runbook: 'load',
    meaning: `one in ten ${metric === 'ReadLatency' ? 'reads from' : 'writes to'} storage takes longer than 20 ms`,
  })),
  {
    ...EVERY_MINUTE,
    name: 'BufferCacheHitRatio',
    reads: { metric: 'BufferCacheHitRatio', statistic: 'Average' },
    unit: 'Percent',
    datapoints: [10, 10],
    comparison: 'below',
    threshold: ({ engine }) => (engine === 'postgres' ? undefined : 80),
    rule: '80 %; of Aurora',
    missing: 'missing',
    severity: 'ticket',
    runbook: 'load',
    meaning: 'a fifth of all pages comes from storage: the data in use is larger than the memory',
  },
  {
    ...EVERY_MINUTE,
    name: 'MaximumUsedTransactionIDs',
    reads: { metric: 'MaximumUsedTransactionIDs', statistic: 'Average' },
    unit: 'Count',
    datapoints: [1, 1],
    threshold: ({ role }) => (role === 'replica' ? undefined : 1_000_000_000),
    rule: '1,000,000,000; of servers that take writes or may come to',
    missing: 'missing',
    severity: 'page',
    runbook: 'transaction-ids',
    meaning:
      'half of all transaction ids are in use: vacuum does not keep up, and at two billions the database takes no write',
  },
  {
    ...EVERY_MINUTE,
    name: 'OldestReplicationSlotLag',
    reads: { metric: 'OldestReplicationSlotLag', statistic: 'Maximum' },
    unit: 'Bytes',
    periodSeconds: 300,
    datapoints: [3, 3],
    threshold: ({ role, storageGiB }) => (role === 'primary' ? shareOf(storageGiB, 0.1) : undefined),
    rule: '10 % of the storage; of a primary with storage of its own',
    missing: 'notBreaching',
    severity: 'ticket',
    runbook: 'storage',
    meaning: 'whoever reads a replication slot is far behind: the write-ahead log that waits for it fills the storage',
    source: `the kit: AWS names no threshold (${SOURCES.rdsMetrics})`,
  },
  {
    ...EVERY_MINUTE,
    name: 'ReplicaLag',
    reads: { metric: 'ReplicaLag', statistic: 'Maximum' },
    unit: 'Seconds',
    datapoints: [10, 10],
    threshold: ({ role }) => (role === 'replica' ? 60 : undefined),
    rule: '60 s; of replicas',
    missing: 'breaching',
    severity: 'ticket',
    runbook: 'replica-lag',
    meaning: 'the replica falls behind its primary, or does not follow it any more',
  },
  readerLagRow('AuroraReplicaLag', 1000, ({ role }) => role === 'member', {
    periodSeconds: 60,
    datapoints: [10, 10],
    runbook: 'replica-lag',
    source: 'the kit: AWS names no threshold, and says that the lag is usually far below 100 ms',
  }),
];

/** What every database server is watched for. What the servers of a cluster have in common is watched of their cluster, where that is. */
export const SERVER_ALARMS: AlarmGroup<WatchedServer> = {
  watches: 'a database server',
  namespace: 'AWS/RDS',
  dimensions: ({ identifier }) => ({ DBInstanceIdentifier: identifier }),
  rows: SERVER_ROWS.map((row) => ({
    ...row,
    threshold: (server) => (server.cluster !== undefined && row.name in IN_COMMON ? undefined : row.threshold(server)),
  })),
};
