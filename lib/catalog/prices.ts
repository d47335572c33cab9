/** Looked for and not found: never to be read as zero. */
export const UNKNOWN_PRICE = 'unknown';

/** Where a price was read, and when what was read was published. */
export interface PriceSource {
  readonly name: string;
  /** ISO 8601 date. */
  readonly date: string;
}

/** A list price in us-east-1, on demand, in US dollars, without tax, free tier and discounts. */
export interface Price {
  readonly usd: number | typeof UNKNOWN_PRICE;
  /** What the price is of one of. */
  readonly unit: string;
  /** Absent where the price is unknown. */
  readonly from?: PriceSource;
}

/** The region that every price is of. */
export const PRICE_REGION = 'us-east-1';

/** Hours that a month is reckoned with, as AWS's own calculator does. */
export const HOURS_A_MONTH = 730;

/**
 * Prices are facts that AWS publishes. Feeds are files of AWS's price list that public repositories keep a copy of; golden files are expected
 * results of infracost's tests, computed from that list. Only figures were taken.
 */
export const PRICE_SOURCES = {
  rdsPostgresFeed: { name: 'AWS price feed of RDS for PostgreSQL (kept by yeo/ec2.shop)', date: '2025-04-04' },
  rds: { name: 'golden file of infracost: aws_db_instance', date: '2026-05-03' },
  aurora: { name: 'price table of AWS (aws/agent-toolkit-for-aws, Aurora PostgreSQL)', date: '2026-06-15' },
  auroraInstances: { name: 'golden file of infracost: aws_rds_cluster_instance', date: '2025-03-05' },
  documentDb: { name: 'golden file of infracost: aws_docdb_cluster', date: '2024-07-01' },
  documentDbInstances: { name: 'golden file of infracost: aws_docdb_cluster_instance', date: '2024-07-01' },
  neptuneFeed: { name: 'AWS price feed of Neptune (kept by lamngockhuong/aws-price)', date: '2025-10-09' },
  proxy: { name: 'price stated by AWS (aws/agent-toolkit-for-aws, proxy advisor)', date: '2026-07-02' },
  dynamodb: { name: 'AWS price feed of DynamoDB (kept by lamngockhuong/aws-price)', date: '2025-08-28' },
  kms: { name: 'AWS price feed of KMS (kept by lamngockhuong/aws-price)', date: '2025-08-28' },
  vpc: { name: 'AWS price feed of VPC (kept by lamngockhuong/aws-price)', date: '2025-11-04' },
  cloudwatch: { name: 'AWS price feed of CloudWatch (kept by lamngockhuong/aws-price)', date: '2025-09-23' },
  dashboards: { name: 'golden file of infracost: aws_cloudwatch_dashboard', date: '2024-07-01' },
  secretsManager: { name: 'golden file of infracost: aws_secretsmanager_secret', date: '2024-07-01' },
  elastiCacheFeed: { name: 'AWS price feed of ElastiCache (kept by yeo/ec2.shop)', date: '2025-03-14' },
  elastiCacheServerless: { name: 'AWS price feed of ElastiCache, as quoted', date: '2026-09-14' },
  elastiCacheBackup: { name: 'golden file of infracost: aws_elasticache_cluster', date: '2024-07-01' },
  systemsManager: { name: 'golden file of infracost: aws_ssm_parameter', date: '2024-07-01' },
} as const satisfies Record<string, PriceSource>;

const from = PRICE_SOURCES;

/** What a server of an I/O-optimized cluster costs against the same in a standard one. As {@link PRICE_SOURCES.aurora} says. */
export const IO_OPTIMIZED_MULTIPLIER = 1.3;

