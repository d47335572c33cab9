import type { ResourceBaseline } from './baseline';

/** What is lost with a resource of each type. */
const CONTENTS: Readonly<Record<string, string>> = {
  'AWS::DocDB::DBCluster': 'its documents',
  'AWS::DocDB::DBSubnetGroup': 'the servers in it, which are replaced with it',
  'AWS::DocDBElastic::Cluster': 'its documents',
  'AWS::DynamoDB::GlobalTable': 'its items',
  'AWS::DynamoDB::Table': 'its items',
  'AWS::EC2::Subnet': 'the addresses of the servers in it, which AWS moves to no other subnet',
  'AWS::EC2::VPC': 'the network of every server in it, which AWS moves to no other',
  'AWS::KMS::Key': 'the key to all that was encrypted with it: storage, backups, secrets',
  'AWS::Neptune::DBCluster': 'its graph',
  'AWS::Neptune::DBSubnetGroup': 'the servers in it, which are replaced with it',
  'AWS::RDS::DBCluster': 'its databases',
  'AWS::RDS::DBSubnetGroup': 'the servers in it, which are replaced with it',
  'AWS::RDS::GlobalCluster': 'the replication between its regions',
  'AWS::SecretsManager::Secret': 'the password in it: whoever logs in with it is refused until provisioning ran',
};

/** What stands without data of its own: losing it costs connections and time. */
const WITHOUT_DATA: readonly string[] = [
  'AWS::DocDB::DBSubnetGroup',
  'AWS::EC2::Subnet',
  'AWS::EC2::VPC',
  'AWS::ElastiCache::SubnetGroup',
  'AWS::Neptune::DBSubnetGroup',
  'AWS::RDS::DBSubnetGroup',
  'AWS::RDS::GlobalCluster',
  'AWS::SecretsManager::Secret',
];

/** Servers, which may have their data elsewhere. */
const SERVERS: readonly string[] = ['AWS::DocDB::DBInstance', 'AWS::Neptune::DBInstance', 'AWS::RDS::DBInstance'];

/** Whether data goes with a resource, or only the service that it gives. */
export function stakeIn({ type, createOnly }: ResourceBaseline): 'data' | 'service' {
  const hasDataElsewhere =
    createOnly['DBClusterIdentifier'] !== undefined || createOnly['SourceDBInstanceIdentifier'] !== undefined;
  const isServer = SERVERS.includes(type) && hasDataElsewhere;
  return isServer || WITHOUT_DATA.includes(type) ? 'service' : 'data';
}

/** What is lost with a resource when it goes. */
export function contentsOf({ type, createOnly }: ResourceBaseline): string {
  if (!SERVERS.includes(type)) return CONTENTS[type] ?? 'what it holds';
  if (createOnly['DBClusterIdentifier'] !== undefined) {
    return 'one server of its cluster with the connections to it; the data stays with the cluster';
  }
  if (createOnly['SourceDBInstanceIdentifier'] !== undefined) {
    return 'a server for reads with the connections to it; the data stays with its primary';
  }
  return 'its databases';
}

/** What CloudFormation does with a resource that it lets go of, under a policy. */
export function fateUnder(policy: string | undefined, { type }: ResourceBaseline): string {
  const backups = /^AWS::(RDS|DocDB|Neptune)::DB/.test(type) ? ', its automated backups with it' : '';
  switch (policy ?? 'Delete') {
    case 'Retain':
    case 'RetainExceptOnCreate':
      return 'the old one stays, and nothing manages it or routes to it any more';
    case 'Snapshot':
      return `the old one is deleted after a last snapshot${backups}`;
    default:
      return `the old one is deleted${backups}`;
  }
}
