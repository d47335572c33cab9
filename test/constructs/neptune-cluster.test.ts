import { Match, Template } from 'aws-cdk-lib/assertions';
import { plainApp } from '../support/plain-app';
import { KEY_ARN } from '../support/store-stack';
import { neptuneStack, neptuneStacks } from './neptune-stacks';

const CLUSTER = 'AWS::Neptune::DBCluster';
const SERVER = 'AWS::Neptune::DBInstance';
const KEPT = { DeletionPolicy: 'RetainExceptOnCreate', UpdateReplacePolicy: 'Retain' };

// That no policy has a finding of them is asserted of the same stacks in test/stacks/validation.test.ts.
const app = plainApp();
const { byClass, serverless, users, imported } = neptuneStacks(app);
const assembly = app.synth();
const templateOf = ({ stack }: { readonly stack: { readonly stackName: string } }): Template =>
  Template.fromJSON(assembly.getStackByName(stack.stackName).template as Record<string, unknown>);

test('is encrypted with the given key, backed up, protected and kept, its servers too', () => {
  const template = templateOf(byClass);
  template.hasResource(CLUSTER, {
    Properties: {
      DBClusterIdentifier: 'blog-prod-friends',
      EngineVersion: '1.4.5.1',
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
  for (const type of ['DBSubnetGroup', 'DBClusterParameterGroup']) template.hasResource(`AWS::Neptune::${type}`, KEPT);
});

test('answers nobody but roles of IAM, and keeps an audit and slow queries', () => {
  const template = templateOf(byClass);
  template.hasResourceProperties('AWS::Neptune::DBClusterParameterGroup', {
    Family: 'neptune1.4',
    Parameters: {
      neptune_enable_audit_log: '1',
      neptune_enable_slow_query_log: 'info',
      neptune_slow_query_log_threshold: '1000',
    },
  });
  const [parameters] = Object.keys(template.findResources('AWS::Neptune::DBClusterParameterGroup'));
  template.hasResourceProperties(CLUSTER, {
    IamAuthEnabled: true,
    DBClusterParameterGroupName: { Ref: parameters },
    EnableCloudwatchLogsExports: ['audit', 'slowquery'],
  });
});

test('has its log groups, encrypted and kept for the given time, before it writes to them', () => {
  const groups = templateOf(byClass).findResources('AWS::Logs::LogGroup') as Record<string, { Properties: object }>;
  expect(Object.values(groups).map(({ Properties }) => Properties)).toEqual(
    ['audit', 'slowquery'].map((log) => ({
      KmsKeyId: KEY_ARN,
      LogGroupName: `/aws/neptune/blog-prod-friends/${log}`,
      RetentionInDays: 90,
    })),
  );
  templateOf(byClass).hasResource(CLUSTER, { DependsOn: Object.keys(groups) });
});

test('has two servers without a public address, and no rule that lets anybody in or out', () => {
  const template = templateOf(byClass);
  const servers = Object.values(template.findResources(SERVER)) as { Properties: Record<string, unknown> }[];
  expect(servers.map(({ Properties }) => Properties)).toEqual(
    [1, 2].map((number) => ({
      DBClusterIdentifier: { Ref: Object.keys(template.findResources(CLUSTER))[0] },
      DBInstanceIdentifier: `blog-prod-friends-${number}`,
      DBInstanceClass: 'db.r8g.large',
      AutoMinorVersionUpgrade: true,
      PubliclyAccessible: false,
      PreferredMaintenanceWindow: 'sun:04:00-sun:05:00',
    })),
  );
  template.resourceCountIs('AWS::EC2::SecurityGroupIngress', 0);
  template.hasResourceProperties('AWS::EC2::SecurityGroup', { SecurityGroupIngress: Match.absent() });
});

test('scales by itself, with servers that would be the same ones by class', () => {
  const template = templateOf(serverless);
  template.hasResource(CLUSTER, {
    Properties: { ServerlessScalingConfiguration: { MinCapacity: 1, MaxCapacity: 16 }, DeletionProtection: false },
    DeletionPolicy: 'Snapshot',
    UpdateReplacePolicy: 'Snapshot',
  });
  const servers = template.findResources(SERVER);
  expect(Object.keys(servers)).toEqual(Object.keys(templateOf(byClass).findResources(SERVER)).slice(0, 1));
  template.hasResource(SERVER, { Properties: { DBInstanceClass: 'db.serverless' }, DeletionPolicy: 'Delete' });
});

test('lets a reader ask and a writer change, that cluster only', () => {
  const statements = Object.values(templateOf({ stack: users }).findResources('AWS::IAM::Policy')).flatMap(
    (policy) =>
      (
        policy as {
          Properties: {
            Roles: { Ref: string }[];
            PolicyDocument: { Statement: { Action: string[]; Resource: string }[] };
          };
        }
      ).Properties.PolicyDocument.Statement,
  );
  const read = [
    'neptune-db:CancelQuery',
    'neptune-db:GetEngineStatus',
    'neptune-db:GetQueryStatus',
    'neptune-db:ReadDataViaQuery',
  ];
  expect(statements.map(({ Action }) => Action)).toEqual([
    read,
    [...read, 'neptune-db:WriteDataViaQuery', 'neptune-db:DeleteDataViaQuery'].sort(),
  ]);
  for (const { Resource } of statements) {
    expect(Resource).toBe('arn:aws:neptune-db:eu-west-1:111122223333:cluster-ABCD1234/*');
  }
});

test('has a lag metric in milliseconds, an imported cluster too', () => {
  expect(imported.metricReplicaLag()).toMatchObject({
    namespace: 'AWS/Neptune',
    metricName: 'ClusterReplicaLagMaximum',
    statistic: 'Maximum',
    dimensions: { DBClusterIdentifier: 'friends' },
  });
  expect(imported.connections.defaultPort?.toString()).toBe('8182');
});

test('fails before AWS does where its name is none', () => {
  expect(() => neptuneStack(app, 'Misnamed', { identifier: '1blog' })).toThrow(/1 to 63/);
});

test('is the same as before', () => {
  expect(templateOf(byClass).findResources(CLUSTER)).toMatchSnapshot();
});
