import { App, Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as kms from 'aws-cdk-lib/aws-kms';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import * as rds from 'aws-cdk-lib/aws-rds';
import { AuroraShard, AuroraShardGroup, type AuroraShardProps } from '../../constructs';

const KEY = 'arn:aws:kms:eu-west-1:111122223333:key/k';

function build(props: Partial<AuroraShardProps> = {}): { shards: AuroraShard[]; template: Template } {
  const stack = new Stack(new App(), 'Test', { env: { account: '111122223333', region: 'eu-west-1' } });
  const vpc = ec2.Vpc.fromVpcAttributes(stack, 'Vpc', {
    vpcId: 'vpc-1',
    availabilityZones: ['eu-west-1a', 'eu-west-1b'],
    isolatedSubnetIds: ['subnet-a', 'subnet-b'],
  });
  const encryptionKey = kms.Key.fromKeyArn(stack, 'Key', KEY);
  const group = new AuroraShardGroup(stack, 'Group', {
    vpc,
    vpcSubnets: { subnetType: ec2.SubnetType.PRIVATE_ISOLATED },
    name: 'blog-prod-posts',
    engineVersion: rds.AuroraPostgresEngineVersion.of('17', '17'),
    maxConnections: 900,
    slowQueryThreshold: Duration.seconds(1),
  });
  const shards = ['s0', 's1'].map(
    (name) =>
      new AuroraShard(stack, name, {
        vpc,
        group,
        encryptionKey,
        identifier: `blog-prod-posts-${name}`,
        capacity: { instanceType: new ec2.InstanceType('r8g.large') },
        databaseName: 'posts',
        ownerName: 'owner',
        backupRetention: Duration.days(35),
        logRetention: RetentionDays.THREE_MONTHS,
        ...props,
      }),
  );
  return { shards, template: Template.fromStack(stack) };
}

const { template, shards } = build();

test('shards share subnets, security group and parameters, since an account has few of each', () => {
  template.resourceCountIs('AWS::RDS::DBCluster', 2);
  for (const type of ['DBSubnetGroup', 'DBClusterParameterGroup', 'DBParameterGroup']) {
    template.resourceCountIs(`AWS::RDS::${type}`, 1);
  }
  template.resourceCountIs('AWS::EC2::SecurityGroup', 1);
});

test('refuse plaintext connections and replicate logically from birth', () => {
  template.hasResourceProperties('AWS::RDS::DBClusterParameterGroup', {
    Family: 'aurora-postgresql17',
    Parameters: { 'rds.force_ssl': '1', 'rds.logical_replication': '1' },
  });
});

test('log slow statements and have one max_connections', () => {
  template.hasResourceProperties('AWS::RDS::DBParameterGroup', {
    Family: 'aurora-postgresql17',
    Parameters: { log_min_duration_statement: '1000', max_connections: '900' },
  });
  const [group] = Object.keys(template.findResources('AWS::RDS::DBParameterGroup'));
  template.allResourcesProperties('AWS::RDS::DBInstance', { DBParameterGroupName: { Ref: group } });
});

test('are encrypted with the given key, backed up, protected and kept', () => {
  template.allResources(
    'AWS::RDS::DBCluster',
    Match.objectLike({
      Properties: {
        Engine: 'aurora-postgresql',
        EngineVersion: '17',
        DatabaseName: 'posts',
        StorageEncrypted: true,
        KmsKeyId: KEY,
        PerformanceInsightsEnabled: true,
        PerformanceInsightsKmsKeyId: KEY,
        BackupRetentionPeriod: 35,
        DeleteAutomatedBackups: false,
        DeletionProtection: true,
        CopyTagsToSnapshot: true,
        Port: 5432,
        EnableCloudwatchLogsExports: ['postgresql'],
      },
      DeletionPolicy: 'RetainExceptOnCreate',
      UpdateReplacePolicy: 'Retain',
    }),
  );
});

test('keep their servers with their data', () => {
  template.allResources(
    'AWS::RDS::DBInstance',
    Match.objectLike({ DeletionPolicy: 'RetainExceptOnCreate', UpdateReplacePolicy: 'Retain' }),
  );
});

test('have two servers each, without a public address', () => {
  template.allResourcesProperties('AWS::RDS::DBInstance', {
    PubliclyAccessible: false,
    AutoMinorVersionUpgrade: true,
    CACertificateIdentifier: 'rds-ca-rsa2048-g1',
    DBInstanceClass: 'db.r8g.large',
  });
  const instances = Object.values(template.findResources('AWS::RDS::DBInstance')) as {
    Properties: { DBInstanceIdentifier: string };
  }[];
  expect(instances.map(({ Properties }) => Properties.DBInstanceIdentifier).sort()).toEqual([
    'blog-prod-posts-s0-a',
    'blog-prod-posts-s0-b',
    'blog-prod-posts-s1-a',
    'blog-prod-posts-s1-b',
  ]);
});

test('have a secret and a log group each, the group before the cluster', () => {
  template.resourceCountIs('AWS::SecretsManager::Secret', 2);
  const groups = template.findResources('AWS::Logs::LogGroup') as Record<string, { Properties: object }>;
  expect(Object.values(groups).map(({ Properties }) => Properties)).toEqual(
    ['s0', 's1'].map((shard) => ({
      KmsKeyId: KEY,
      LogGroupName: `/aws/rds/cluster/blog-prod-posts-${shard}/postgresql`,
      RetentionInDays: 90,
    })),
  );
  const clusters = template.findResources('AWS::RDS::DBCluster') as Record<string, { DependsOn: string[] }>;
  expect(Object.values(clusters).flatMap(({ DependsOn }) => DependsOn)).toEqual(Object.keys(groups));
});

test('have a lag metric in milliseconds', () => {
  expect(shards[0]?.metricReplicaLag()).toMatchObject({
    namespace: 'AWS/RDS',
    metricName: 'AuroraReplicaLagMaximum',
    statistic: 'Maximum',
  });
});

test('can do with one server and go with their stack', () => {
  const small = build({ readers: 0, deletionProtection: false, removalPolicy: RemovalPolicy.DESTROY }).template;
  small.resourceCountIs('AWS::RDS::DBInstance', 2);
  small.allResources(
    'AWS::RDS::DBCluster',
    Match.objectLike({
      Properties: { DeletionProtection: false, DeleteAutomatedBackups: true },
      DeletionPolicy: 'Delete',
    }),
  );
});

test('fail before AWS does where the name of a server is too long', () => {
  expect(() => build({ identifier: 'b'.repeat(62) })).toThrow(/at most|1 to 63/);
});
