const DOCS = 'https://docs.aws.amazon.com';

/** Where figures of alarms are from. */
export const SOURCES = {
  /** AWS's recommended alarms. */
  recommended: `${DOCS}/AmazonCloudWatch/latest/monitoring/Best_Practice_Recommended_Alarms_AWS_Services.html`,
  auroraMetrics: `${DOCS}/AmazonRDS/latest/AuroraUserGuide/Aurora.AuroraMonitoring.Metrics.html`,
  auroraLocalStorage: `${DOCS}/AmazonRDS/latest/AuroraUserGuide/AuroraPostgreSQL.Managing.html#AuroraPostgreSQL.Managing.TempStorage`,
  rdsMetrics: `${DOCS}/AmazonRDS/latest/UserGuide/rds-metrics.html`,
  proxyMetrics: `${DOCS}/AmazonRDS/latest/UserGuide/rds-proxy.monitoring.html`,
  cacheMetrics: `${DOCS}/AmazonElastiCache/latest/dg/CacheMetrics.WhichShouldIMonitor.html`,
  serverlessCacheMetrics: `${DOCS}/AmazonElastiCache/latest/dg/serverless-metrics-events-redis.html`,
  documentdbMetrics: `${DOCS}/documentdb/latest/developerguide/cloud_watch.html`,
  documentdbServerless: `${DOCS}/documentdb/latest/developerguide/docdb-serverless-monitoring.html`,
  documentdbGarbage: `${DOCS}/documentdb/latest/developerguide/garbage-collection.html`,
  documentdbElastic: `${DOCS}/documentdb/latest/developerguide/elastic-best-practices.html`,
  documentdbLimits: `${DOCS}/documentdb/latest/developerguide/limits.html`,
  /** AWS's workshop, which suggests thresholds to begin with. */
  documentdbWorkshop: 'https://documentdb-immersionday.workshop.aws/monitoring/alarms.html',
  neptuneMetrics: `${DOCS}/neptune/latest/userguide/cw-metrics.html`,
  neptuneQueue: `${DOCS}/neptune/latest/userguide/access-graph-queuing.html`,
  neptuneClusters: `${DOCS}/neptune/latest/userguide/feature-overview-db-clusters.html`,
  /** Of `TreatMissingData`, what holds for DynamoDB alone. */
  putMetricAlarm: `${DOCS}/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html`,
  dynamodbMetrics: `${DOCS}/amazondynamodb/latest/developerguide/metrics-dimensions.html`,
} as const;
