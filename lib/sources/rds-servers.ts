import type { DBCluster, DBInstance, RDSClient } from '@aws-sdk/client-rds';
import { notInstalled } from '../errors';
import type { BackupDescriber, DescribedBackups } from './described-backups';

/** A server as RDS describes it: what no SQL can show. Backups are those of its cluster, or its own where it is in none. */
export interface DescribedServer extends Omit<DescribedBackups, 'everyMinutes'> {
  readonly identifier: string;
  /** Names by which it is reached, those of its cluster among them. */
  readonly hosts: readonly string[];
  /** Availability zone it runs in; absent while RDS makes it. */
  readonly zone?: string;
  /** Zone of its standby, `unknown` where RDS tells none; absent where it has no standby. */
  readonly standbyZone?: string;
  readonly isEncrypted: boolean;
  /** ARN of the key of its storage; absent where it is not encrypted. */
  readonly keyArn?: string;
}

/** Asks for every server of the account in one region, those of DocumentDB and Neptune among them. */
export type ServerDescriber = () => Promise<readonly DescribedServer[]>;

/** Where there is no way to RDS's API nothing answers: found out soon, since checks wait for it. In milliseconds. */
const TIMEOUTS = { connectionTimeout: 3_000, requestTimeout: 5_000 };

/**
 * Asks RDS, by the credentials and region of the environment: two lists, whatever the number of servers. The SDK is loaded at the first call.
 * @throws what the SDK throws: no way to the API, no right to ask
 */
export const describeRdsServers: ServerDescriber = async () => {
  const sdk = await import('@aws-sdk/client-rds').catch(notInstalled('@aws-sdk/client-rds'));
  const client = new sdk.RDSClient({ maxAttempts: 2, requestHandler: TIMEOUTS });
  try {
    const [instances, clusters] = await Promise.all([allInstances(sdk, client), allClusters(sdk, client)]);
    const clusterOf = new Map(clusters.map((cluster) => [cluster.DBClusterIdentifier, cluster]));
    return instances.map((instance) => describe(instance, clusterOf.get(instance.DBClusterIdentifier)));
  } finally {
    client.destroy();
  }
};

/**
 * Asks RDS for the backups of a cluster, those of DocumentDB and Neptune among them.
 * @throws what the SDK throws: no way to the API, no right to ask
 * @see https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_DescribeDBClusters.html
 */
export const describeClusterBackups: BackupDescriber = async (host) => {
  const sdk = await import('@aws-sdk/client-rds').catch(notInstalled('@aws-sdk/client-rds'));
  const client = new sdk.RDSClient({ maxAttempts: 2, requestHandler: TIMEOUTS });
  try {
    const cluster = (await allClusters(sdk, client)).find(({ Endpoint }) => Endpoint === host);
    return cluster && backupOf(cluster);
  } finally {
    client.destroy();
  }
};

type Sdk = typeof import('@aws-sdk/client-rds');

async function allInstances(sdk: Sdk, client: RDSClient): Promise<readonly DBInstance[]> {
  const found: DBInstance[] = [];
  for await (const { DBInstances = [] } of sdk.paginateDescribeDBInstances({ client }, {})) found.push(...DBInstances);
  return found;
}

async function allClusters(sdk: Sdk, client: RDSClient): Promise<readonly DBCluster[]> {
  const found: DBCluster[] = [];
  for await (const { DBClusters = [] } of sdk.paginateDescribeDBClusters({ client }, {})) found.push(...DBClusters);
  return found;
}

function describe(instance: DBInstance, cluster: DBCluster | undefined): DescribedServer {
  const hosts = [instance.Endpoint?.Address, cluster?.Endpoint, cluster?.ReaderEndpoint];
  const { AvailabilityZone: zone, SecondaryAvailabilityZone: standby, KmsKeyId: key } = instance;
  return {
    identifier: instance.DBInstanceIdentifier ?? '',
    hosts: hosts.filter((host) => host !== undefined),
    ...(zone !== undefined && { zone }),
    ...(instance.MultiAZ === true && { standbyZone: standby ?? 'unknown' }),
    isEncrypted: instance.StorageEncrypted === true,
    ...(key !== undefined && { keyArn: key }),
    ...backupOf(cluster ?? { ...instance, ClusterCreateTime: instance.InstanceCreateTime }),
  };
}

function backupOf({
  BackupRetentionPeriod: backupDays,
  LatestRestorableTime: restorableTo,
  ClusterCreateTime: madeAt,
}: Pick<DBCluster, 'BackupRetentionPeriod' | 'LatestRestorableTime' | 'ClusterCreateTime'>): DescribedBackups {
  return {
    ...(backupDays !== undefined && { backupDays }),
    ...(restorableTo !== undefined && { restorableTo }),
    ...(madeAt !== undefined && { madeAt }),
  };
}
