import {
  autoscaled,
  clusterMode,
  documentdb,
  dynamodb,
  existingKey,
  fresh,
  fromSnapshot,
  neptune,
  onDemand,
  postgres,
  provisioned,
  rdsProxy,
  replicationGroup,
  serverless,
  serverlessCache,
  shardedPostgres,
  valkey,
  type DocumentDbOptions,
  type DynamoDbOptions,
  type FromSnapshotOptions,
  type NeptuneOptions,
  type PostgresOptions,
  type ProvisionedOptions,
  type RdsProxyOptions,
  type ServerlessOptions,
  type ServerlessCacheOptions,
  type ShardedPostgresOptions,
  type ShardOptions,
  type StorageOptions,
  type StoreConfig,
  type ValkeyOptions,
} from '../../lib/definition';

/** A store before and after one of its options is changed. */
export type StoreChange = readonly [before: StoreConfig, after: StoreConfig];

type Changes = Readonly<Record<string, StoreChange>>;

/** Options of stores of which no change is tried, and why; a function's name stands for all of its options. */
export const NOT_TRIED: Readonly<Record<string, string>> = {
  'shardedPostgres.shardKey':
    'no template has it: the definition refuses a stage that changes it, and rows stay where they are',
  'shardedPostgres.strategy': 'no template has it, as the shard key',
  range: 'it is what the first shard map is made of',
  directory: 'it is read by routers only',
  imported: 'what is there stays its owner’s',
  'serverless.autoPauseAfterSeconds': 'of disposable stages only',
};

/** The other region that the stage of these stores has. */
export const AWAY = 'eu-central-1';

const KEY = existingKey('arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab');
const [NIGHT, MORNING] = [{ window: '02:00-03:00' }, { window: '05:00-06:00' }];
const [SUNDAY, MONDAY] = [{ window: 'sun:22:00-sun:23:00' }, { window: 'mon:22:00-mon:23:00' }];

/** From one value of an option to another one. */
const between =
  <O>(make: (options: O) => StoreConfig) =>
  (before: O, after: O): StoreChange => [make(before), make(after)];

const pg = between<PostgresOptions>(postgres);
const disk = between<StorageOptions>((storage) => postgres({ storage }));
const proxy = between<RdsProxyOptions>((options) => postgres({ pooling: rdsProxy(options) }));
const snapshot = between<FromSnapshotOptions & { readonly name?: string }>(({ name = 'first', ...options }) =>
  postgres({ origin: fromSnapshot(`arn:aws:rds:eu-west-1:111122223333:snapshot:${name}`, options) }),
);
const sharded = between<Partial<ShardedPostgresOptions>>((options) =>
  shardedPostgres({ shardKey: 'id', shards: { s0: {} }, ...options }),
);
const shard = between<ShardOptions>((s0) => shardedPostgres({ shardKey: 'id', shards: { s0, s1: {} } }));
const scaled = between<ServerlessOptions>((options) =>
  shardedPostgres({ shardKey: 'id', shards: { s0: {} }, capacity: serverless(options) }),
);
const cache = between<ValkeyOptions>(valkey);
const pay = between<Omit<ServerlessCacheOptions, 'kind'>>((options) => valkey({ shape: serverlessCache(options) }));
const item = between<Partial<DynamoDbOptions>>((options) => dynamodb({ partitionKey: 'id', ...options }));
const units = between<ProvisionedOptions>((options) =>
  dynamodb({ partitionKey: 'id', capacity: provisioned(options) }),
);
const docs = between<DocumentDbOptions>(documentdb);
const graph = between<NeptuneOptions>(neptune);

const [FEW, MANY] = [
  { min: 10, max: 100 },
  { min: 20, max: 200 },
];
const CAPACITY = { reads: FEW, writes: FEW };
const COPIES = (servers: number) => ({ version: '17.5', secondaries: { [AWAY]: { servers } } });
const THERE = (key: string) => ({
  [AWAY]: { encryptionKey: existingKey(`arn:aws:kms:${AWAY}:111122223333:key/${key}`) },
});

