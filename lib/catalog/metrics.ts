import { RECOMMENDED_ALARMS } from './recommended-alarms';

/** Units as CloudWatch calls them. */
export type MetricUnit =
  'Seconds' | 'Milliseconds' | 'Microseconds' | 'Bytes' | 'Bytes/Second' | 'Percent' | 'Count' | 'Count/Second' | 'USD';

/** A metric as AWS documents it. */
export interface MetricFact {
  readonly unit: MetricUnit;
  /** Sets of dimensions under which it is kept, each sorted: any other set of names finds nothing, for ever. */
  readonly dimensions: readonly (readonly string[])[];
  /** Where it was read. */
  readonly source: string;
}

const DOCS = 'https://docs.aws.amazon.com';
/** Read in the copies that AWS kept on GitHub until 2023, and on the pages of these names in 2026-08. */
const AURORA = `${DOCS}/AmazonRDS/latest/AuroraUserGuide/Aurora.AuroraMonitoring.Metrics.html`;
const AURORA_DIMENSIONS = `${DOCS}/AmazonRDS/latest/AuroraUserGuide/dimensions.html`;
const RDS = `${DOCS}/AmazonRDS/latest/UserGuide/rds-metrics.html`;
const PROXY = `${DOCS}/AmazonRDS/latest/UserGuide/rds-proxy.monitoring.html`;
const LAMBDA = `${DOCS}/lambda/latest/dg/monitoring-metrics-types.html`;

const CACHE = `${DOCS}/AmazonElastiCache/latest/dg/CacheMetrics.Redis.html`;
const SERVERLESS_CACHE = `${DOCS}/AmazonElastiCache/latest/dg/serverless-metrics-events-redis.html`;

const DOCUMENTS = `${DOCS}/documentdb/latest/developerguide/cloud_watch.html`;
const DOCUMENTS_THAT_SCALE = `${DOCS}/documentdb/latest/developerguide/docdb-serverless-monitoring.html`;
/** With the dimensions by which each metric is kept. */
const ELASTIC = `${DOCS}/AmazonCloudWatch/latest/monitoring/CloudWatch-OTelEnrichment-SupportedMetrics.html`;
/** That a metric is kept by server, by cluster, and by cluster and role: https://docs.aws.amazon.com/neptune/latest/userguide/cw-dimensions.html */
const GRAPHS = `${DOCS}/neptune/latest/userguide/cw-metrics.html`;

const TABLES = `${DOCS}/amazondynamodb/latest/developerguide/metrics-dimensions.html`;

const BY_TABLE = ['TableName'];
const BY_NODE = ['CacheClusterId'];
const BY_CACHE = ['ServerlessCacheName'];
const INSTANCE = ['DBInstanceIdentifier'];
const CLUSTER = ['DBClusterIdentifier'];
/** Of a cluster's writer, or of its readers together. */
const CLUSTER_ROLE = ['DBClusterIdentifier', 'Role'];
/** Both, always: what AWS made of the name, and the name. */
const ELASTIC_CLUSTER = ['ClusterId', 'ClusterName'];
const BY_PROXY = ['ProxyName'];
const BY_ENDPOINT = ['EndpointName', 'ProxyName'];
const BY_TARGET = ['ProxyName', 'Target', 'TargetGroup'];
const BY_TARGET_ROLE = ['ProxyName', 'TargetGroup', 'TargetRole'];
const CLIENTS = [BY_PROXY, BY_ENDPOINT];
const TARGETS = [BY_PROXY, BY_TARGET, BY_TARGET_ROLE];

const proxy = (unit: MetricUnit, dimensions: MetricFact['dimensions']): MetricFact => ({
  unit,
  dimensions,
  source: PROXY,
});

/** Each metric of a DocumentDB server is kept of its cluster too, and of the cluster's writer and readers. */
const documents = (unit: MetricUnit): MetricFact => ({
  unit,
  dimensions: [INSTANCE, CLUSTER, CLUSTER_ROLE],
  source: DOCUMENTS,
});

/** Each metric of an elastic cluster is kept of the whole, whose samples are those of its shards, and of each shard. */
const elastic = (unit: MetricUnit): MetricFact => ({
  unit,
  dimensions: [ELASTIC_CLUSTER, [...ELASTIC_CLUSTER, 'ShardId']],
  source: ELASTIC,
});

const graphs = (unit: MetricUnit): MetricFact => ({
  unit,
  dimensions: [INSTANCE, CLUSTER, CLUSTER_ROLE],
  source: GRAPHS,
});

