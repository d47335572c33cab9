import type { ElastiCacheClient } from '@aws-sdk/client-elasticache';
import type { AwsScope } from './aws-tier-status';
import type { DescribedServer, Describe } from './described-server';

/** States in which a node, or a cache, serves. @see https://docs.aws.amazon.com/AmazonElastiCache/latest/APIReference/API_CacheCluster.html (CacheClusterStatus) */
const WELL: readonly string[] = ['available', 'snapshotting', 'modifying'];

const described = (state = 'unknown', role?: string, snapshot?: Date): DescribedServer => ({
  state,
  isWell: WELL.includes(state),
  ...((role === 'primary' || role === 'replica') && { role }),
  ...(snapshot && { restorableTo: snapshot.toISOString() }),
});

/** Nodes of caches: two lists, whatever their number, and the snapshots of each cache. Where keys are spread over shards, only metrics tell roles. */
export const describeCacheNodes: Describe = async (scope, servers) => {
  const { paginateDescribeCacheClusters, paginateDescribeReplicationGroups, paginateDescribeSnapshots } =
    await import('@aws-sdk/client-elasticache');
  const client = await clientOf(scope);
  const roles = new Map<string, string>();
  const states = new Map<string, string | undefined>();
  const snapshots = new Map<string, Date>();
  await Promise.all([
    (async () => {
      for await (const { CacheClusters = [] } of paginateDescribeCacheClusters({ client }, {}))
        for (const { CacheClusterId = '', CacheClusterStatus } of CacheClusters)
          states.set(CacheClusterId, CacheClusterStatus);
    })(),
    (async () => {
      for await (const { ReplicationGroups = [] } of paginateDescribeReplicationGroups({ client }, {}))
        for (const { NodeGroups = [] } of ReplicationGroups)
          for (const { CacheClusterId = '', CurrentRole = '' } of NodeGroups.flatMap(
            ({ NodeGroupMembers = [] }) => NodeGroupMembers,
          ))
            roles.set(CacheClusterId, CurrentRole);
    })(),
    ...groupsOf(servers).map(async (ReplicationGroupId) => {
      for await (const { Snapshots = [] } of paginateDescribeSnapshots({ client }, { ReplicationGroupId }))
        for (const { SnapshotStatus, NodeSnapshots = [] } of Snapshots) {
          if (SnapshotStatus !== 'available') continue;
          keepLatest(snapshots, ReplicationGroupId, NodeSnapshots[0]?.SnapshotCreateTime);
        }
    }),
  ]);
  return new Map(
    servers
      .filter(({ identifier }) => states.has(identifier))
      .map(({ identifier, group = '' }) => [
        identifier,
        described(states.get(identifier), roles.get(identifier), snapshots.get(group)),
      ]),
  );
};

/** Caches that grow by themselves, and the snapshots of each. */
export const describeServerlessCaches: Describe = async (scope, servers) => {
  const { paginateDescribeServerlessCaches, paginateDescribeServerlessCacheSnapshots } =
    await import('@aws-sdk/client-elasticache');
  const client = await clientOf(scope);
  const found = new Map<string, string | undefined>();
  const snapshots = new Map<string, Date>();
  await Promise.all([
    (async () => {
      for await (const { ServerlessCaches = [] } of paginateDescribeServerlessCaches({ client }, {}))
        for (const { ServerlessCacheName = '', Status } of ServerlessCaches) found.set(ServerlessCacheName, Status);
    })(),
    ...servers.map(async ({ identifier: ServerlessCacheName }) => {
      const pages = paginateDescribeServerlessCacheSnapshots({ client }, { ServerlessCacheName });
      for await (const { ServerlessCacheSnapshots = [] } of pages)
        for (const { Status, CreateTime } of ServerlessCacheSnapshots)
          if (Status === 'available') keepLatest(snapshots, ServerlessCacheName, CreateTime);
    }),
  ]);
  return new Map([...found].map(([name, state]) => [name, described(state, undefined, snapshots.get(name))]));
};

async function clientOf(scope: AwsScope): Promise<ElastiCacheClient> {
  const { ElastiCacheClient: Client } = await import('@aws-sdk/client-elasticache');
  return new Client(scope);
}

const groupsOf = (servers: Parameters<Describe>[1]): readonly string[] => [
  ...new Set(servers.flatMap(({ group }) => group ?? [])),
];

function keepLatest(found: Map<string, Date>, name: string, at: Date | undefined): void {
  const known = found.get(name);
  if (at !== undefined && (known === undefined || at > known)) found.set(name, at);
}