/** Prices beside those of instances, which are in {@link postgresHour} and {@link auroraPostgresHour}, and of cache nodes, which are in {@link cacheNodeHour}. */
export const PRICES = {
  gp3SingleAz: { usd: 0.115, unit: 'GiB-month', from: from.rds },
  gp3MultiAz: { usd: 0.23, unit: 'GiB-month', from: from.rds },
  rdsBackup: { usd: 0.095, unit: 'GiB-month', from: from.rds },
  gp3IopsSingleAz: { usd: 0.02, unit: 'IOPS-month', from: from.rds },
  gp3IopsMultiAz: { usd: 0.04, unit: 'IOPS-month', from: from.rds },
  io1SingleAz: { usd: 0.125, unit: 'GiB-month', from: from.rds },
  io1IopsSingleAz: { usd: 0.1, unit: 'IOPS-month', from: from.rds },
  acu: { usd: 0.12, unit: 'ACU-hour', from: from.aurora },
  acuIoOptimized: { usd: 0.156, unit: 'ACU-hour', from: from.aurora },
  auroraStorageIoOptimized: { usd: 0.225, unit: 'GiB-month', from: from.aurora },
  dcu: { usd: UNKNOWN_PRICE, unit: 'DCU-hour' },
  elasticVcpu: { usd: UNKNOWN_PRICE, unit: 'vCPU-hour' },
  documentStorage: { usd: 0.1, unit: 'GiB-month', from: from.documentDb },
  documentRequests: { usd: 0.2, unit: 'million requests', from: from.documentDb },
  documentBackup: { usd: 0.021, unit: 'GiB-month', from: from.documentDb },
  ncu: { usd: 0.1608, unit: 'NCU-hour', from: from.neptuneFeed },
  graphStorage: { usd: 0.1, unit: 'GiB-month', from: from.neptuneFeed },
  graphRequests: { usd: 0.2, unit: 'million requests', from: from.neptuneFeed },
  graphBackup: { usd: 0.021, unit: 'GiB-month', from: from.neptuneFeed },
  proxyVcpuHour: { usd: 0.015, unit: 'vCPU-hour', from: from.proxy },
  auroraStorage: { usd: 0.1, unit: 'GiB-month', from: from.aurora },
  auroraRequests: { usd: 0.2, unit: 'million requests', from: from.aurora },
  auroraBackup: { usd: 0.021, unit: 'GiB-month', from: from.aurora },
  valkeyServerlessData: { usd: 0.084, unit: 'GB-hour', from: from.elastiCacheServerless },
  valkeyServerlessRequests: { usd: 0.0023, unit: 'million ECPU', from: from.elastiCacheServerless },
  redisServerlessData: { usd: 0.125, unit: 'GB-hour', from: from.elastiCacheServerless },
  redisServerlessRequests: { usd: 0.0034, unit: 'million ECPU', from: from.elastiCacheServerless },
  cacheBackup: { usd: 0.085, unit: 'GiB-month', from: from.elastiCacheBackup },
  key: { usd: 1, unit: 'key-month', from: from.kms },
  keyRequests: { usd: 0.03, unit: '10,000 requests', from: from.kms },
  secret: { usd: 0.4, unit: 'secret-month', from: from.secretsManager },
  secretCalls: { usd: 0.05, unit: '10,000 calls', from: from.secretsManager },
  advancedParameter: { usd: 0.00007, unit: 'parameter-hour', from: from.systemsManager },
  tableWrites: { usd: 0.625, unit: 'million request units', from: from.dynamodb },
  tableReads: { usd: 0.125, unit: 'million request units', from: from.dynamodb },
  tableWriteHour: { usd: 0.00065, unit: 'WCU-hour', from: from.dynamodb },
  tableReadHour: { usd: 0.00013, unit: 'RCU-hour', from: from.dynamodb },
  tableReplicatedWrites: { usd: 0.625, unit: 'million request units', from: from.dynamodb },
  tableStorage: { usd: 0.25, unit: 'GiB-month', from: from.dynamodb },
  tableRecovery: { usd: 0.2, unit: 'GiB-month', from: from.dynamodb },
  endpointHour: { usd: 0.01, unit: 'endpoint-zone-hour', from: from.vpc },
  endpointTraffic: { usd: 0.01, unit: 'GB', from: from.vpc },
  trafficBetweenRegions: { usd: UNKNOWN_PRICE, unit: 'GB' },
  lambda: { usd: UNKNOWN_PRICE, unit: 'GB-second' },
  notifications: { usd: UNKNOWN_PRICE, unit: 'million requests' },
  alarm: { usd: 0.1, unit: 'alarm-month', from: from.cloudwatch },
  dashboard: { usd: 3, unit: 'dashboard-month', from: from.dashboards },
  compositeAlarm: { usd: 0.5, unit: 'alarm-month', from: from.cloudwatch },
  logsStored: { usd: 0.03, unit: 'GiB-month', from: from.cloudwatch },
  logsIngested: { usd: UNKNOWN_PRICE, unit: 'GiB' },
} as const satisfies Record<string, Price>;
