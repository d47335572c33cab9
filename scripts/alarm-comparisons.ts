/** Rows of other sets of alarms, and what the kit has for each. */
export interface Compared {
  /** What the other set watches, in a few words and its own figures. */
  readonly theirs: string;
  /** Name of the kit's alarm, where it has one of the like. */
  readonly ours?: string;
  /** Why it has none, or why it is another. */
  readonly why?: string;
}

const MYSQL = 'Aurora MySQL only: the kit makes PostgreSQL';
const STREAM = 'of what a table sends to Kinesis: the kit’s send nothing there';
const ACCOUNT = 'of the whole account, which other teams use too: its owner’s to watch';
const SNS_FILTER = 'of subscriptions with filters or queues for what is lost: the subscriptions are yours';

/** Alarms that AWS recommends and the kit does not make, by `namespace/metric`, or `namespace/metric/dimensions` where these differ. */
export const NOT_MADE: Readonly<Record<string, string>> = {
  'AWS/RDS/AuroraBinlogReplicaLag': MYSQL,
  'AWS/RDS/AuroraVolumeBytesLeftTotal':
    'Aurora PostgreSQL does not have it, so that it would never fire: `VolumeBytesUsed` stands for it',
  'AWS/RDS/BlockedTransactions': MYSQL,
  'AWS/RDS/EngineUptime': 'a failover is told by RDS itself, and a server that says nothing by `CPUUtilization`',
  'AWS/RDS/RollbackSegmentHistoryListLength': MYSQL,
  'AWS/RDS/StorageNetworkThroughput': 'what it slows down is seen by `ReadLatency`, `WriteLatency` and `DBLoad`',
  'AWS/ElastiCache/CurrConnections':
    'how many are usual is known to who uses a cache; it holds 65,000, and what too many do is seen by `EngineCPUUtilization`',
  'AWS/DynamoDB/AccountProvisionedReadCapacityUtilization': ACCOUNT,
  'AWS/DynamoDB/AccountProvisionedWriteCapacityUtilization': ACCOUNT,
  'AWS/DynamoDB/AgeOfOldestUnreplicatedRecord': STREAM,
  'AWS/DynamoDB/FailedToReplicateRecordCount': STREAM,
  'AWS/DynamoDB/ThrottledPutRecordCount': STREAM,
  'AWS/DynamoDB/UserErrors': ACCOUNT,
  'AWS/Lambda/ClaimedAccountConcurrency': ACCOUNT,
  'AWS/Lambda/ConcurrentExecutions': 'one run at a time; `throttled` says where the account has no room for it',
  'AWS/Lambda/Duration': 'a run that takes too long ends with an error: `failed`',
  'AWS/SNS/NumberOfMessagesPublished': 'a topic of alarms that is silent is a good one',
  'AWS/SNS/NumberOfNotificationsDelivered': 'a topic of alarms that is silent is a good one',
  'AWS/SNS/NumberOfNotificationsFailedToRedriveToDlq': SNS_FILTER,
  'AWS/SNS/NumberOfNotificationsFilteredOut-InvalidAttributes': SNS_FILTER,
  'AWS/SNS/NumberOfNotificationsFilteredOut-InvalidMessageBody': SNS_FILTER,
  'AWS/SNS/NumberOfNotificationsRedrivenToDlq': SNS_FILTER,
  'AWS/SNS/SMSMonthToDateSpentUSD': ACCOUNT,
  'AWS/SNS/SMSSuccessRate': ACCOUNT,
};

const SQL = 'only SQL knows it, and CloudWatch has no metric of it';
const STATE = 'a state and no measure: RDS tells of it by its own events and in the console';

