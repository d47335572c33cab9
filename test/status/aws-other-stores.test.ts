import {
  CloudWatchClient,
  DescribeAlarmsCommand,
  GetMetricDataCommand,
  type GetMetricDataInput,
} from '@aws-sdk/client-cloudwatch';
import { DocDBElasticClient, ListClustersCommand, ListClusterSnapshotsCommand } from '@aws-sdk/client-docdb-elastic';
import {
  DescribeContinuousBackupsCommand,
  DescribeTableCommand,
  DynamoDBClient,
  ResourceNotFoundException,
} from '@aws-sdk/client-dynamodb';
import {
  DescribeCacheClustersCommand,
  DescribeReplicationGroupsCommand,
  DescribeServerlessCachesCommand,
  DescribeServerlessCacheSnapshotsCommand,
  DescribeSnapshotsCommand,
  ElastiCacheClient,
} from '@aws-sdk/client-elasticache';
import { DescribeDBClustersCommand, DescribeDBInstancesCommand, RDSClient } from '@aws-sdk/client-rds';
import { GetParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { mockClient } from 'aws-sdk-client-mock';
import { METRICS } from '../../lib/catalog';
import {
  clusterMode,
  documentdb,
  dynamodb,
  neptune,
  parseTier,
  replicationGroup,
  serverlessCache,
  valkey,
} from '../../lib/definition';
import { awsTierStatus, isWell, renderStatus, type ServerRow } from '../../lib/status';
import { READINGS } from '../../lib/status/server-metrics';

const elastic = mockClient(DocDBElasticClient);
const rds = mockClient(RDSClient);
const caches = mockClient(ElastiCacheClient);
const tables = mockClient(DynamoDBClient);
const cloudWatch = mockClient(CloudWatchClient);
const ssm = mockClient(SSMClient);
const all = [elastic, rds, caches, tables, cloudWatch, ssm];

const tier = parseTier({
  name: 'shop',
  stages: { prod: { profile: 'protected', zones: ['eu-west-1a', 'eu-west-1b', 'eu-west-1c'] } },
  stores: {
    sessions: valkey({ shape: replicationGroup({ replicas: 1 }) }),
    feeds: valkey({ shape: clusterMode({ shards: 2, replicas: 1 }) }),
    pages: valkey({ shape: serverlessCache() }),
    carts: dynamodb({ partitionKey: { name: 'id', type: 'string' } }),
    profiles: documentdb({ class: 'r6g.large', readers: 1 }),
    people: neptune({ class: 'r6g.large', readers: 1 }),
    archive: documentdb({ scaleOut: { shards: 2, vcpu: 2 } }),
  },
});
const plain = { dim: String, green: String, red: String, yellow: String };
const RESTORABLE = new Date(Date.now() - 4 * 60_000);
const EARLIER = new Date(RESTORABLE.getTime() - 86_400_000);

const ARCHIVE = {
  clusterName: 'shop-prod-archive',
  clusterArn: 'arn:aws:docdb-elastic:eu-west-1:111122223333:cluster/0f6c',
} as const;

/** Values by metric and identifier; every other metric brings nothing. */
const values: Readonly<Record<string, number>> = {
  'AWS/ElastiCache ReplicationLag shop-prod-sessions-002': 0.25,
  'AWS/ElastiCache CurrConnections shop-prod-sessions-001': 12,
  'AWS/ElastiCache BytesUsedForCache shop-prod-sessions-001': 3 * 1_048_576,
  'AWS/ElastiCache DatabaseMemoryUsagePercentage shop-prod-sessions-001': 43.21,
  'AWS/ElastiCache IsMaster shop-prod-feeds-0001-001': 0,
  'AWS/ElastiCache IsMaster shop-prod-feeds-0001-002': 1,
  'AWS/ElastiCache BytesUsedForCache shop-prod-pages': 5 * 1024 ** 3,
  'AWS/DocDB DBInstanceReplicaLag shop-prod-profiles-2': 18,
};

const SEARCHED = `SEARCH('{AWS/DocDB-Elastic,ClusterName,ClusterId} MetricName="DatabaseConnections" ClusterName="shop-prod-archive"', 'Average', 60)`;

const NODES = [
  ...['001', '002'].map((node) => `shop-prod-sessions-${node}`),
  ...['0001-001', '0001-002', '0002-001', '0002-002'].map((node) => `shop-prod-feeds-${node}`),
];
const instance = (name: string, cluster: string) => ({
  DBInstanceIdentifier: `shop-prod-${name}`,
  DBClusterIdentifier: `shop-prod-${cluster}`,
  DBInstanceStatus: 'available',
});
const cluster = (name: string) => ({
  DBClusterIdentifier: `shop-prod-${name}`,
  LatestRestorableTime: RESTORABLE,
  DBClusterMembers: ['1', '2'].map((number) => ({
    DBInstanceIdentifier: `shop-prod-${name}-${number}`,
    IsClusterWriter: number === '1',
  })),
});

/** A stage in which all is well; a test then breaks one thing. */
beforeEach(() => {
  for (const client of all) client.reset();
  rds.on(DescribeDBInstancesCommand).resolves({
    DBInstances: ['profiles', 'people'].flatMap((name) => [instance(`${name}-1`, name), instance(`${name}-2`, name)]),
  });
  rds.on(DescribeDBClustersCommand).resolves({ DBClusters: [cluster('profiles'), cluster('people')] });
  caches.on(DescribeCacheClustersCommand).resolves({
    CacheClusters: NODES.map((CacheClusterId) => ({ CacheClusterId, CacheClusterStatus: 'available' })),
  });
  const memberOf = (node: string, CurrentRole?: string) => ({
    CacheClusterId: `shop-prod-${node}`,
    ...(CurrentRole && { CurrentRole }),
  });
  caches.on(DescribeReplicationGroupsCommand).resolves({
    ReplicationGroups: [
      {
        NodeGroups: [
          { NodeGroupMembers: [memberOf('sessions-001', 'primary'), memberOf('sessions-002', 'replica')] },
          // Of shards nobody but metrics tells.
          { NodeGroupMembers: [memberOf('feeds-0001-001')] },
        ],
      },
    ],
  });
  caches.on(DescribeSnapshotsCommand).resolves({ Snapshots: [] });
  caches.on(DescribeSnapshotsCommand, { ReplicationGroupId: 'shop-prod-sessions' }).resolves({
    Snapshots: [
      { SnapshotStatus: 'available', NodeSnapshots: [{ SnapshotCreateTime: EARLIER }] },
      { SnapshotStatus: 'available', NodeSnapshots: [{ SnapshotCreateTime: RESTORABLE }] },
      { SnapshotStatus: 'creating', NodeSnapshots: [{ SnapshotCreateTime: new Date() }] },
    ],
  });
  caches.on(DescribeServerlessCachesCommand).resolves({
    ServerlessCaches: [{ ServerlessCacheName: 'shop-prod-pages', Status: 'available' }],
  });
  caches.on(DescribeServerlessCacheSnapshotsCommand).resolves({
    ServerlessCacheSnapshots: [{ Status: 'available', CreateTime: RESTORABLE }],
  });
  tables.on(DescribeTableCommand).resolves({ Table: { TableStatus: 'ACTIVE' } });
  tables.on(DescribeContinuousBackupsCommand).resolves({
    ContinuousBackupsDescription: {
      ContinuousBackupsStatus: 'ENABLED',
      PointInTimeRecoveryDescription: { LatestRestorableDateTime: RESTORABLE },
    },
  });
  elastic.on(ListClustersCommand).resolves({
    clusters: [
      { ...ARCHIVE, status: 'ACTIVE' },
      { clusterName: 'others', clusterArn: 'arn:others', status: 'DELETING' },
    ],
  });
  elastic.on(ListClusterSnapshotsCommand, { clusterArn: ARCHIVE.clusterArn }).resolves({
    snapshots: [EARLIER, RESTORABLE].map((at) => ({
      snapshotName: 'nightly',
      snapshotArn: 'arn:snapshot',
      clusterArn: ARCHIVE.clusterArn,
      status: 'ACTIVE',
      snapshotCreationTime: at.toISOString(),
    })),
  });
  cloudWatch.on(GetMetricDataCommand).callsFake(({ MetricDataQueries = [] }: GetMetricDataInput) => ({
    MetricDataResults: MetricDataQueries.map(({ Id, MetricStat, Expression }) => {
      if (Expression !== undefined) return { Id, Values: Expression === SEARCHED ? [7] : [] };
      const { Namespace, MetricName, Dimensions = [] } = MetricStat?.Metric ?? {};
      const value = values[`${Namespace} ${MetricName} ${Dimensions[0]?.Value}`];
      return { Id, Values: value === undefined ? [] : [value, 9_999] };
    }),
  }));
  cloudWatch.on(DescribeAlarmsCommand).resolves({ MetricAlarms: [] });
  ssm.on(GetParameterCommand).resolves({ Parameter: { Value: 'none yet' } });
});

const rowOf = (servers: readonly ServerRow[], store: string, name: string) =>
  servers.find((server) => server.store === store && server.name === name);

it('has a row for every node, cache, table and server of each kind, with its role, and calls nothing unasked that is', async () => {
  const status = await awsTierStatus(tier);
  expect(isWell(status)).toBe(true);
  expect(status.servers.map(({ store, name, role, lagMs, state }) => [store, name, role, lagMs, state])).toEqual([
    ['sessions', '001', 'primary', undefined, 'available'],
    ['sessions', '002', 'replica', 250, 'available'],
    ['feeds', '0001-001', 'replica', 'unknown', 'available'],
    ['feeds', '0001-002', 'primary', undefined, 'available'],
    ['feeds', '0002-001', undefined, undefined, 'available'],
    ['feeds', '0002-002', undefined, undefined, 'available'],
    ['pages', 'cache', undefined, undefined, 'available'],
    ['carts', 'table', undefined, undefined, 'active'],
    ['profiles', '1', 'primary', undefined, 'available'],
    ['profiles', '2', 'replica', 18, 'available'],
    ['people', '1', 'primary', undefined, 'available'],
    // Its metrics are silent while they are zero.
    ['people', '2', 'replica', 0, 'available'],
    ['archive', 'cluster', undefined, undefined, 'active'],
  ]);
  expect(status.unknown).toEqual([]);
  for (const [store, name] of [
    ['sessions', '001'],
    ['pages', 'cache'],
    ['carts', 'table'],
    ['people', '2'],
    ['archive', 'cluster'],
  ] as const)
    expect(rowOf(status.servers, store, name)?.restorableTo).toBe(RESTORABLE.toISOString());
  const text = renderStatus(status, plain);
  expect(text).toMatch(/^sessions +001 +primary +- +12 +3\.0 MiB, 43\.2 % +4 min ago +available$/m);
  expect(text).toMatch(/^archive +cluster +- +- +7 +- +4 min ago +active$/m);
  expect(text).toMatch(/^pages +cache +- +- +- +5\.0 GiB +4 min ago +available$/m);
});

it('names a node, a cache and a table that are not there, and what is not well', async () => {
  caches.on(DescribeCacheClustersCommand).resolves({
    CacheClusters: [{ CacheClusterId: 'shop-prod-sessions-001', CacheClusterStatus: 'incompatible-network' }],
  });
  caches.on(DescribeServerlessCachesCommand).resolves({ ServerlessCaches: [] });
  elastic.on(ListClustersCommand).resolves({ clusters: [{ ...ARCHIVE, status: 'STOPPED' }] });
  tables.on(DescribeTableCommand).rejects(new ResourceNotFoundException({ message: 'none', $metadata: {} }));
  const status = await awsTierStatus(tier);
  expect(isWell(status)).toBe(false);
  const stateOf = (store: string, name: string) => {
    const { state, isWell } = rowOf(status.servers, store, name) ?? {};
    return [state, isWell];
  };
  expect(stateOf('sessions', '001')).toEqual(['incompatible-network', false]);
  expect(stateOf('sessions', '002')).toEqual(['not there', false]);
  expect(stateOf('pages', 'cache')).toEqual(['not there', false]);
  expect(stateOf('carts', 'table')).toEqual(['not there', false]);
  expect(stateOf('archive', 'cluster')).toEqual(['stopped', false]);
});

it('says which service could not be asked, and shows the others', async () => {
  caches.on(DescribeCacheClustersCommand).rejects(Object.assign(new Error('no right'), { name: 'AccessDenied' }));
  const { servers, unknown } = await awsTierStatus(tier);
  expect(unknown).toContain('caches: AccessDenied: no right');
  expect(rowOf(servers, 'sessions', '001')).toMatchObject({ state: 'could not be asked', isWell: false });
  expect(rowOf(servers, 'pages', 'cache')).toMatchObject({ state: 'available' });
});

it('asks no service for what the tier has not', async () => {
  await awsTierStatus(
    parseTier({ name: 'shop', stages: { prod: { profile: 'disposable' } }, stores: { sessions: valkey() } }),
  );
  expect([rds.calls(), tables.calls(), elastic.calls()]).toEqual([[], [], []]);
});

it('asks for metrics under the dimensions that AWS keeps them by', () => {
  for (const { namespace, dimension, readings, found = [] } of Object.values(READINGS))
    for (const { metric, beside = {} } of readings) {
      const dimensions = [dimension, ...found, ...Object.keys(beside)].sort();
      expect([metric, METRICS.get(`${namespace}/${metric}`)?.dimensions]).toEqual([
        metric,
        expect.arrayContaining([dimensions]),
      ]);
    }
});
