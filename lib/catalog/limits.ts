/** A fact about a service that a rule or a default rests on. */
export interface Limit {
  readonly value: number;
  readonly unit: string;
  /** Where the value was read. */
  readonly source: string;
}

/** Limits of AWS and PostgreSQL that the kit checks before anything is deployed. */
export const LIMITS = {
  functionEnvironmentBytes: {
    value: 4096,
    unit: 'bytes of all environment variables of a Lambda function together',
    source: 'https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html',
  },
  functionNameLength: {
    value: 64,
    unit: 'characters of the name of a Lambda function, or of a schedule of EventBridge Scheduler',
    source:
      'https://docs.aws.amazon.com/lambda/latest/api/API_CreateFunction.html and https://docs.aws.amazon.com/scheduler/latest/APIReference/API_CreateSchedule.html',
  },
  identifierLength: {
    value: 63,
    unit: 'characters of a DB instance or cluster identifier',
    source: 'RDS API, CreateDBInstance.DBInstanceIdentifier (botocore 1.43)',
  },
  nameLength: {
    value: 63,
    unit: 'bytes of a PostgreSQL database, role or column name',
    source: 'https://www.postgresql.org/docs/17/sql-syntax-lexical.html (NAMEDATALEN - 1)',
  },
  readReplicas: {
    value: 15,
    unit: 'read replicas of one DB instance',
    source: 'RDS API, CreateDBInstanceReadReplica (botocore 1.43)',
  },
  replicasElsewhere: {
    value: 5,
    unit: 'read replicas of one DB instance in other regions: AWS guarantees no more',
    source: 'https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_ReadRepl.XRgn.html (considerations)',
  },
  storageMinGiB: {
    value: 20,
    unit: 'GiB of gp3 storage of RDS for PostgreSQL',
    source: 'RDS API, CreateDBInstance.AllocatedStorage (botocore 1.43)',
  },
  storageMaxGiB: {
    value: 65_536,
    unit: 'GiB of gp3 storage of RDS for PostgreSQL',
    source: 'RDS API, CreateDBInstance.AllocatedStorage (botocore 1.43)',
  },
  storageGrowthPercent: {
    value: 10,
    unit: 'percent by which an autoscaling limit must exceed the storage',
    source:
      'https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_PIOPS.Autoscaling.html (maximum storage threshold)',
  },
  retentionMaxDays: {
    value: 35,
    unit: 'days of automated backups',
    source: 'RDS API, CreateDBInstance.BackupRetentionPeriod (botocore 1.43)',
  },
  maxConnectionsSettable: {
    value: 262_143,
    unit: 'connections',
    source: 'https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/AuroraPostgreSQL.Managing.html',
  },
  maxConnectionsDefaultCap: {
    value: 5000,
    unit: 'connections',
    source:
      'https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/CHAP_Limits.html: LEAST({DBInstanceClassMemory/9531392},5000)',
  },
  bytesPerConnection: {
    value: 9_531_392,
    unit: 'bytes of DBInstanceClassMemory for one connection',
    source:
      'https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/CHAP_Limits.html: LEAST({DBInstanceClassMemory/9531392},5000)',
  },
  reservedConnections: {
    value: 5,
    unit: "connections of a server that only superusers and AWS's own roles get: 3 by PostgreSQL, 2 by RDS",
    source: 'https://repost.aws/knowledge-center/rds-postgresql-error-connection-slots',
  },
  reservedSubnetAddresses: {
    value: 5,
    unit: 'addresses that AWS keeps in every subnet',
    source: 'https://docs.aws.amazon.com/vpc/latest/userguide/subnet-sizing.html',
  },
  subnetGroupZones: {
    value: 2,
    unit: 'availability zones that a DB subnet group covers at least',
    source: 'https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_VPC.WorkingWithRDSInstanceinaVPC.html',
  },
  gp3ProvisionableFromGiB: {
    value: 400,
    unit: 'GiB of gp3 storage of RDS for PostgreSQL from which IOPS and throughput can be chosen',
    source: 'https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/CHAP_Storage.html (gp3 storage)',
  },
  gp3IopsMin: {
    value: 12_000,
    unit: 'IOPS of gp3 storage of 400 GiB or more: what it has anyway',
    source: 'https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/CHAP_Storage.html (gp3 storage)',
  },
  gp3IopsMax: {
    value: 64_000,
    unit: 'IOPS of gp3 storage of 400 GiB or more',
    source: 'https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/CHAP_Storage.html (gp3 storage)',
  },
  gp3ThroughputMinMiBps: {
    value: 500,
    unit: 'MiB/s of gp3 storage of 400 GiB or more: what it has anyway',
    source: 'https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/CHAP_Storage.html (gp3 storage)',
  },
  gp3ThroughputMaxMiBps: {
    value: 4000,
    unit: 'MiB/s of gp3 storage of 400 GiB or more',
    source: 'https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/CHAP_Storage.html (gp3 storage)',
  },
  provisionedStorageMinGiB: {
    value: 100,
    unit: 'GiB of io1 or io2 storage of RDS for PostgreSQL',
    source: 'RDS API, CreateDBInstance.AllocatedStorage (botocore 1.43)',
  },
  provisionedIopsMin: {
    value: 1000,
    unit: 'IOPS of io1 or io2 storage',
    source: 'https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/CHAP_Storage.html (provisioned IOPS)',
  },
  provisionedIopsMax: {
    value: 256_000,
    unit: 'IOPS of io1 or io2 storage',
    source: 'https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/CHAP_Storage.html (provisioned IOPS)',
  },
  io1IopsPerGiBMax: {
    value: 50,
    unit: 'IOPS of io1 storage for each GiB',
    source: 'RDS API, CreateDBInstance.Iops (botocore 1.43)',
  },
  windowMinMinutes: {
    value: 30,
    unit: 'minutes of a backup or maintenance window',
    source: 'RDS API, CreateDBInstance.PreferredBackupWindow and PreferredMaintenanceWindow (botocore 1.43)',
  },
  auroraVolumeTiB: {
    value: 128,
    unit: 'TiB of the volume of one Aurora cluster: newer versions take more, no version less',
    source: 'https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/CHAP_Limits.html (file size limits)',
  },
  auroraReaders: {
    value: 15,
    unit: 'readers of one Aurora cluster',
    source: 'https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/aurora-replicas-adding.html',
  },
  auroraSecondaries: {
    value: 10,
    unit: 'secondary clusters of one Aurora Global Database, each in a region of its own; each takes the place of one reader of the primary',
    source:
      'https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/aurora-global-database.configuration.requirements.html',
  },
  serverlessAcuMin: {
    value: 0.5,
    unit: 'ACU that a serverless Aurora server which never pauses keeps at least',
    source: 'RDS API, ServerlessV2ScalingConfiguration.MinCapacity (botocore 1.43)',
  },
  autoPauseMinSeconds: {
    value: 300,
    unit: 'seconds without a connection before a serverless Aurora server may pause',
    source: 'RDS API, ServerlessV2ScalingConfiguration.SecondsUntilAutoPause (botocore 1.43)',
  },
  autoPauseMaxSeconds: {
    value: 86_400,
    unit: 'seconds without a connection before a serverless Aurora server pauses at the latest',
    source: 'RDS API, ServerlessV2ScalingConfiguration.SecondsUntilAutoPause (botocore 1.43)',
  },
  serverlessAcuMax: {
    value: 256,
    unit: 'ACU of a serverless Aurora server',
    source: 'RDS API, ServerlessV2ScalingConfiguration.MaxCapacity (botocore 1.43)',
  },
  serverlessAcuStep: {
    value: 0.5,
    unit: 'ACU',
    source: 'RDS API, ServerlessV2ScalingConfiguration (botocore 1.43)',
  },
  gibPerAcu: {
    value: 2,
    unit: 'GiB of memory of one ACU',
    source: 'https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/aurora-serverless-v2.how-it-works.html',
  },
  maxConnectionsAtHalfAcu: {
    value: 2000,
    unit: 'connections of a serverless Aurora server whose minimum is 0.5 ACU',
    source:
      'https://repost.aws/articles/ARm5e6RHE3R4mnHS2S-UZUwA/working-of-max-connections-for-amazon-aurora-postgresql-serverless',
  },
  compositeChildren: {
    value: 100,
    unit: 'alarms that the rule of one composite alarm names',
    source: 'CloudWatch API, PutCompositeAlarm.AlarmRule (botocore 1.43)',
  },
  compositeRuleLength: {
    value: 10_240,
    unit: 'characters of the rule of a composite alarm',
    source: 'CloudWatch API, PutCompositeAlarm.AlarmRule (botocore 1.43)',
  },
  dashboardWidgets: {
    value: 500,
    unit: 'widgets of one dashboard',
    source: 'https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch_limits.html (dashboards)',
  },
  dashboardMetricsPerWidget: {
    value: 500,
    unit: 'metrics of one widget of a dashboard',
    source: 'https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch_limits.html (dashboards)',
  },
  dashboardMetrics: {
    value: 2500,
    unit: 'metrics of all widgets of one dashboard',
    source: 'https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch_limits.html (dashboards)',
  },
  proxyIdleClientSeconds: {
    value: 28_800,
    unit: 'seconds that a client of an RDS Proxy may be idle',
    source: 'https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/rds-proxy-connections.html (IdleClientTimeout)',
  },
  proxyBorrowSeconds: {
    value: 300,
    unit: 'seconds that a client of an RDS Proxy waits for a connection',
    source: 'RDS API, ConnectionPoolConfiguration.ConnectionBorrowTimeout (botocore 1.43)',
  },
  cacheIdentifierLength: {
    value: 40,
    unit: 'characters of a replication group, a serverless cache, a user or a user group of ElastiCache',
    source: 'ElastiCache API, CreateReplicationGroup.ReplicationGroupId (botocore 1.43)',
  },
  cacheReplicas: {
    value: 5,
    unit: 'replicas of one shard of a cache',
    source: 'CloudFormation, AWS::ElastiCache::ReplicationGroup.ReplicasPerNodeGroup (0 to 5)',
  },
  cacheShards: {
    value: 500,
    unit: 'shards of a cache in cluster mode',
    source: 'https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/Clusters.Create.html (cluster mode enabled)',
  },
  cacheSnapshotDays: {
    value: 35,
    unit: 'days that snapshots of a cache are kept',
    source: 'ElastiCache API, CreateServerlessCache.SnapshotRetentionLimit (botocore 1.43)',
  },
  cacheWindowMinMinutes: {
    value: 60,
    unit: 'minutes of a maintenance or snapshot window of a cache',
    source: 'CloudFormation, AWS::ElastiCache::ReplicationGroup.PreferredMaintenanceWindow',
  },
  cacheServerlessDataMaxGb: {
    value: 5000,
    unit: 'GB of data of a serverless cache',
    source: 'https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/Scaling.html (setting scaling limits)',
  },
  cacheServerlessEcpuMin: {
    value: 1000,
    unit: 'ECPU a second, the least that a limit of a serverless cache may be',
    source: 'https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/Scaling.html (setting scaling limits)',
  },
  cacheServerlessEcpuMax: {
    value: 15_000_000,
    unit: 'ECPU a second of a serverless cache',
    source: 'https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/Scaling.html (setting scaling limits)',
  },
} as const satisfies Record<string, Limit>;
