import type { Limit } from './limits';

/** Limits of DocumentDB and Neptune clusters. */
export const CLUSTER_LIMITS = {
  readers: {
    value: 15,
    unit: 'readers of one DocumentDB or Neptune cluster',
    source:
      'https://docs.aws.amazon.com/documentdb/latest/developerguide/limits.html, https://docs.aws.amazon.com/neptune/latest/userguide/limits.html',
  },
  documentVolumeTiB: {
    value: 128,
    unit: 'TiB of all collections and indexes of a DocumentDB cluster',
    source: 'https://docs.aws.amazon.com/documentdb/latest/developerguide/limits.html (cluster limits)',
  },
  dcuMin: {
    value: 0.5,
    unit: 'DCU of a serverless DocumentDB server',
    source: 'https://docs.aws.amazon.com/documentdb/latest/developerguide/docdb-serverless-instance-limits.html',
  },
  dcuMax: {
    value: 256,
    unit: 'DCU of a serverless DocumentDB server',
    source: 'https://docs.aws.amazon.com/documentdb/latest/developerguide/docdb-serverless-instance-limits.html',
  },
  gibPerDcu: {
    value: 2,
    unit: 'GiB of memory of one DCU',
    source: 'https://docs.aws.amazon.com/documentdb/latest/developerguide/docdb-serverless-instance-limits.html',
  },
  slowOperationMinMs: {
    value: 50,
    unit: 'milliseconds after which DocumentDB logs an operation',
    source:
      'https://docs.aws.amazon.com/documentdb/latest/developerguide/cluster_parameter_groups-list_of_parameters.html (profiler_threshold_ms)',
  },
  slowOperationMaxMs: {
    value: 2_147_483_646,
    unit: 'milliseconds after which DocumentDB logs an operation, at most',
    source:
      'https://docs.aws.amazon.com/documentdb/latest/developerguide/cluster_parameter_groups-list_of_parameters.html (profiler_threshold_ms)',
  },
  elasticServers: {
    value: 16,
    unit: 'servers of a shard of a DocumentDB elastic cluster',
    source: 'https://docs.aws.amazon.com/documentdb/latest/developerguide/elastic-how-it-works.html (shard instances)',
  },
  elasticShardTiB: {
    value: 128,
    unit: 'TiB of a shard of a DocumentDB elastic cluster',
    source: 'https://docs.aws.amazon.com/documentdb/latest/developerguide/limits.html (elastic cluster shard limits)',
  },
  elasticShards: {
    value: 32,
    unit: 'shards of a DocumentDB elastic cluster',
    source: 'DocumentDB Elastic API, CreateCluster.shardCount (botocore 1.43)',
  },
  graphVolumeTiB: {
    value: 128,
    unit: 'TiB of the volume of a Neptune cluster',
    source: 'https://docs.aws.amazon.com/neptune/latest/userguide/feature-overview-storage.html',
  },
  graphQueue: {
    value: 8192,
    unit: 'queries that wait for one Neptune server before it refuses more',
    source: 'https://docs.aws.amazon.com/neptune/latest/userguide/access-graph-queuing.html',
  },
  ncuMin: {
    value: 1,
    unit: 'NCU that a serverless Neptune server may shrink to',
    source: 'https://docs.aws.amazon.com/neptune/latest/userguide/neptune-serverless-capacity-scaling.html',
  },
  ncuMaxLeast: {
    value: 2.5,
    unit: 'NCU, the least that the most of a serverless Neptune server may be',
    source: 'CloudFormation, AWS::Neptune::DBCluster.ServerlessScalingConfiguration.MaxCapacity',
  },
  ncuMax: {
    value: 128,
    unit: 'NCU of a serverless Neptune server',
    source: 'https://docs.aws.amazon.com/neptune/latest/userguide/neptune-serverless-capacity-scaling.html',
  },
  gibPerNcu: {
    value: 2,
    unit: 'GiB of memory of one NCU',
    source: 'https://docs.aws.amazon.com/neptune/latest/userguide/neptune-serverless-capacity-scaling.html',
  },
} as const satisfies Record<string, Limit>;
