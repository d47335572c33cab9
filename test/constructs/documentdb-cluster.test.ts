import { Match, Template } from 'aws-cdk-lib/assertions';
import { plainApp } from '../support/plain-app';
import { KEY_ARN } from '../support/store-stack';
import { documentDbStack, documentDbStacks } from './documentdb-stacks';

const CLUSTER = 'AWS::DocDB::DBCluster';
const SERVER = 'AWS::DocDB::DBInstance';
const KEPT = { DeletionPolicy: 'RetainExceptOnCreate', UpdateReplacePolicy: 'Retain' };

// That no policy has a finding of them is asserted of the same stacks in test/stacks/validation.test.ts.
const app = plainApp();
const { byClass, serverless, elastic, imported } = documentDbStacks(app);
const assembly = app.synth();
const templateOf = ({ stack }: { readonly stack: { readonly stackName: string } }): Template =>
  Template.fromJSON(assembly.getStackByName(stack.stackName).template as Record<string, unknown>);

test('is encrypted with the given key, backed up, protected and kept, its servers too', () => {
  const template = templateOf(byClass);
  template.hasResource(CLUSTER, {
    Properties: {
      DBClusterIdentifier: 'blog-prod-profiles',
      EngineVersion: '5.0.0',
      StorageEncrypted: true,
      KmsKeyId: KEY_ARN,
      BackupRetentionPeriod: 35,
      PreferredBackupWindow: '02:00-03:00',
      PreferredMaintenanceWindow: 'sun:04:00-sun:05:00',
      DeletionProtection: true,
      CopyTagsToSnapshot: true,
    },
    ...KEPT,
  });
  template.allResources(SERVER, Match.objectLike(KEPT));
  for (const type of ['DBSubnetGroup', 'DBClusterParameterGroup']) template.hasResource(`AWS::DocDB::${type}`, KEPT);
});

test('takes nothing but TLS of 1.2 or newer, and keeps an audit and slow operations', () => {
  const template = templateOf(byClass);
  template.hasResourceProperties('AWS::DocDB::DBClusterParameterGroup', {
    Family: 'docdb5.0',
    Parameters: { tls: 'tls1.2+', audit_logs: 'enabled', profiler: 'enabled', profiler_threshold_ms: '500' },
  });
  const [parameters] = Object.keys(template.findResources('AWS::DocDB::DBClusterParameterGroup'));
  template.hasResourceProperties(CLUSTER, {
    DBClusterParameterGroupName: { Ref: parameters },
    EnableCloudwatchLogsExports: ['audit', 'profiler'],
  });
});

test('has its log groups, encrypted and kept for the given time, before it writes to them', () => {
  const groups = templateOf(byClass).findResources('AWS::Logs::LogGroup') as Record<string, { Properties: object }>;
  expect(Object.values(groups).map(({ Properties }) => Properties)).toEqual(
    ['audit', 'profiler'].map((log) => ({
      KmsKeyId: KEY_ARN,
      LogGroupName: `/aws/docdb/blog-prod-profiles/${log}`,
      RetentionInDays: 90,
    })),
  );
  templateOf(byClass).hasResource(CLUSTER, { DependsOn: Object.keys(groups) });
});

test('has two servers, and no rule that lets anybody in or out', () => {
  const template = templateOf(byClass);
  const servers = Object.values(template.findResources(SERVER)) as { Properties: Record<string, unknown> }[];
  expect(servers.map(({ Properties }) => Properties)).toEqual(
    [1, 2].map((number) => ({
      DBClusterIdentifier: { Ref: Object.keys(template.findResources(CLUSTER))[0] },
      DBInstanceIdentifier: `blog-prod-profiles-${number}`,
      DBInstanceClass: 'db.r8g.large',
      CACertificateIdentifier: 'rds-ca-rsa2048-g1',
      PreferredMaintenanceWindow: 'sun:04:00-sun:05:00',
    })),
  );
  template.resourceCountIs('AWS::EC2::SecurityGroupIngress', 0);
  template.hasResourceProperties('AWS::EC2::SecurityGroup', { SecurityGroupIngress: Match.absent() });
});

test('reads its owner’s password from a secret that the given key encrypts, and lets read it who may log in', () => {
  const template = templateOf(byClass);
  const [secret] = Object.keys(template.findResources('AWS::SecretsManager::Secret'));
  template.hasResourceProperties('AWS::SecretsManager::Secret', { KmsKeyId: KEY_ARN });
  template.hasResourceProperties(CLUSTER, {
    MasterUsername: 'owner',
    MasterUserPassword: {
      'Fn::Join': ['', ['{{resolve:secretsmanager:', { Ref: secret }, ':SecretString:password::}}']],
    },
  });
  template.hasResourceProperties('AWS::IAM::Policy', {
    PolicyDocument: {
      Statement: Match.arrayWith([
        Match.objectLike({
          Action: ['secretsmanager:DescribeSecret', 'secretsmanager:GetSecretValue'],
          Resource: { Ref: secret },
        }),
      ]),
    },
  });
});

test('scales by itself, with servers that would be the same ones by class', () => {
  const template = templateOf(serverless);
  template.hasResource(CLUSTER, {
    Properties: {
      ServerlessV2ScalingConfiguration: { MinCapacity: 0.5, MaxCapacity: 16 },
      DeletionProtection: false,
    },
    DeletionPolicy: 'Snapshot',
    UpdateReplacePolicy: 'Snapshot',
  });
  const servers = template.findResources(SERVER) as Record<string, { Properties: object }>;
  expect(Object.keys(servers)).toEqual(Object.keys(templateOf(byClass).findResources(SERVER)).slice(0, 1));
  template.hasResource(SERVER, {
    Properties: { DBInstanceClass: 'db.serverless', DBInstanceIdentifier: 'blog-prod-profiles-1' },
    DeletionPolicy: 'Delete',
  });
});

test('shards collections by itself as an elastic cluster, which reads the owner’s password without a template', () => {
  const template = templateOf(elastic);
  const [secret] = Object.keys(template.findResources('AWS::SecretsManager::Secret'));
  template.hasResource('AWS::DocDBElastic::Cluster', {
    Properties: {
      ClusterName: 'blog-prod-profiles',
      AuthType: 'SECRET_ARN',
      AdminUserName: 'owner',
      AdminUserPassword: { Ref: secret },
      ShardCount: 4,
      ShardCapacity: 2,
      ShardInstanceCount: 2,
      KmsKeyId: KEY_ARN,
      BackupRetentionPeriod: 35,
      SubnetIds: ['subnet-aaaaaaaa', 'subnet-bbbbbbbb'],
    },
    ...KEPT,
  });
});

test('has a lag metric in milliseconds, an imported cluster too', () => {
  expect(imported.metricReplicaLag()).toMatchObject({
    namespace: 'AWS/DocDB',
    metricName: 'DBClusterReplicaLagMaximum',
    statistic: 'Maximum',
    dimensions: { DBClusterIdentifier: 'other' },
  });
  expect(imported.connections.defaultPort?.toString()).toBe('27018');
});

test('fails before AWS does where its name is none', () => {
  expect(() => documentDbStack(app, 'Misnamed', { identifier: 'blog--profiles' })).toThrow(/1 to 63/);
});

test('is the same as before', () => {
  expect(templateOf(byClass).findResources(CLUSTER)).toMatchSnapshot();
  expect(templateOf(elastic).findResources('AWS::DocDBElastic::Cluster')).toMatchSnapshot();
});
