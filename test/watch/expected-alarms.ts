import type { AlarmState } from '../../lib/watch';

/** What a server is, as its template and the definition say. */
export interface Facts {
  readonly vcpu: number;
  readonly memoryGiB: number;
  readonly storageGiB: number;
  readonly maxConnections: number;
  readonly isAurora: boolean;
}

/** How samples of one minute come, so that any statistic but the right one is wrong about them. */
export type Shape = 'mean' | 'peak' | 'trough' | 'tail' | 'count' | 'share' | 'used';

/** What an alarm must do, written down apart from the table that it is made of. */
export interface ExpectedAlarm {
  readonly namespace: string;
  /** The one metric; of a share, and of what is used of what is allowed, the part and the whole. */
  readonly metrics: readonly [string] | readonly [string, string];
  readonly dimensions: readonly string[];
  readonly shape: Shape;
  /** The last value that is fine. */
  readonly limit: number | ((facts: Facts) => number);
  readonly bad: 'above' | 'below';
  /** Minutes of one data point. */
  readonly minutes: number;
  /** Data points that must be bad, of the last so many. */
  readonly datapoints: readonly [number, number];
  /** What it says when nothing comes at all. */
  readonly silence: AlarmState;
}

const GIB = 2 ** 30;
const SERVER = { namespace: 'AWS/RDS', dimensions: ['DBInstanceIdentifier'], minutes: 1 } as const;
const CLUSTER = { namespace: 'AWS/RDS', dimensions: ['DBClusterIdentifier'] } as const;
const PROXY = { namespace: 'AWS/RDS', dimensions: ['ProxyName'], silence: 'OK', bad: 'above' } as const;
const TABLE = {
  namespace: 'AWS/DynamoDB',
  dimensions: ['TableName'],
  minutes: 1,
  silence: 'OK',
  bad: 'above',
} as const;
const INDEX = { ...TABLE, dimensions: ['GlobalSecondaryIndexName', 'TableName'] } as const;
const CACHE_NODE = { namespace: 'AWS/ElastiCache', dimensions: ['CacheClusterId'], minutes: 1, bad: 'above' } as const;
const SERVERLESS_CACHE = {
  namespace: 'AWS/ElastiCache',
  dimensions: ['ServerlessCacheName'],
  silence: 'OK',
  bad: 'above',
} as const;
const LAMBDA = { namespace: 'AWS/Lambda', dimensions: ['FunctionName'] } as const;

const server = (
  metric: string,
  rest: Omit<ExpectedAlarm, 'metrics' | 'namespace' | 'dimensions' | 'minutes'> & { readonly minutes?: number },
): ExpectedAlarm => ({ ...SERVER, metrics: [metric], ...rest });

/** Of an Aurora cluster, over all of its servers. */
const cluster = (
  metric: string,
  rest: Omit<ExpectedAlarm, 'metrics' | 'namespace' | 'dimensions' | 'minutes'>,
): ExpectedAlarm => ({ ...CLUSTER, metrics: [metric], minutes: 1, ...rest });

const documents = (
  metric: string,
  rest: Omit<ExpectedAlarm, 'metrics' | 'namespace' | 'dimensions' | 'minutes'> & { readonly minutes?: number },
): ExpectedAlarm => ({ ...SERVER, namespace: 'AWS/DocDB', metrics: [metric], ...rest });

/** The most connections that a shard of an elastic cluster takes, by the vCPU of its servers. */
const CONNECTIONS_OF_SHARD: Readonly<Record<number, number>> = { 8: 7_100 };

const elastic = (
  metric: string,
  rest: Omit<ExpectedAlarm, 'metrics' | 'namespace' | 'dimensions' | 'minutes'> & { readonly minutes?: number },
): ExpectedAlarm => ({
  namespace: 'AWS/DocDB-Elastic',
  dimensions: ['ClusterId', 'ClusterName'],
  metrics: [metric],
  minutes: 1,
  ...rest,
});

const graphs = (
  metric: string,
  rest: Omit<ExpectedAlarm, 'metrics' | 'namespace' | 'dimensions' | 'minutes' | 'silence' | 'datapoints'> & {
    readonly datapoints?: readonly [number, number];
  },
): ExpectedAlarm => ({
  ...SERVER,
  namespace: 'AWS/Neptune',
  metrics: [metric],
  minutes: 5,
  datapoints: [3, 3],
  silence: 'OK',
  ...rest,
});