/** What options of stores are changed from and to, to see what a deployment makes of it: by kind or function, and option. In a protected stage. */
export const STORE_CHANGES: Readonly<Record<string, Changes>> = {
  postgres: {
    version: pg({ version: '16' }, { version: '17' }),
    class: pg({ class: 'r8g.large' }, { class: 'r8g.xlarge' }),
    'storage.sizeGiB': disk({ sizeGiB: 100 }, { sizeGiB: 200 }),
    'storage.maxSizeGiB': disk({ maxSizeGiB: 200 }, { maxSizeGiB: 300 }),
    'storage.type': disk({ sizeGiB: 400, iops: 12_000 }, { sizeGiB: 400, iops: 12_000, type: 'io2' }),
    'storage.iops': disk({ sizeGiB: 400, iops: 12_000 }, { sizeGiB: 400, iops: 16_000 }),
    'storage.throughputMiBps': disk({ sizeGiB: 400, throughputMiBps: 500 }, { sizeGiB: 400, throughputMiBps: 600 }),
    replicas: pg({ replicas: 1 }, { replicas: 2 }),
    'replicas.<name>.class': pg({ replicas: { r1: {} } }, { replicas: { r1: { class: 'r8g.xlarge' } } }),
    'replicas.<name>.region': pg({ replicas: { r1: {} } }, { replicas: { r1: { region: AWAY } } }),
    database: pg({ database: 'shop' }, { database: 'store' }),
    maxConnections: pg({ maxConnections: 500 }, { maxConnections: 600 }),
    slowQueryMs: pg({ slowQueryMs: 1000 }, { slowQueryMs: 500 }),
    'backup.retentionDays': pg({ backup: { retentionDays: 7 } }, { backup: { retentionDays: 14 } }),
    'backup.window': pg({ backup: NIGHT }, { backup: MORNING }),
    'maintenance.window': pg({ maintenance: SUNDAY }, { maintenance: MONDAY }),
    pooling: pg({}, { pooling: rdsProxy() }),
    encryptionKey: pg({}, { encryptionKey: KEY }),
    origin: pg({ origin: fresh() }, { origin: fromSnapshot('arn:aws:rds:eu-west-1:111122223333:snapshot:first') }),
  },
  rdsProxy: {
    idleClientTimeoutSeconds: proxy({}, { idleClientTimeoutSeconds: 60 }),
    maxConnectionsPercent: proxy({}, { maxConnectionsPercent: 60 }),
    maxIdleConnectionsPercent: proxy({}, { maxIdleConnectionsPercent: 10 }),
    borrowTimeoutSeconds: proxy({}, { borrowTimeoutSeconds: 10 }),
    reads: between<RdsProxyOptions>((options) =>
      shardedPostgres({ shardKey: 'id', shards: { s0: {} }, pooling: rdsProxy(options) }),
    )({}, { reads: 'pooled' }),
  },
  fromSnapshot: {
    arn: snapshot({}, { name: 'second' }),
    owner: snapshot({}, { owner: 'postgres' }),
  },
  shardedPostgres: {
    shards: sharded({ shards: { s0: {} } }, { shards: { s0: {}, s1: {} } }),
    'shards.<name>.class': shard({}, { class: 'r8g.xlarge' }),
    'shards.<name>.capacity': shard({}, { capacity: serverless({ minAcu: 1, maxAcu: 8 }) }),
    'shards.<name>.readers': shard({}, { readers: 2 }),
    'shards.<name>.weight': shard({}, { weight: 2 }),
    'shards.<name>.state': shard({}, { state: 'draining' }),
    'shards.<name>.origin': shard(
      {},
      { origin: fromSnapshot('arn:aws:rds:eu-west-1:111122223333:cluster-snapshot:first') },
    ),
    version: sharded({ version: '16' }, { version: '17' }),
    class: sharded({ class: 'r8g.large' }, { class: 'r8g.xlarge' }),
    capacity: sharded({}, { capacity: serverless({ minAcu: 1, maxAcu: 8 }) }),
    readers: sharded({ readers: 1 }, { readers: 2 }),
    storageType: sharded({}, { storageType: 'ioOptimized' }),
    database: sharded({ database: 'shop' }, { database: 'store' }),
    maxConnections: sharded({ maxConnections: 500 }, { maxConnections: 600 }),
    slowQueryMs: sharded({ slowQueryMs: 1000 }, { slowQueryMs: 500 }),
    'backup.retentionDays': sharded({ backup: { retentionDays: 7 } }, { backup: { retentionDays: 14 } }),
    'backup.window': sharded({ backup: NIGHT }, { backup: MORNING }),
    'maintenance.window': sharded({ maintenance: SUNDAY }, { maintenance: MONDAY }),
    pooling: sharded({}, { pooling: rdsProxy() }),
    globalDatabase: sharded({}, { globalDatabase: COPIES(1) }),
    'globalDatabase.version': sharded(
      { globalDatabase: COPIES(1) },
      { globalDatabase: { ...COPIES(1), version: '17.6' } },
    ),
    'globalDatabase.secondaries.<region>.servers': sharded(
      { globalDatabase: COPIES(1) },
      { globalDatabase: COPIES(2) },
    ),
    encryptionKey: sharded({}, { encryptionKey: KEY }),
  },
  serverless: {
    minAcu: scaled({ minAcu: 1, maxAcu: 8 }, { minAcu: 2, maxAcu: 8 }),
    maxAcu: scaled({ minAcu: 1, maxAcu: 8 }, { minAcu: 1, maxAcu: 16 }),
  },
  autoscaled: {
    min: sharded({ readers: autoscaled({ min: 1, max: 4 }) }, { readers: autoscaled({ min: 2, max: 4 }) }),
    max: sharded({ readers: autoscaled({ min: 1, max: 4 }) }, { readers: autoscaled({ min: 1, max: 5 }) }),
    cpuPercent: sharded(
      { readers: autoscaled({ min: 1, max: 4 }) },
      { readers: autoscaled({ min: 1, max: 4, cpuPercent: 40 }) },
    ),
  },
  valkey: {
    engine: cache({ engine: 'redis', version: '7.1' }, { engine: 'valkey', version: '8.1' }),
    version: cache({ version: '8.0' }, { version: '8.1' }),
    shape: cache({ shape: replicationGroup() }, { shape: clusterMode({ shards: 2 }) }),
    class: cache({ class: 'r7g.large' }, { class: 'r7g.xlarge' }),
    eviction: cache({ eviction: 'volatile-lru' }, { eviction: 'allkeys-lru' }),
    slowCommandMs: cache({ slowCommandMs: 10 }, { slowCommandMs: 20 }),
    'backup.retentionDays': cache({ backup: { retentionDays: 7 } }, { backup: { retentionDays: 14 } }),
    'backup.window': cache({ backup: NIGHT }, { backup: MORNING }),
    'maintenance.window': cache({ maintenance: SUNDAY }, { maintenance: MONDAY }),
    encryptionKey: cache({}, { encryptionKey: KEY }),
  },
  replicationGroup: {
    replicas: cache({ shape: replicationGroup({ replicas: 1 }) }, { shape: replicationGroup({ replicas: 2 }) }),
  },
  clusterMode: {
    shards: cache({ shape: clusterMode({ shards: 2 }) }, { shape: clusterMode({ shards: 3 }) }),
    replicas: cache(
      { shape: clusterMode({ shards: 2, replicas: 1 }) },
      { shape: clusterMode({ shards: 2, replicas: 2 }) },
    ),
  },
  serverlessCache: {
    'dataGb.min': pay({ dataGb: { min: 1, max: 10 } }, { dataGb: { min: 2, max: 10 } }),
    'dataGb.max': pay({ dataGb: { max: 10 } }, { dataGb: { max: 20 } }),
    'ecpuPerSecond.min': pay({ ecpuPerSecond: { min: 1000 } }, { ecpuPerSecond: { min: 2000 } }),
    'ecpuPerSecond.max': pay({ ecpuPerSecond: { max: 10_000 } }, { ecpuPerSecond: { max: 20_000 } }),
  },
  dynamodb: {
    'partitionKey.name': item({ partitionKey: 'id' }, { partitionKey: 'name' }),
    'partitionKey.type': item({ partitionKey: 'id' }, { partitionKey: { name: 'id', type: 'number' } }),
    sortKey: item({}, { sortKey: 'at' }),
    indexes: item({}, { indexes: { byName: { partitionKey: 'name' } } }),
    'indexes.<name>.partitionKey': item(
      { indexes: { byName: { partitionKey: 'name' } } },
      { indexes: { byName: { partitionKey: 'title' } } },
    ),
    'indexes.<name>.sortKey': item(
      { sortKey: 'at', indexes: { other: { sortKey: 'name' } } },
      { sortKey: 'at', indexes: { other: { sortKey: 'title' } } },
    ),
    'indexes.<name>.projection': item(
      { indexes: { byName: { partitionKey: 'name' } } },
      { indexes: { byName: { partitionKey: 'name', projection: 'keys' } } },
    ),
    timeToLive: item({}, { timeToLive: 'expires' }),
    stream: item({}, { stream: 'keys' }),
    capacity: item({ capacity: onDemand() }, { capacity: provisioned(CAPACITY) }),
    replicas: item({}, { replicas: THERE('1234abcd') }),
    'replicas.<region>.encryptionKey': item({ replicas: THERE('1234abcd') }, { replicas: THERE('5678efab') }),
    'backup.retentionDays': item({ backup: { retentionDays: 7 } }, { backup: { retentionDays: 14 } }),
    encryptionKey: item({}, { encryptionKey: KEY }),
  },
  onDemand: {
    maxReads: item({ capacity: onDemand() }, { capacity: onDemand({ maxReads: 100 }) }),
    maxWrites: item({ capacity: onDemand() }, { capacity: onDemand({ maxWrites: 100 }) }),
  },
  provisioned: {
    'reads.min': units(CAPACITY, { ...CAPACITY, reads: { ...FEW, min: 20 } }),
    'reads.max': units(CAPACITY, { ...CAPACITY, reads: { ...FEW, max: 200 } }),
    writes: units(CAPACITY, { ...CAPACITY, writes: MANY }),
    utilizationPercent: units(CAPACITY, { ...CAPACITY, utilizationPercent: 50 }),
  },
  documentdb: {
    version: docs({ version: '5.0' }, { version: '8.0' }),
    class: docs({ class: 'r6g.large' }, { class: 'r6g.xlarge' }),
    capacity: docs({}, { capacity: { minDcu: 1, maxDcu: 4 } }),
    'capacity.minDcu': docs({ capacity: { minDcu: 1, maxDcu: 4 } }, { capacity: { minDcu: 2, maxDcu: 4 } }),
    'capacity.maxDcu': docs({ capacity: { minDcu: 1, maxDcu: 4 } }, { capacity: { minDcu: 1, maxDcu: 8 } }),
    readers: docs({ readers: 1 }, { readers: 2 }),
    scaleOut: docs({}, { scaleOut: { shards: 2, vcpu: 2 } }),
    'scaleOut.shards': docs({ scaleOut: { shards: 2, vcpu: 2 } }, { scaleOut: { shards: 3, vcpu: 2 } }),
    'scaleOut.vcpu': docs({ scaleOut: { shards: 2, vcpu: 2 } }, { scaleOut: { shards: 2, vcpu: 4 } }),
    'scaleOut.servers': docs(
      { scaleOut: { shards: 2, vcpu: 2, servers: 2 } },
      { scaleOut: { shards: 2, vcpu: 2, servers: 3 } },
    ),
    slowOperationMs: docs({ slowOperationMs: 1000 }, { slowOperationMs: 500 }),
    'backup.retentionDays': docs({ backup: { retentionDays: 7 } }, { backup: { retentionDays: 14 } }),
    'backup.window': docs({ backup: NIGHT }, { backup: MORNING }),
    'maintenance.window': docs({ maintenance: SUNDAY }, { maintenance: MONDAY }),
    encryptionKey: docs({}, { encryptionKey: KEY }),
  },
  neptune: {
    version: graph({ version: '1.4.5.1' }, { version: '1.4.6.1' }),
    class: graph({ class: 'r6g.large' }, { class: 'r6g.xlarge' }),
    capacity: graph({}, { capacity: { minNcu: 1, maxNcu: 4 } }),
    'capacity.minNcu': graph({ capacity: { minNcu: 1, maxNcu: 4 } }, { capacity: { minNcu: 2, maxNcu: 4 } }),
    'capacity.maxNcu': graph({ capacity: { minNcu: 1, maxNcu: 4 } }, { capacity: { minNcu: 1, maxNcu: 8 } }),
    readers: graph({ readers: 1 }, { readers: 2 }),
    slowQueryMs: graph({ slowQueryMs: 1000 }, { slowQueryMs: 500 }),
    'backup.retentionDays': graph({ backup: { retentionDays: 7 } }, { backup: { retentionDays: 14 } }),
    'backup.window': graph({ backup: NIGHT }, { backup: MORNING }),
    'maintenance.window': graph({ maintenance: SUNDAY }, { maintenance: MONDAY }),
    encryptionKey: graph({}, { encryptionKey: KEY }),
  },
};
