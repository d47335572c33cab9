import { blogTier } from '../support/blog-tier';
import { templatesOf } from '../support/synthesized-tier';

/**
 * A resource with another logical id is another resource: CloudFormation makes an empty one and lets go of the one with the data. An identifier that
 * changes asks for a replacement. Both are a contract with every tier that is deployed: a change here is a major version with a migration, or a
 * mistake.
 */
const CONTRACT = {
  network: {
    EndpointsGroup96E8B2B4: 'AWS::EC2::SecurityGroup',
    NetworkVpc7FB7348F: 'AWS::EC2::VPC',
    NetworkVpcDataSubnet1SubnetC4E2CA79: 'AWS::EC2::Subnet',
    NetworkVpcDataSubnet2Subnet1DE78234: 'AWS::EC2::Subnet',
    NetworkVpcDataSubnet3Subnet41FD9D3C: 'AWS::EC2::Subnet',
  },
  main: {
    Key961B73FD: 'AWS::KMS::Key',
    PostgresSubnetsD95E7AB8: 'AWS::RDS::DBSubnetGroup',
    PostgresServers8D999C79: 'AWS::EC2::SecurityGroup',
    PostgresParameters116DB31A: 'AWS::RDS::DBParameterGroup',
    PostgresOwner43CEDDB0: 'AWS::SecretsManager::Secret',
    PostgresPrimaryE59F2C4B: 'AWS::RDS::DBInstance blog-prod-main-primary',
    PostgresReplicasr1426AE9C5: 'AWS::RDS::DBInstance blog-prod-main-r1',
    PostgresReplicasr20C3344A6: 'AWS::RDS::DBInstance blog-prod-main-r2',
  },
  posts: {
    Key961B73FD: 'AWS::KMS::Key',
    ShardsSubnets9983EB76: 'AWS::RDS::DBSubnetGroup',
    ShardsServersBA618044: 'AWS::EC2::SecurityGroup',
    ShardsClusterParametersB680D3C4: 'AWS::RDS::DBClusterParameterGroup',
    ShardsInstanceParameters2642AB77: 'AWS::RDS::DBParameterGroup',
    Placement4CF18568: 'AWS::DynamoDB::Table',
  },
  'posts-shards-s0': {
    Shardss0Cluster9C82D1E9: 'AWS::RDS::DBCluster blog-prod-posts-s0',
    Shardss0ClusterA5C6D2BBB: 'AWS::RDS::DBInstance blog-prod-posts-s0-a',
    Shardss0ClusterB6657C301: 'AWS::RDS::DBInstance blog-prod-posts-s0-b',
    Shardss1ClusterB66C24A4: 'AWS::RDS::DBCluster blog-prod-posts-s1',
    Shardss1ClusterA5A0302FF: 'AWS::RDS::DBInstance blog-prod-posts-s1-a',
    Shardss1ClusterB8DB85392: 'AWS::RDS::DBInstance blog-prod-posts-s1-b',
    Shardss2ClusterA7316D5B: 'AWS::RDS::DBCluster blog-prod-posts-s2',
    Shardss2ClusterA595123B1: 'AWS::RDS::DBInstance blog-prod-posts-s2-a',
    Shardss2ClusterBD51FF7C4: 'AWS::RDS::DBInstance blog-prod-posts-s2-b',
    Shardss3Cluster0883A243: 'AWS::RDS::DBCluster blog-prod-posts-s3',
    Shardss3ClusterADBE73323: 'AWS::RDS::DBInstance blog-prod-posts-s3-a',
    Shardss3ClusterBB25F03A8: 'AWS::RDS::DBInstance blog-prod-posts-s3-b',
    Shardss0Owner6B115792: 'AWS::SecretsManager::Secret',
    Shardss1Owner7735D5E9: 'AWS::SecretsManager::Secret',
    Shardss2OwnerF9DEA44D: 'AWS::SecretsManager::Secret',
    Shardss3Owner621BD001: 'AWS::SecretsManager::Secret',
  },
} as const;

const PINNED: readonly string[] = [
  'AWS::EC2::VPC',
  'AWS::EC2::Subnet',
  'AWS::EC2::SecurityGroup',
  'AWS::KMS::Key',
  'AWS::RDS::DBInstance',
  'AWS::RDS::DBCluster',
  'AWS::RDS::DBSubnetGroup',
  'AWS::RDS::DBParameterGroup',
  'AWS::RDS::DBClusterParameterGroup',
  'AWS::SecretsManager::Secret',
  'AWS::DynamoDB::Table',
];

test('logical ids and identifiers of resources with data, and of what they stand on, are the contract', () => {
  // Access holds nothing that can't be made again.
  const stateful = Object.entries(templatesOf(blogTier('prod'))).filter(
    ([stack]) => !/^(access|operations)$|alarms/.test(stack),
  );
  const ids = Object.fromEntries(
    stateful.map(([stack, { Resources }]) => [
      stack,
      Object.fromEntries(
        Object.entries(Resources)
          .filter(([, { Type }]) => PINNED.includes(Type))
          .map(([id, { Type, Properties }]) => {
            const { DBClusterIdentifier, DBInstanceIdentifier } = Properties;
            const identifier = DBInstanceIdentifier ?? DBClusterIdentifier;
            return [id, typeof identifier === 'string' ? `${Type} ${identifier}` : Type];
          }),
      ),
    ]),
  );
  expect(ids).toEqual(CONTRACT);
});

test('stages differ in what they hold, never in what it is called', () => {
  const prod = templatesOf(blogTier('prod'));
  for (const [stack, { Resources }] of Object.entries(templatesOf(blogTier('dev')))) {
    expect(Object.keys(prod[stack]?.Resources ?? {})).toEqual(expect.arrayContaining(Object.keys(Resources)));
  }
});
