import type { WatchedServer } from './watched-server';

/** One alarm of a server: how a metric is read, and what is too much of it. */
export interface AlarmRow {
  /** Of namespace `AWS/RDS`, dimension `DBInstanceIdentifier`. */
  readonly metric: string;
  readonly statistic: 'Average' | 'Maximum' | 'Minimum';
  readonly periodSeconds: number;
  /** Periods in a row that must be beyond the threshold. */
  readonly datapoints: number;
  readonly comparison: 'above' | 'below';
  /** In the metric's own unit; none where the alarm makes no sense for a server. */
  readonly threshold: (server: WatchedServer) => number | undefined;
  /** `breaching`: a server that says nothing is a server in trouble. */
  readonly missing: 'breaching' | 'notBreaching' | 'missing';
  /** What it means, in one sentence. */
  readonly meaning: string;
  /** Where the figures are from. */
  readonly source: string;
}

const BYTES_PER_GIB = 2 ** 30;
const AWS =
  'https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Best_Practice_Recommended_Alarms_AWS_Services.html';

/** What every server of a protected stage is watched for. */
export const SERVER_ALARMS: readonly AlarmRow[] = [
  {
    metric: 'CPUUtilization',
    statistic: 'Average',
    periodSeconds: 60,
    datapoints: 5,
    comparison: 'above',
    threshold: () => 90,
    missing: 'breaching',
    meaning: 'the processors are busy without a pause (percent)',
    source: AWS,
  },
  {
    metric: 'DBLoad',
    statistic: 'Average',
    periodSeconds: 60,
    datapoints: 15,
    comparison: 'above',
    threshold: ({ vcpu }) => vcpu,
    missing: 'missing',
    meaning: 'more sessions want to run than there are processors',
    source: AWS,
  },
  {
    metric: 'FreeableMemory',
    statistic: 'Average',
    periodSeconds: 60,
    datapoints: 15,
    comparison: 'below',
    // Aurora caches in nearly all of its memory: AWS says 5 % there and 25 % elsewhere.
    threshold: ({ engine, memoryGiB }) =>
      memoryGiB === undefined ? undefined : memoryGiB * BYTES_PER_GIB * (engine === 'postgres' ? 0.25 : 0.05),
    missing: 'breaching',
    meaning: 'memory runs out (bytes)',
    source: AWS,
  },
  {
    metric: 'FreeStorageSpace',
    statistic: 'Minimum',
    periodSeconds: 60,
    datapoints: 5,
    comparison: 'below',
    threshold: ({ storageGiB }) => (storageGiB === undefined ? undefined : storageGiB * BYTES_PER_GIB * 0.1),
    missing: 'breaching',
    meaning: 'storage runs out (bytes)',
    source: AWS,
  },
  {
    metric: 'DatabaseConnections',
    statistic: 'Average',
    periodSeconds: 60,
    datapoints: 5,
    comparison: 'above',
    threshold: ({ maxConnections }) => (maxConnections === undefined ? undefined : Math.floor(maxConnections * 0.9)),
    missing: 'breaching',
    meaning: 'nine tenths of max_connections are in use',
    source: AWS,
  },
  {
    metric: 'ReplicaLag',
    statistic: 'Maximum',
    periodSeconds: 60,
    datapoints: 10,
    comparison: 'above',
    threshold: ({ role }) => (role === 'replica' ? 60 : undefined),
    missing: 'breaching',
    meaning: 'the replica falls behind its primary (seconds)',
    source: AWS,
  },
  {
    metric: 'AuroraReplicaLag',
    statistic: 'Maximum',
    periodSeconds: 60,
    datapoints: 10,
    comparison: 'above',
    threshold: ({ role }) => (role === 'member' ? 1_000 : undefined),
    // A writer has no lag, and any member may be the writer.
    missing: 'notBreaching',
    meaning: 'the reader falls behind its writer (milliseconds)',
    source: 'the kit: AWS names no threshold, and says that the lag is usually far below 100 ms',
  },
];
