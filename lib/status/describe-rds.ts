import type { DBCluster, DBInstance } from '@aws-sdk/client-rds';
import type { DescribedServer, Describe } from './described-server';

/** States in which a server serves. @see https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/accessing-monitoring.html */
const WELL = /^(available|backing-up|storage-optimization|storage-config-upgrade|configuring-.*|maintenance)$/;

/**
 * Servers of RDS, Aurora, DocumentDB and Neptune, in two lists, whatever their number.
 * @see https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_DescribeDBInstances.html (it lists those of DocumentDB and Neptune too)
 */
export const describeRds: Describe = async (scope) => {
  const { paginateDescribeDBClusters, paginateDescribeDBInstances, RDSClient } = await import('@aws-sdk/client-rds');
  const client = new RDSClient(scope);
  const instances: DBInstance[] = [];
  const clusters = new Map<string, DBCluster>();
  await Promise.all([
    (async () => {
      for await (const { DBInstances = [] } of paginateDescribeDBInstances({ client }, {}))
        instances.push(...DBInstances);
    })(),
    (async () => {
      for await (const { DBClusters = [] } of paginateDescribeDBClusters({ client }, {}))
        for (const one of DBClusters) clusters.set(one.DBClusterIdentifier ?? '', one);
    })(),
  ]);
  return new Map(
    instances.map((instance) => [
      instance.DBInstanceIdentifier ?? '',
      described(instance, clusters.get(instance.DBClusterIdentifier ?? '')),
    ]),
  );
};

function described(instance: DBInstance, cluster: DBCluster | undefined): DescribedServer {
  const state = instance.DBInstanceStatus ?? 'unknown';
  const restorable = (cluster?.LatestRestorableTime ?? instance.LatestRestorableTime)?.toISOString();
  return {
    state,
    isWell: WELL.test(state),
    role: roleOf(instance, cluster),
    ...(restorable !== undefined && { restorableTo: restorable }),
  };
}

function roleOf(
  { DBInstanceIdentifier: own, ReadReplicaSourceDBInstanceIdentifier: source }: DBInstance,
  cluster: DBCluster | undefined,
): 'primary' | 'replica' {
  if (cluster === undefined) return source === undefined ? 'primary' : 'replica';
  const member = cluster.DBClusterMembers?.find(({ DBInstanceIdentifier: id }) => id === own);
  return member?.IsClusterWriter === true ? 'primary' : 'replica';
}
