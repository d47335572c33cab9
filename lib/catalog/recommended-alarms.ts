import type { MetricUnit } from './metrics';

/** An alarm that AWS recommends for one of its metrics. */
export interface RecommendedAlarm {
  readonly namespace: string;
  readonly metric: string;
  readonly unit: MetricUnit;
  /** Names of the dimensions; none for a metric of the whole account. */
  readonly dimensions: readonly string[];
  readonly statistic: string;
  readonly comparison: '>' | '>=' | '<' | '<=';
  /** In `unit`. `derive`: AWS says how to find the figure, and names none. */
  readonly threshold: number | 'derive';
  readonly periodSeconds: number;
  readonly datapoints: readonly [breaching: number, of: number];
  readonly missing: 'breaching' | 'notBreaching' | 'missing';
}

/** `namespace metric dimensions unit statistic comparison threshold period datapoints missing`, as {@link RecommendedAlarm} has them. */
const ROWS = `
AWS/RDS AuroraBinlogReplicaLag DBClusterIdentifier,Role Seconds Average <= -1 60 2/2 breaching
AWS/RDS AuroraVolumeBytesLeftTotal DBClusterIdentifier Bytes Average < derive 60 5/5 breaching
AWS/RDS BlockedTransactions DBInstanceIdentifier Count/Second Average > derive 60 5/5 notBreaching
AWS/RDS BufferCacheHitRatio DBInstanceIdentifier Percent Average < 80 60 10/10 missing
AWS/RDS CPUUtilization DBInstanceIdentifier Percent Average > 90 60 5/5 breaching
AWS/RDS DBLoad DBInstanceIdentifier Count Average > derive 60 15/15 missing
AWS/RDS DatabaseConnections DBInstanceIdentifier Count Average > derive 60 5/5 breaching
AWS/RDS EBSByteBalance% DBInstanceIdentifier Percent Average < 10 60 3/3 missing
AWS/RDS EBSIOBalance% DBInstanceIdentifier Percent Average < 10 60 3/3 missing
AWS/RDS EngineUptime DBClusterIdentifier,Role Seconds Average <= 0 60 2/2 breaching
AWS/RDS FreeLocalStorage DBInstanceIdentifier Bytes Average < derive 60 5/5 missing
AWS/RDS FreeStorageSpace DBInstanceIdentifier Bytes Minimum < derive 60 5/5 breaching
AWS/RDS FreeableMemory DBInstanceIdentifier Bytes Average < derive 60 15/15 breaching
AWS/RDS MaximumUsedTransactionIDs DBInstanceIdentifier Count Average > 1000000000 60 1/1 missing
AWS/RDS ReadLatency DBInstanceIdentifier Seconds p90 > derive 60 5/5 missing
AWS/RDS ReplicaLag DBInstanceIdentifier Seconds Maximum > 60 60 10/10 breaching
AWS/RDS RollbackSegmentHistoryListLength DBInstanceIdentifier Count Average > 1000000 60 5/5 breaching
AWS/RDS StorageNetworkThroughput DBClusterIdentifier,Role Bytes/Second Average > derive 60 5/5 missing
AWS/RDS WriteLatency DBInstanceIdentifier Seconds p90 > derive 60 5/5 missing
AWS/DynamoDB AccountProvisionedReadCapacityUtilization - Percent Maximum > 80 300 2/2 missing
AWS/DynamoDB AccountProvisionedWriteCapacityUtilization - Percent Maximum > 80 300 2/2 missing
AWS/DynamoDB AgeOfOldestUnreplicatedRecord TableName,DelegatedOperation Milliseconds Maximum > derive 300 3/3 missing
AWS/DynamoDB FailedToReplicateRecordCount TableName,DelegatedOperation Count Sum > 0 60 1/1 notBreaching
AWS/DynamoDB ReadThrottleEvents TableName Count Sum > derive 60 5/5 notBreaching
AWS/DynamoDB ReadThrottleEvents TableName,GlobalSecondaryIndexName Count Sum > derive 60 5/5 notBreaching
AWS/DynamoDB ReplicationLatency TableName,ReceivingRegion Milliseconds Average > derive 60 15/15 missing
AWS/DynamoDB SuccessfulRequestLatency TableName,Operation Milliseconds Average > derive 60 10/10 missing
AWS/DynamoDB SystemErrors TableName Count Sum > derive 60 15/15 notBreaching
AWS/DynamoDB ThrottledPutRecordCount TableName,DelegatedOperation Count Maximum > derive 60 10/10 notBreaching
AWS/DynamoDB UserErrors - Count Sum > derive 60 10/10 missing
AWS/DynamoDB WriteThrottleEvents TableName Count Sum > derive 60 5/5 notBreaching
AWS/DynamoDB WriteThrottleEvents TableName,GlobalSecondaryIndexName Count Sum > derive 60 5/5 notBreaching
AWS/Lambda ClaimedAccountConcurrency - Count Maximum > derive 60 10/10 notBreaching
AWS/Lambda ConcurrentExecutions FunctionName Count Maximum > derive 60 10/10 missing
AWS/Lambda Duration FunctionName Milliseconds p90 > derive 60 15/15 missing
AWS/Lambda Errors FunctionName Count Sum > derive 60 3/3 missing
AWS/Lambda Throttles FunctionName Count Sum >= derive 60 5/5 missing
AWS/SNS NumberOfMessagesPublished TopicName Count Sum < derive 60 5/5 breaching
AWS/SNS NumberOfNotificationsDelivered TopicName Count Sum < derive 60 5/5 breaching
AWS/SNS NumberOfNotificationsFailed TopicName Count Sum > derive 60 5/5 notBreaching
AWS/SNS NumberOfNotificationsFailedToRedriveToDlq TopicName Count Sum > 0 60 5/5 notBreaching
AWS/SNS NumberOfNotificationsFilteredOut-InvalidAttributes TopicName Count Sum > 0 60 5/5 notBreaching
AWS/SNS NumberOfNotificationsFilteredOut-InvalidMessageBody TopicName Count Sum > 0 60 5/5 notBreaching
AWS/SNS NumberOfNotificationsRedrivenToDlq TopicName Count Sum > 0 60 5/5 notBreaching
AWS/SNS SMSMonthToDateSpentUSD TopicName USD Maximum > derive 60 5/5 missing
AWS/SNS SMSSuccessRate TopicName Count Average > derive 60 5/5 notBreaching
AWS/ElastiCache CPUUtilization CacheClusterId,CacheNodeId Percent Average > derive 60 5/5 missing
AWS/ElastiCache CurrConnections CacheClusterId,CacheNodeId Count Average > derive 60 10/10 missing
AWS/ElastiCache DatabaseMemoryUsagePercentage CacheClusterId Percent Average > derive 60 5/5 missing
AWS/ElastiCache EngineCPUUtilization CacheClusterId Percent Average > 90 60 5/5 missing
AWS/ElastiCache ReplicationLag CacheClusterId Seconds Average > derive 60 15/15 missing
`;

/**
 * Every alarm that AWS recommends for the services that the kit uses or may come to use, in its own figures. Read in AWS's own machine-readable copy
 * of its list.
 * @see https://github.com/awslabs/mcp (cloudwatch-mcp-server, metric_metadata.json, 2026-08)
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Best_Practice_Recommended_Alarms_AWS_Services.html
 */
export const RECOMMENDED_ALARMS: readonly RecommendedAlarm[] = ROWS.trim().split('\n').map(readRow);

function readRow(row: string): RecommendedAlarm {
  const [
    namespace = '',
    metric = '',
    names,
    unit,
    statistic = '',
    comparison,
    threshold,
    period,
    datapoints = '',
    missing,
  ] = row.split(' ');
  const [breaching, of] = datapoints.split('/').map(Number) as [number, number];
  return {
    namespace,
    metric,
    unit: unit as MetricUnit,
    dimensions: names === '-' || names === undefined ? [] : names.split(','),
    statistic,
    comparison: comparison as RecommendedAlarm['comparison'],
    threshold: threshold === 'derive' ? 'derive' : Number(threshold),
    periodSeconds: Number(period),
    datapoints: [breaching, of],
    missing: missing as RecommendedAlarm['missing'],
  };
}