/** Metrics of Aurora's servers that are kept of their cluster too, over all of its servers, and of its writer and its readers. */
function ofClusters(units: Readonly<Record<string, MetricUnit>>): Readonly<Record<string, MetricFact>> {
  const fact = (unit: MetricUnit): MetricFact => ({
    unit,
    dimensions: [INSTANCE, CLUSTER, CLUSTER_ROLE],
    source: AURORA_DIMENSIONS,
  });
  return Object.fromEntries(Object.entries(units).map(([metric, unit]) => [`AWS/RDS/${metric}`, fact(unit)]));
}

/** What AWS's list of recommended alarms does not hold, or holds with fewer dimensions than there are; by `namespace/metric`. */
const FURTHER: Readonly<Record<string, MetricFact>> = {
  'AWS/RDS/ACUUtilization': { unit: 'Percent', dimensions: [INSTANCE], source: AURORA },
  'AWS/RDS/AuroraGlobalDBReplicationLag': { unit: 'Milliseconds', dimensions: [CLUSTER], source: AURORA },
  'AWS/RDS/AuroraReplicaLag': { unit: 'Milliseconds', dimensions: [INSTANCE, CLUSTER_ROLE], source: AURORA },
  ...ofClusters({
    BufferCacheHitRatio: 'Percent',
    FreeLocalStorage: 'Bytes',
    FreeableMemory: 'Bytes',
    MaximumUsedTransactionIDs: 'Count',
    ReadLatency: 'Seconds',
    WriteLatency: 'Seconds',
  }),
  'AWS/RDS/AuroraReplicaLagMaximum': { unit: 'Milliseconds', dimensions: [INSTANCE, CLUSTER_ROLE], source: AURORA },
  'AWS/RDS/CPUCreditBalance': { unit: 'Count', dimensions: [INSTANCE], source: RDS },
  'AWS/RDS/CPUUtilization': {
    unit: 'Percent',
    dimensions: [INSTANCE, CLUSTER, CLUSTER_ROLE],
    source: AURORA_DIMENSIONS,
  },
  'AWS/RDS/DBLoad': { unit: 'Count', dimensions: [INSTANCE, CLUSTER, CLUSTER_ROLE], source: AURORA_DIMENSIONS },
  'AWS/RDS/DatabaseConnections': {
    unit: 'Count',
    dimensions: [INSTANCE, CLUSTER, CLUSTER_ROLE],
    source: AURORA_DIMENSIONS,
  },
  'AWS/RDS/Deadlocks': { unit: 'Count/Second', dimensions: [INSTANCE, CLUSTER_ROLE], source: AURORA },
  'AWS/RDS/OldestReplicationSlotLag': { unit: 'Bytes', dimensions: [INSTANCE], source: RDS },
  'AWS/RDS/VolumeBytesUsed': { unit: 'Bytes', dimensions: [CLUSTER], source: AURORA },
  'AWS/RDS/AvailabilityPercentage': proxy('Percent', [BY_TARGET_ROLE]),
  'AWS/RDS/ClientConnections': proxy('Count', CLIENTS),
  'AWS/RDS/ClientConnectionsSetupFailedAuth': proxy('Count', CLIENTS),
  'AWS/RDS/DatabaseConnectionsBorrowLatency': proxy('Microseconds', CLIENTS),
  'AWS/RDS/DatabaseConnectionsCurrentlyBorrowed': proxy('Count', TARGETS),
  'AWS/RDS/DatabaseConnectionsCurrentlySessionPinned': proxy('Count', TARGETS),
  'AWS/RDS/DatabaseConnectionsSetupFailed': proxy('Count', TARGETS),
  'AWS/RDS/MaxDatabaseConnectionsAllowed': proxy('Count', TARGETS),
  'AWS/ElastiCache/BytesUsedForCache': { unit: 'Bytes', dimensions: [BY_CACHE, BY_NODE], source: SERVERLESS_CACHE },
  'AWS/ElastiCache/CurrConnections': { unit: 'Count', dimensions: [BY_CACHE], source: SERVERLESS_CACHE },
  'AWS/ElastiCache/ElastiCacheProcessingUnits': { unit: 'Count', dimensions: [BY_CACHE], source: SERVERLESS_CACHE },
  'AWS/ElastiCache/Evictions': { unit: 'Count', dimensions: [BY_NODE], source: CACHE },
  'AWS/ElastiCache/IsMaster': { unit: 'Count', dimensions: [BY_NODE], source: CACHE },
  'AWS/ElastiCache/SuccessfulReadRequestLatency': {
    unit: 'Microseconds',
    dimensions: [BY_CACHE],
    source: SERVERLESS_CACHE,
  },
  'AWS/ElastiCache/ThrottledCmds': { unit: 'Count', dimensions: [BY_CACHE], source: SERVERLESS_CACHE },
  'AWS/DynamoDB/ConsumedReadCapacityUnits': { unit: 'Count', dimensions: [BY_TABLE], source: TABLES },
  'AWS/DynamoDB/ConsumedWriteCapacityUnits': { unit: 'Count', dimensions: [BY_TABLE], source: TABLES },
  'AWS/DocDB/AvailableMVCCIds': documents('Count'),
  'AWS/DocDB/BufferCacheHitRatio': documents('Percent'),
  'AWS/DocDB/CPUUtilization': documents('Percent'),
  'AWS/DocDB/DBInstanceReplicaLag': documents('Milliseconds'),
  'AWS/DocDB/DCUUtilization': { ...documents('Percent'), source: DOCUMENTS_THAT_SCALE },
  'AWS/DocDB/DatabaseConnections': documents('Count'),
  'AWS/DocDB/DatabaseConnectionsLimit': documents('Count'),
  'AWS/DocDB/DatabaseConnectionsMax': documents('Count'),
  'AWS/DocDB/DatabaseCursorsLimit': documents('Count'),
  'AWS/DocDB/DatabaseCursorsMax': documents('Count'),
  'AWS/DocDB/DatabaseCursorsTimedOut': documents('Count'),
  'AWS/DocDB/FreeableMemory': documents('Bytes'),
  'AWS/DocDB/IndexBufferCacheHitRatio': documents('Percent'),
  'AWS/DocDB/LowMemNumOperationsThrottled': documents('Count'),
  'AWS/DocDB/VolumeBytesUsed': { unit: 'Bytes', dimensions: [CLUSTER], source: DOCUMENTS },
  'AWS/DocDB-Elastic/BufferCacheHitRatio': elastic('Percent'),
  'AWS/DocDB-Elastic/DatabaseConnections': elastic('Count'),
  'AWS/DocDB-Elastic/DatabaseCursorsMax': elastic('Count'),
  'AWS/DocDB-Elastic/DatabaseCursorsTimedOut': elastic('Count'),
  'AWS/DocDB-Elastic/PrimaryInstanceCPUUtilization': elastic('Percent'),
  'AWS/DocDB-Elastic/PrimaryInstanceFreeableMemory': elastic('Bytes'),
  'AWS/DocDB-Elastic/VolumeBytesUsed': elastic('Bytes'),
  'AWS/Neptune/BufferCacheHitRatio': graphs('Percent'),
  'AWS/Neptune/CPUUtilization': graphs('Percent'),
  'AWS/Neptune/ClusterReplicaLag': graphs('Milliseconds'),
  'AWS/Neptune/FreeableMemory': graphs('Bytes'),
  'AWS/Neptune/MainRequestQueuePendingRequests': graphs('Count'),
  'AWS/Neptune/NCUUtilization': graphs('Percent'),
  'AWS/Neptune/VolumeBytesUsed': { unit: 'Bytes', dimensions: [CLUSTER], source: GRAPHS },
  'AWS/Lambda/Invocations': { unit: 'Count', dimensions: [['FunctionName']], source: LAMBDA },
  'Polystore/Maintenance': { unit: 'Count', dimensions: [['Stage', 'Store', 'Tier']], source: 'the kit' },
  'Polystore/SmokeFailed': { unit: 'Count', dimensions: [['Stage', 'Store', 'Tier']], source: 'the kit' },
};