/** qonto/database-monitoring-framework fc86e82 (2025-04): for the RDS exporter of Prometheus. */
export const QONTO: readonly Compared[] = [
  { theirs: 'CPU above 85 % for 10 minutes', ours: 'CPUUtilization' },
  {
    theirs: 'load that is no CPU above 4 × vCPU for 10 minutes',
    ours: 'DBLoad',
    why: 'all load above the processors, earlier',
  },
  { theirs: 'free memory below 20 %', ours: 'FreeableMemory' },
  { theirs: 'swap grew by 20 MB in an hour', ours: 'FreeableMemory', why: 'memory runs out before a server swaps' },
  {
    theirs: 'disk below 20 %, below 10 %',
    ours: 'FreeStorageSpace',
    why: 'once, at 10 %, and by RDS’s event `low storage`; storage grows by itself before',
  },
  {
    theirs: 'disk full in 4 hours at this rate',
    ours: 'FreeStorageSpace',
    why: 'the dashboard shows the days until it is full',
  },
  {
    theirs: 'I/O above 80 % of disk or class',
    ours: 'ReadLatency',
    why: 'with `WriteLatency`, `EBSIOBalance` and `EBSByteBalance`: what clients notice of it',
  },
  { theirs: 'replica lag above 300 s', ours: 'ReplicaLag', why: 'at 60 s' },
  { theirs: 'connections above 80 %', ours: 'DatabaseConnections', why: 'at 90 %' },
  {
    theirs: 'transaction ids above 50 % of 2³²',
    ours: 'MaximumUsedTransactionIDs',
    why: 'at 1,000,000,000: the half of what PostgreSQL has is 2³¹',
  },
  { theirs: 'replication slot: less than 20 % of the storage left', ours: 'OldestReplicationSlotLag' },
  {
    theirs: 'inactive logical or physical slot for 10 minutes',
    ours: 'OldestReplicationSlotLag',
    why: 'once what waits for it takes room',
  },
  { theirs: 'query longer than 30 minutes', why: SQL },
  { theirs: 'invalid index', why: SQL },
  { theirs: 'parameters that wait for a reboot', why: STATE },
  { theirs: 'maintenance that AWS forces', why: STATE },
  {
    theirs: 'CA certificate ends in 15 days',
    why: 'RDS renews server certificates by itself, on the authority that the kit names',
  },
  {
    theirs: 'quota of instances or storage above 80 %',
    why: '`polystore doctor` compares the tier with the account’s quotas before a deployment',
  },
  {
    theirs: 'exporter absent or down',
    ours: 'not-run',
    why: 'nothing is exported; a smoke test that nobody runs is told',
  },
];

/** cloudnative-pg/charts b21ad2d and samples of cloudnative-pg a95a534 (2026): for PostgreSQL on Kubernetes. */
export const CLOUDNATIVE_PG: readonly Compared[] = [
  {
    theirs: 'cluster offline for 5 minutes',
    ours: 'CPUUtilization',
    why: 'a server that says nothing; RDS tells of failures itself',
  },
  { theirs: 'fewer than 2 standbys, fewer than 1', ours: 'failed', why: 'the smoke test counts replicas and standbys' },
  { theirs: 'instances in the same zone', ours: 'failed', why: 'the smoke test asks RDS for zones' },
  { theirs: 'connections above 80 %, 95 %', ours: 'DatabaseConnections', why: 'at 90 %' },
  {
    theirs: 'lag above 1 s, 15 s',
    ours: 'AuroraReplicaLag',
    why: 'at 1 s in a cluster; `ReplicaLag` at 60 s, as AWS recommends',
  },
  {
    theirs: 'logical replication lag above 60 s, 300 s; 1 GiB, 4 GiB',
    ours: 'OldestReplicationSlotLag',
    why: 'at 10 % of the storage',
  },
  { theirs: 'disk above 70 %, 90 %', ours: 'FreeStorageSpace', why: 'at 90 %; storage grows by itself before' },
  { theirs: 'metrics absent for 10 minutes', ours: 'CPUUtilization', why: 'silence is trouble' },
  { theirs: 'transaction longer than 300 s', why: SQL },
  {
    theirs: 'transaction id age above 300 millions',
    ours: 'MaximumUsedTransactionIDs',
    why: 'at 1,000,000,000, as AWS recommends',
  },
  {
    theirs: 'archiving of the log fails',
    why: 'RDS archives by itself and has no metric of it; how far back a server can be restored, nothing watches yet',
  },
  { theirs: 'more than 10 deadlocks', why: 'a fault of the application, which sees every one as an error' },
];
