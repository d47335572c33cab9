import { App, Duration, RemovalPolicy, Size, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as kms from 'aws-cdk-lib/aws-kms';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import * as rds from 'aws-cdk-lib/aws-rds';
import { PostgresWithReplicas, type PostgresWithReplicasProps } from '../../constructs';
import { isPolystoreError } from '../../lib/errors';

const KEY = 'arn:aws:kms:eu-west-1:111122223333:key/k';

function build(props: Partial<PostgresWithReplicasProps> = {}): {
  postgres: PostgresWithReplicas;
  template: () => Template;
} {
  const stack = new Stack(new App(), 'Test', { env: { account: '111122223333', region: 'eu-west-1' } });
  const vpc = ec2.Vpc.fromVpcAttributes(stack, 'Vpc', {
    vpcId: 'vpc-1',
    availabilityZones: ['eu-west-1a', 'eu-west-1b'],
    isolatedSubnetIds: ['subnet-a', 'subnet-b'],
  });
  const postgres = new PostgresWithReplicas(stack, 'Postgres', {
    vpc,
    vpcSubnets: { subnetType: ec2.SubnetType.PRIVATE_ISOLATED },
    encryptionKey: kms.Key.fromKeyArn(stack, 'Key', KEY),
    identifier: 'blog-prod-main',
    engineVersion: rds.PostgresEngineVersion.VER_17,
    instanceType: new ec2.InstanceType('r8g.large'),
    replicas: { r1: {}, r2: { instanceType: new ec2.InstanceType('r8g.xlarge') } },
    storage: Size.gibibytes(100),
    maxStorage: Size.gibibytes(400),
    databaseName: 'main',
    ownerName: 'owner',
    maxConnections: 1500,
    slowQueryThreshold: Duration.millis(250),
    backupRetention: Duration.days(35),
    logRetention: RetentionDays.THREE_MONTHS,
    ...props,
  });
  return { postgres, template: () => Template.fromStack(stack) };
}

const template = build().template();
const PRIMARY = { DBInstanceIdentifier: 'blog-prod-main-primary' };

describe('every server', () => {
  test('is in the given subnets, has no public address, and shares one group of each sort', () => {
    template.hasResourceProperties('AWS::RDS::DBSubnetGroup', { SubnetIds: ['subnet-a', 'subnet-b'] });
    for (const type of ['AWS::RDS::DBSubnetGroup', 'AWS::RDS::DBParameterGroup', 'AWS::EC2::SecurityGroup']) {
      template.resourceCountIs(type, 1);
    }
    const idOf = (type: string) => Object.keys(template.findResources(type))[0];
    template.allResourcesProperties('AWS::RDS::DBInstance', {
      PubliclyAccessible: false,
      DBSubnetGroupName: { Ref: idOf('AWS::RDS::DBSubnetGroup') },
      DBParameterGroupName: { Ref: idOf('AWS::RDS::DBParameterGroup') },
      VPCSecurityGroups: [{ 'Fn::GetAtt': [idOf('AWS::EC2::SecurityGroup'), 'GroupId'] }],
    });
  });

  test('refuses plaintext connections, logs slow statements, and has the same max_connections', () => {
    template.hasResourceProperties('AWS::RDS::DBParameterGroup', {
      Family: 'postgres17',
      Parameters: { 'rds.force_ssl': '1', log_min_duration_statement: '250', max_connections: '1500' },
    });
  });

  test('has gp3 storage that grows by itself, the current certificate authority, minor upgrades and insights', () => {
    template.allResourcesProperties('AWS::RDS::DBInstance', {
      StorageType: 'gp3',
      MaxAllocatedStorage: 400,
      CACertificateIdentifier: 'rds-ca-rsa2048-g1',
      AutoMinorVersionUpgrade: true,
      EnablePerformanceInsights: true,
      PerformanceInsightsKMSKeyId: KEY,
      CopyTagsToSnapshot: true,
      Port: '5432',
    });
  });

  test('is protected from deletion and kept when the stack goes, with what it stands on', () => {
    template.allResourcesProperties('AWS::RDS::DBInstance', { DeletionProtection: true });
    const kept = { DeletionPolicy: 'RetainExceptOnCreate', UpdateReplacePolicy: 'Retain' };
    for (const type of [
      'AWS::RDS::DBInstance',
      'AWS::RDS::DBSubnetGroup',
      'AWS::RDS::DBParameterGroup',
      'AWS::EC2::SecurityGroup',
      'AWS::SecretsManager::Secret',
      'AWS::Logs::LogGroup',
    ]) {
      template.allResources(type, Match.objectLike(kept));
    }
  });

  test('has its log group before RDS would make one, encrypted and not kept for ever', () => {
    template.allResourcesProperties('AWS::Logs::LogGroup', { RetentionInDays: 90, KmsKeyId: KEY });
    const groups = template.findResources('AWS::Logs::LogGroup') as Record<
      string,
      { Properties: { LogGroupName: string } }
    >;
    const names = Object.values(groups).map(({ Properties }) => Properties.LogGroupName);
    expect(names.sort()).toEqual([
      '/aws/rds/instance/blog-prod-main-primary/postgresql',
      '/aws/rds/instance/blog-prod-main-primary/upgrade',
      '/aws/rds/instance/blog-prod-main-r1/postgresql',
      '/aws/rds/instance/blog-prod-main-r2/postgresql',
    ]);
    const instances = template.findResources('AWS::RDS::DBInstance') as Record<
      string,
      { DependsOn: string[]; Properties: { DBInstanceIdentifier: string; EnableCloudwatchLogsExports: string[] } }
    >;
    for (const { DependsOn, Properties } of Object.values(instances)) {
      const awaited = DependsOn.map((id) => groups[id]?.Properties.LogGroupName);
      expect(awaited.sort()).toEqual(
        Properties.EnableCloudwatchLogsExports.map(
          (log) => `/aws/rds/instance/${Properties.DBInstanceIdentifier}/${log}`,
        ),
      );
    }
  });
});

describe('the primary', () => {
  test('is encrypted with the given key, has a standby and continuous backups that outlive it', () => {
    template.hasResourceProperties('AWS::RDS::DBInstance', {
      ...PRIMARY,
      Engine: 'postgres',
      EngineVersion: '17',
      DBInstanceClass: 'db.r8g.large',
      DBName: 'main',
      AllocatedStorage: '100',
      StorageEncrypted: true,
      KmsKeyId: KEY,
      MultiAZ: true,
      BackupRetentionPeriod: 35,
      DeleteAutomatedBackups: false,
      ManageMasterUserPassword: Match.absent(),
      EnableIAMDatabaseAuthentication: Match.absent(),
    });
  });

  test("gets its owner's password from the generated secret, which no template shows", () => {
    const [secretId] = Object.keys(template.findResources('AWS::SecretsManager::Secret'));
    template.hasResourceProperties('AWS::RDS::DBInstance', {
      ...PRIMARY,
      MasterUsername: 'owner',
      MasterUserPassword: {
        'Fn::Join': ['', ['{{resolve:secretsmanager:', { Ref: secretId }, ':SecretString:password::}}']],
      },
    });
    template.hasResourceProperties('AWS::SecretsManager::SecretTargetAttachment', { SecretId: { Ref: secretId } });
  });
});

describe('a replica', () => {
  const [primaryId] = Object.keys(template.findResources('AWS::RDS::DBInstance', { Properties: PRIMARY }));

  test.each([
    ['r1', 'db.r8g.large'],
    ['r2', 'db.r8g.xlarge'],
  ])('%s follows the primary, with the class that it was given or the primary’s', (name, instanceClass) => {
    template.hasResourceProperties('AWS::RDS::DBInstance', {
      DBInstanceIdentifier: `blog-prod-main-${name}`,
      DBInstanceClass: instanceClass,
      SourceDBInstanceIdentifier: { 'Fn::Join': ['', Match.arrayWith([{ Ref: primaryId }])] },
      MultiAZ: false,
      // AWS refuses these on a replica of the same region.
      StorageEncrypted: Match.absent(),
      KmsKeyId: Match.absent(),
      MasterUserPassword: Match.absent(),
      // And this one on any.
      DatabaseInsightsMode: Match.absent(),
    });
    template.hasResourceProperties('AWS::RDS::DBInstance', { ...PRIMARY, DatabaseInsightsMode: 'standard' });
  });

  test('has a lag metric in seconds', () => {
    const { postgres } = build();
    expect(postgres.metricReplicaLag('r1')).toMatchObject({
      namespace: 'AWS/RDS',
      metricName: 'ReplicaLag',
      statistic: 'Maximum',
    });
    expect(postgres.metricReplicaLag('r1', { period: Duration.minutes(1) }).period.toSeconds()).toBe(60);
  });

  test('fails naming the replicas that there are when asked for the lag of another', () => {
    expect(() => build().postgres.metricReplicaLag('r9')).toThrow('Test/Postgres: no replica "r9"; there is r1, r2');
  });
});

test('keeps its replicas whatever they are called', () => {
  const names = ['primary2', 'servers', 'parameters', 'owner', 'subnets'];
  const instances = build({ replicas: Object.fromEntries(names.map((name) => [name, {}])) }).template();
  instances.resourceCountIs('AWS::RDS::DBInstance', 1 + names.length);
});

test('can do without replicas, standby and protection', () => {
  const small = build({
    replicas: {},
    multiAz: false,
    deletionProtection: false,
    removalPolicy: RemovalPolicy.DESTROY,
  }).template();
  small.resourceCountIs('AWS::RDS::DBInstance', 1);
  small.hasResource('AWS::RDS::DBInstance', {
    Properties: { MultiAZ: false, DeletionProtection: false, DeleteAutomatedBackups: true },
    DeletionPolicy: 'Delete',
  });
  small.allResources('AWS::Logs::LogGroup', Match.objectLike({ DeletionPolicy: 'Delete' }));
});

test.each(['Blog-main', 'blog--main', '1blog', 'b'.repeat(56)])(
  'fails before AWS does for the identifier %s',
  (identifier) => {
    try {
      build({ identifier });
      throw new Error('nothing was thrown');
    } catch (error) {
      if (!isPolystoreError(error, 'PROPERTY_INVALID')) throw error;
      expect(error.message).toContain(`got "${identifier}-primary" (${identifier.length + 8} characters)`);
      expect(error.message).toContain('Test/Postgres');
    }
  },
);

test('allows the longest identifier that AWS does', () => {
  expect(() => build({ identifier: 'b'.repeat(55) })).not.toThrow();
});

test('can be connected to by other constructs, on its own port', () => {
  expect(build().postgres.connections.defaultPort?.toString()).toBe('5432');
});