/** One name, two things: a proxy keeps connections to its database under the name that a server keeps those of its clients under. */
const ALSO: Readonly<Record<string, MetricFact['dimensions']>> = { 'AWS/RDS/DatabaseConnections': TARGETS };

/** Every metric that the kit may read, by `namespace/metric`. */
export const METRICS: ReadonlyMap<string, MetricFact> = collect();

function collect(): ReadonlyMap<string, MetricFact> {
  const facts = new Map<string, MetricFact>();
  const add = (name: string, { unit, dimensions, source }: MetricFact): void => {
    const known = facts.get(name);
    const sets = [...(known?.dimensions ?? []), ...dimensions, ...(ALSO[name] ?? [])].map((set) => [...set].sort());
    facts.set(name, { unit: known?.unit ?? unit, dimensions: uniqueSets(sets), source });
  };
  for (const { namespace, metric, unit, dimensions } of RECOMMENDED_ALARMS) {
    add(`${namespace}/${metric}`, {
      unit,
      dimensions: [dimensions],
      source: `${DOCS}/AmazonCloudWatch/latest/monitoring/Best_Practice_Recommended_Alarms_AWS_Services.html`,
    });
  }
  for (const [name, fact] of Object.entries(FURTHER)) add(name, fact);
  return facts;
}

function uniqueSets(sets: readonly (readonly string[])[]): readonly (readonly string[])[] {
  return [...new Map(sets.map((set) => [set.join(), set])).values()];
}
