import type { DescribedServer, Describe } from './described-server';

/** States in which a cluster serves. @see https://docs.aws.amazon.com/documentdb/latest/developerguide/API_elastic_ClusterInList.html (status) */
const WELL: readonly string[] = ['ACTIVE', 'UPDATING', 'MODIFYING', 'SPLITTING', 'MERGING'];

/** DocumentDB clusters that shard by themselves: one list, whatever their number, and the snapshots of each. Their servers are AWS's own affair. */
export const describeElasticClusters: Describe = async (scope, servers) => {
  const {
    DocDBElasticClient: Client,
    paginateListClusters,
    paginateListClusterSnapshots,
  } = await import('@aws-sdk/client-docdb-elastic');
  const client = new Client(scope);
  const expected = new Set(servers.map(({ identifier }) => identifier));
  const found = new Map<string, DescribedServer>();
  for await (const { clusters = [] } of paginateListClusters({ client }, {})) {
    for (const { clusterName = '', clusterArn, status = 'unknown' } of clusters) {
      if (!expected.has(clusterName)) continue;
      let restorable: string | undefined;
      for await (const { snapshots = [] } of paginateListClusterSnapshots({ client }, { clusterArn })) {
        for (const { status: made, snapshotCreationTime: at } of snapshots) {
          if (made === 'ACTIVE' && at !== undefined && at > (restorable ?? '')) restorable = at;
        }
      }
      found.set(clusterName, {
        state: status.toLowerCase(),
        isWell: WELL.includes(status),
        ...(restorable !== undefined && { restorableTo: restorable }),
      });
    }
  }
  return found;
};