const used = (metrics: readonly [string, string]): ExpectedAlarm => ({
  ...SERVER,
  namespace: 'AWS/DocDB',
  metrics,
  shape: 'used',
  limit: 90,
  bad: 'above',
  datapoints: [5, 5],
  silence: 'INSUFFICIENT_DATA',
});

/**
 * By the last part of an alarm's name, after the namespace where several services have one, and after `cluster` where an Aurora cluster has it as a server
 * has; `failed` of provisioning and of the smoke test differ.
 */
export const EXPECTED: Readonly<Record<string, ExpectedAlarm>> = {
  EngineCPUUtilization: {
    ...CACHE_NODE,
    metrics: ['EngineCPUUtilization'],
    shape: 'mean',
    limit: 90,
    datapoints: [5, 5],
    silence: 'INSUFFICIENT_DATA',
  },
  NodeCPUUtilization: {
    ...CACHE_NODE,
    metrics: ['CPUUtilization'],
    dimensions: ['CacheClusterId', 'CacheNodeId'],
    shape: 'mean',
    // Half of it is one of two processors.
    limit: 45,
    datapoints: [5, 5],
    silence: 'INSUFFICIENT_DATA',
  },
  DatabaseMemoryUsagePercentage: {
    ...CACHE_NODE,
    metrics: ['DatabaseMemoryUsagePercentage'],
    shape: 'peak',
    limit: 80,
    datapoints: [5, 5],
    silence: 'INSUFFICIENT_DATA',
  },
  ReplicationLag: {
    ...CACHE_NODE,
    metrics: ['ReplicationLag'],
    shape: 'mean',
    limit: 1,
    datapoints: [15, 15],
    silence: 'OK',
  },
  Evictions: {
    ...CACHE_NODE,
    metrics: ['Evictions'],
    shape: 'count',
    limit: 100,
    minutes: 5,
    datapoints: [2, 3],
    silence: 'OK',
  },
  ThrottledCmds: {
    ...SERVERLESS_CACHE,
    metrics: ['ThrottledCmds'],
    shape: 'count',
    limit: 0,
    minutes: 1,
    datapoints: [2, 3],
  },
  BytesUsedForCache: {
    ...SERVERLESS_CACHE,
    metrics: ['BytesUsedForCache'],
    shape: 'peak',
    limit: 8e9,
    minutes: 5,
    datapoints: [2, 3],
  },
  SuccessfulReadRequestLatency: {
    ...SERVERLESS_CACHE,
    metrics: ['SuccessfulReadRequestLatency'],
    shape: 'mean',
    limit: 5_000,
    minutes: 1,
    datapoints: [3, 5],
  },
  CPUUtilization: server('CPUUtilization', {
    shape: 'mean',
    limit: 90,
    bad: 'above',
    datapoints: [5, 5],
    silence: 'ALARM',
  }),
  DBLoad: server('DBLoad', {
    shape: 'mean',
    limit: ({ vcpu }) => vcpu,
    bad: 'above',
    datapoints: [15, 15],
    silence: 'INSUFFICIENT_DATA',
  }),
  CPUCreditBalance: server('CPUCreditBalance', {
    shape: 'trough',
    limit: ({ vcpu }) => 10 * vcpu,
    bad: 'below',
    minutes: 5,
    datapoints: [3, 3],
    silence: 'INSUFFICIENT_DATA',
  }),
  ACUUtilization: server('ACUUtilization', {
    shape: 'mean',
    limit: 90,
    bad: 'above',
    datapoints: [15, 15],
    silence: 'OK',
  }),
  FreeableMemory: server('FreeableMemory', {
    shape: 'mean',
    limit: ({ memoryGiB, isAurora }) => (memoryGiB * GIB) / (isAurora ? 20 : 4),
    bad: 'below',
    datapoints: [15, 15],
    silence: 'ALARM',
  }),
  FreeStorageSpace: server('FreeStorageSpace', {
    shape: 'trough',
    limit: ({ storageGiB }) => (storageGiB * GIB) / 10,
    bad: 'below',
    datapoints: [5, 5],
    silence: 'ALARM',
  }),
  FreeLocalStorage: server('FreeLocalStorage', {
    shape: 'mean',
    limit: ({ memoryGiB }) => (memoryGiB * GIB) / 5,
    bad: 'below',
    datapoints: [5, 5],
    silence: 'INSUFFICIENT_DATA',
  }),
  DatabaseConnections: server('DatabaseConnections', {
    shape: 'mean',
    limit: ({ maxConnections }) => Math.floor(maxConnections * 0.9),
    bad: 'above',
    datapoints: [5, 5],
    silence: 'ALARM',
  }),
  EBSByteBalance: server('EBSByteBalance%', {
    shape: 'mean',
    limit: 10,
    bad: 'below',
    datapoints: [3, 3],
    silence: 'INSUFFICIENT_DATA',
  }),
  EBSIOBalance: server('EBSIOBalance%', {
    shape: 'mean',
    limit: 10,
    bad: 'below',
    datapoints: [3, 3],
    silence: 'INSUFFICIENT_DATA',
  }),
  ReadLatency: server('ReadLatency', {
    shape: 'tail',
    limit: 0.02,
    bad: 'above',
    datapoints: [5, 5],
    silence: 'INSUFFICIENT_DATA',
  }),
  WriteLatency: server('WriteLatency', {
    shape: 'tail',
    limit: 0.02,
    bad: 'above',
    datapoints: [5, 5],
    silence: 'INSUFFICIENT_DATA',
  }),
  BufferCacheHitRatio: server('BufferCacheHitRatio', {
    shape: 'mean',
    limit: 80,
    bad: 'below',
    datapoints: [10, 10],
    silence: 'INSUFFICIENT_DATA',
  }),
  MaximumUsedTransactionIDs: server('MaximumUsedTransactionIDs', {
    shape: 'mean',
    limit: 1e9,
    bad: 'above',
    datapoints: [1, 1],
    silence: 'INSUFFICIENT_DATA',
  }),
  OldestReplicationSlotLag: server('OldestReplicationSlotLag', {
    shape: 'peak',
    limit: ({ storageGiB }) => (storageGiB * GIB) / 10,
    bad: 'above',
    minutes: 5,
    datapoints: [3, 3],
    silence: 'OK',
  }),
  ReplicaLag: server('ReplicaLag', { shape: 'peak', limit: 60, bad: 'above', datapoints: [10, 10], silence: 'ALARM' }),
  AuroraReplicaLag: server('AuroraReplicaLag', {
    shape: 'peak',
    limit: 1000,
    bad: 'above',
    datapoints: [10, 10],
    silence: 'OK',
  }),

  'cluster FreeableMemory': cluster('FreeableMemory', {
    shape: 'trough',
    limit: ({ memoryGiB }) => (memoryGiB * GIB) / 20,
    bad: 'below',
    datapoints: [15, 15],
    silence: 'ALARM',
  }),
  'cluster FreeLocalStorage': cluster('FreeLocalStorage', {
    shape: 'trough',
    limit: ({ memoryGiB }) => (memoryGiB * GIB) / 5,
    bad: 'below',
    datapoints: [5, 5],
    silence: 'INSUFFICIENT_DATA',
  }),
  'cluster DatabaseConnections': cluster('DatabaseConnections', {
    shape: 'peak',
    limit: ({ maxConnections }) => Math.floor(maxConnections * 0.9),
    bad: 'above',
    datapoints: [5, 5],
    silence: 'ALARM',
  }),
  'cluster BufferCacheHitRatio': cluster('BufferCacheHitRatio', {
    shape: 'trough',
    limit: 80,
    bad: 'below',
    datapoints: [10, 10],
    silence: 'INSUFFICIENT_DATA',
  }),
  'cluster MaximumUsedTransactionIDs': cluster('MaximumUsedTransactionIDs', {
    shape: 'peak',
    limit: 1e9,
    bad: 'above',
    datapoints: [1, 1],
    silence: 'INSUFFICIENT_DATA',
  }),
  'cluster WriteLatency': {
    ...cluster('WriteLatency', {
      shape: 'tail',
      limit: 0.02,
      bad: 'above',
      datapoints: [5, 5],
      silence: 'INSUFFICIENT_DATA',
    }),
    dimensions: ['DBClusterIdentifier', 'Role'],
  },
  'cluster AuroraReplicaLag': {
    ...cluster('AuroraReplicaLag', { shape: 'peak', limit: 1000, bad: 'above', datapoints: [10, 10], silence: 'OK' }),
    dimensions: ['DBClusterIdentifier', 'Role'],
  },

  'AWS/DocDB CPUUtilization': documents('CPUUtilization', {
    shape: 'mean',
    limit: 80,
    bad: 'above',
    datapoints: [15, 15],
    silence: 'ALARM',
  }),
  DCUUtilization: documents('DCUUtilization', {
    shape: 'mean',
    limit: 90,
    bad: 'above',
    datapoints: [15, 15],
    silence: 'OK',
  }),
  'AWS/DocDB FreeableMemory': documents('FreeableMemory', {
    shape: 'mean',
    limit: ({ memoryGiB }) => (memoryGiB * GIB) / 20,
    bad: 'below',
    datapoints: [15, 15],
    silence: 'INSUFFICIENT_DATA',
  }),
  LowMemNumOperationsThrottled: documents('LowMemNumOperationsThrottled', {
    shape: 'count',
    limit: 0,
    bad: 'above',
    datapoints: [3, 5],
    silence: 'OK',
  }),
  Connections: used(['DatabaseConnectionsMax', 'DatabaseConnectionsLimit']),
  Cursors: used(['DatabaseCursorsMax', 'DatabaseCursorsLimit']),
  DatabaseCursorsTimedOut: documents('DatabaseCursorsTimedOut', {
    shape: 'count',
    limit: 0,
    bad: 'above',
    minutes: 5,
    datapoints: [3, 3],
    silence: 'OK',
  }),
  'AWS/DocDB BufferCacheHitRatio': documents('BufferCacheHitRatio', {
    shape: 'mean',
    limit: 90,
    bad: 'below',
    datapoints: [10, 10],
    silence: 'INSUFFICIENT_DATA',
  }),
  IndexBufferCacheHitRatio: documents('IndexBufferCacheHitRatio', {
    shape: 'mean',
    limit: 90,
    bad: 'below',
    datapoints: [10, 10],
    silence: 'INSUFFICIENT_DATA',
  }),
  DBInstanceReplicaLag: documents('DBInstanceReplicaLag', {
    shape: 'peak',
    limit: 10_000,
    bad: 'above',
    datapoints: [10, 10],
    silence: 'OK',
  }),
  'AWS/DocDB VolumeBytesUsed': {
    ...CLUSTER,
    namespace: 'AWS/DocDB',
    metrics: ['VolumeBytesUsed'],
    shape: 'peak',
    limit: 0.85 * 128 * 2 ** 40,
    bad: 'above',
    minutes: 5,
    datapoints: [3, 3],
    silence: 'OK',
  },
  AvailableMVCCIds: {
    ...CLUSTER,
    namespace: 'AWS/DocDB',
    metrics: ['AvailableMVCCIds'],
    shape: 'trough',
    limit: 1.3e9,
    bad: 'below',
    minutes: 5,
    datapoints: [3, 3],
    silence: 'INSUFFICIENT_DATA',
  },

  PrimaryInstanceCPUUtilization: elastic('PrimaryInstanceCPUUtilization', {
    shape: 'peak',
    limit: 80,
    bad: 'above',
    datapoints: [15, 15],
    silence: 'ALARM',
  }),
  PrimaryInstanceFreeableMemory: elastic('PrimaryInstanceFreeableMemory', {
    shape: 'trough',
    limit: ({ memoryGiB }) => (memoryGiB * GIB) / 20,
    bad: 'below',
    datapoints: [15, 15],
    silence: 'INSUFFICIENT_DATA',
  }),
  'AWS/DocDB-Elastic DatabaseConnections': elastic('DatabaseConnections', {
    shape: 'peak',
    limit: ({ vcpu }) => (CONNECTIONS_OF_SHARD[vcpu] ?? 0) * 0.9,
    bad: 'above',
    datapoints: [5, 5],
    silence: 'INSUFFICIENT_DATA',
  }),
  DatabaseCursorsMax: elastic('DatabaseCursorsMax', {
    shape: 'peak',
    limit: 405,
    bad: 'above',
    datapoints: [5, 5],
    silence: 'INSUFFICIENT_DATA',
  }),
  'AWS/DocDB-Elastic DatabaseCursorsTimedOut': elastic('DatabaseCursorsTimedOut', {
    shape: 'count',
    limit: 0,
    bad: 'above',
    minutes: 5,
    datapoints: [3, 3],
    silence: 'OK',
  }),
  'AWS/DocDB-Elastic BufferCacheHitRatio': elastic('BufferCacheHitRatio', {
    shape: 'trough',
    limit: 90,
    bad: 'below',
    datapoints: [10, 10],
    silence: 'INSUFFICIENT_DATA',
  }),
  'AWS/DocDB-Elastic VolumeBytesUsed': elastic('VolumeBytesUsed', {
    shape: 'peak',
    limit: 0.85 * 128 * 2 ** 40,
    bad: 'above',
    minutes: 5,
    datapoints: [3, 3],
    silence: 'OK',
  }),

  'AWS/Neptune CPUUtilization': graphs('CPUUtilization', { shape: 'mean', limit: 80, bad: 'above' }),
  NCUUtilization: graphs('NCUUtilization', { shape: 'mean', limit: 90, bad: 'above' }),
  'AWS/Neptune FreeableMemory': graphs('FreeableMemory', {
    shape: 'mean',
    limit: ({ memoryGiB }) => (memoryGiB * GIB) / 20,
    bad: 'below',
  }),
  MainRequestQueuePendingRequests: graphs('MainRequestQueuePendingRequests', {
    shape: 'count',
    limit: 0,
    bad: 'above',
  }),
  QueueNearlyFull: graphs('MainRequestQueuePendingRequests', {
    shape: 'peak',
    limit: 4096,
    bad: 'above',
    datapoints: [1, 1],
  }),
  'AWS/Neptune BufferCacheHitRatio': graphs('BufferCacheHitRatio', {
    shape: 'mean',
    limit: 99.9,
    bad: 'below',
    datapoints: [6, 6],
  }),
  ClusterReplicaLag: graphs('ClusterReplicaLag', { shape: 'peak', limit: 1000, bad: 'above' }),
  'AWS/Neptune VolumeBytesUsed': {
    ...CLUSTER,
    namespace: 'AWS/Neptune',
    metrics: ['VolumeBytesUsed'],
    shape: 'peak',
    limit: 0.85 * 128 * 2 ** 40,
    bad: 'above',
    minutes: 5,
    datapoints: [3, 3],
    silence: 'OK',
  },

  VolumeBytesUsed: {
    ...CLUSTER,
    metrics: ['VolumeBytesUsed'],
    shape: 'peak',
    limit: 0.85 * 128 * 2 ** 40,
    bad: 'above',
    minutes: 5,
    datapoints: [3, 3],
    silence: 'OK',
  },
  AuroraGlobalDBReplicationLag: {
    ...CLUSTER,
    metrics: ['AuroraGlobalDBReplicationLag'],
    shape: 'peak',
    limit: 60_000,
    bad: 'above',
    minutes: 1,
    datapoints: [10, 10],
    silence: 'ALARM',
  },

  Saturation: {
    ...PROXY,
    metrics: ['DatabaseConnections', 'MaxDatabaseConnectionsAllowed'],
    shape: 'share',
    limit: 80,
    minutes: 1,
    datapoints: [5, 5],
  },
  Pinned: {
    ...PROXY,
    metrics: ['DatabaseConnectionsCurrentlySessionPinned', 'DatabaseConnectionsCurrentlyBorrowed'],
    shape: 'share',
    limit: 30,
    minutes: 5,
    datapoints: [3, 3],
  },
  DatabaseConnectionsBorrowLatency: {
    ...PROXY,
    metrics: ['DatabaseConnectionsBorrowLatency'],
    shape: 'mean',
    limit: 100_000,
    minutes: 1,
    datapoints: [5, 5],
  },
  DatabaseConnectionsSetupFailed: {
    ...PROXY,
    metrics: ['DatabaseConnectionsSetupFailed'],
    shape: 'count',
    limit: 0,
    minutes: 5,
    datapoints: [2, 3],
  },
  ClientConnectionsSetupFailedAuth: {
    ...PROXY,
    metrics: ['ClientConnectionsSetupFailedAuth'],
    shape: 'count',
    limit: 0,
    minutes: 5,
    datapoints: [2, 3],
  },

  ReadThrottleEvents: { ...TABLE, metrics: ['ReadThrottleEvents'], shape: 'count', limit: 0, datapoints: [3, 5] },
  WriteThrottleEvents: { ...TABLE, metrics: ['WriteThrottleEvents'], shape: 'count', limit: 0, datapoints: [3, 5] },
  IndexReadThrottleEvents: { ...INDEX, metrics: ['ReadThrottleEvents'], shape: 'count', limit: 0, datapoints: [3, 5] },
  IndexWriteThrottleEvents: {
    ...INDEX,
    metrics: ['WriteThrottleEvents'],
    shape: 'count',
    limit: 0,
    datapoints: [3, 5],
  },
  ReplicationLatency: {
    ...TABLE,
    metrics: ['ReplicationLatency'],
    dimensions: ['ReceivingRegion', 'TableName'],
    shape: 'mean',
    limit: 180_000,
    datapoints: [15, 15],
  },
  SystemErrors: { ...TABLE, metrics: ['SystemErrors'], shape: 'count', limit: 0, datapoints: [15, 15] },
  SuccessfulRequestLatency: {
    ...TABLE,
    metrics: ['SuccessfulRequestLatency'],
    dimensions: ['Operation', 'TableName'],
    shape: 'mean',
    limit: 50,
    datapoints: [10, 10],
  },

  'smoke-failed': {
    ...LAMBDA,
    metrics: ['Errors'],
    shape: 'count',
    limit: 0,
    bad: 'above',
    minutes: 60,
    datapoints: [1, 1],
    silence: 'OK',
  },
  'smoke-not-run': {
    ...LAMBDA,
    metrics: ['Invocations'],
    shape: 'count',
    limit: 1,
    bad: 'below',
    minutes: 60,
    datapoints: [3, 3],
    silence: 'ALARM',
  },
  'smoke-throttled': {
    ...LAMBDA,
    metrics: ['Throttles'],
    shape: 'count',
    limit: 0,
    bad: 'above',
    minutes: 5,
    datapoints: [1, 1],
    silence: 'OK',
  },
  'provision-failed': {
    ...LAMBDA,
    metrics: ['Errors'],
    shape: 'count',
    limit: 0,
    bad: 'above',
    minutes: 5,
    datapoints: [1, 1],
    silence: 'OK',
  },
  'provision-throttled': {
    ...LAMBDA,
    metrics: ['Throttles'],
    shape: 'count',
    limit: 0,
    bad: 'above',
    minutes: 5,
    datapoints: [1, 1],
    silence: 'OK',
  },
  'rotate-failed': {
    ...LAMBDA,
    metrics: ['Errors'],
    shape: 'count',
    limit: 0,
    bad: 'above',
    minutes: 5,
    datapoints: [1, 1],
    silence: 'OK',
  },
  'rotate-throttled': {
    ...LAMBDA,
    metrics: ['Throttles'],
    shape: 'count',
    limit: 0,
    bad: 'above',
    minutes: 5,
    datapoints: [1, 1],
    silence: 'OK',
  },

  NumberOfNotificationsFailed: {
    namespace: 'AWS/SNS',
    dimensions: ['TopicName'],
    metrics: ['NumberOfNotificationsFailed'],
    shape: 'count',
    limit: 0,
    bad: 'above',
    minutes: 1,
    datapoints: [5, 5],
    silence: 'OK',
  },
  maintenance: {
    namespace: 'Polystore',
    dimensions: ['Stage', 'Store', 'Tier'],
    metrics: ['Maintenance'],
    shape: 'count',
    limit: 0,
    bad: 'above',
    minutes: 1,
    datapoints: [1, 60],
    silence: 'OK',
  },
};
