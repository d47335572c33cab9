import { Match } from 'aws-cdk-lib/assertions';
import { clusterTier } from '../support/cluster-tier';
import { asTemplate, resourcesOf, templatesOf, type TemplateJson } from '../support/synthesized-tier';

type Stage = 'dev' | 'prod';

const templates = { dev: templatesOf(clusterTier('dev')), prod: templatesOf(clusterTier('prod')) };
const templateOf = (stage: Stage, stack: string) => asTemplate(templates[stage][stack] as TemplateJson);
const KEPT = { DeletionPolicy: 'RetainExceptOnCreate', UpdateReplacePolicy: 'Retain' };

describe('documents', () => {
  test('are kept, protected and backed up in a protected stage, on two servers', () => {
    const template = templateOf('prod', 'profiles');
    template.hasResource('AWS::DocDB::DBCluster', {
      Properties: {
        DBClusterIdentifier: 'club-prod-profiles',
        EngineVersion: '5.0.0',
        MasterUsername: 'polystoreowner',
        BackupRetentionPeriod: 35,
        PreferredBackupWindow: '02:00-03:00',
        PreferredMaintenanceWindow: 'sun:04:00-sun:05:00',
        DeletionProtection: true,
        StorageEncrypted: true,
      },
      ...KEPT,
    });
    template.resourceCountIs('AWS::DocDB::DBInstance', 2);
    template.allResourcesProperties('AWS::DocDB::DBInstance', { DBInstanceClass: 'db.r6g.large' });
    template.hasResourceProperties('AWS::DocDB::DBClusterParameterGroup', {
      Parameters: Match.objectLike({ tls: 'tls1.2+', profiler_threshold_ms: '200' }),
    });
    template.allResourcesProperties('AWS::Logs::LogGroup', { RetentionInDays: 90 });
  });

  test('go with their stack in a disposable one, on a server that scales by itself', () => {
    const template = templateOf('dev', 'profiles');
    template.hasResource('AWS::DocDB::DBCluster', {
      Properties: {
        DeletionProtection: false,
        ServerlessV2ScalingConfiguration: { MinCapacity: 0.5, MaxCapacity: 4 },
      },
      DeletionPolicy: 'Delete',
    });
    template.resourceCountIs('AWS::DocDB::DBInstance', 1);
  });

  test('are sharded by an elastic cluster where the definition scales out, with a second server in a protected stage', () => {
    templateOf('prod', 'visits').hasResource('AWS::DocDBElastic::Cluster', {
      Properties: { ClusterName: 'club-prod-visits', ShardCount: 4, ShardCapacity: 8, ShardInstanceCount: 2 },
      ...KEPT,
    });
    templateOf('dev', 'visits').hasResourceProperties('AWS::DocDBElastic::Cluster', {
      ShardCount: 2,
      ShardInstanceCount: 1,
    });
  });

  test('are watched server by server and as a cluster in a protected stage; an elastic cluster as a whole, by name and id', () => {
    const alarms = resourcesOf(templates.prod, 'AWS::CloudWatch::Alarm').map(
      ({ Properties }) => Properties['AlarmName'] as string,
    );
    expect(alarms).toEqual(
      expect.arrayContaining([
        'club-prod-profiles-1-CPUUtilization',
        'club-prod-profiles-2-DBInstanceReplicaLag',
        'club-prod-profiles-AvailableMVCCIds',
      ]),
    );
    expect(alarms).not.toContain('club-prod-profiles-1-DCUUtilization');
    const elastic = resourcesOf({ visits: templates.prod['visits-alarms'] as TemplateJson }, 'AWS::CloudWatch::Alarm');
    expect(elastic).toHaveLength(7);
    const cluster = Object.keys(templates.prod['visits']?.Resources ?? {}).find((id) =>
      id.startsWith('ElasticCluster'),
    );
    for (const { Properties } of elastic) {
      const [id, name, ...others] = Properties['Dimensions'] as { readonly Name: string; readonly Value: unknown }[];
      expect([name, others]).toEqual([{ Name: 'ClusterName', Value: 'club-prod-visits' }, []]);
      // The id is the last part of the ARN, which the store's stack gives out.
      expect(id).toMatchObject({
        Name: 'ClusterId',
        Value: { 'Fn::Select': [1, { 'Fn::Split': ['/', expect.anything()] }] },
      });
      const [, output] = /"OutputName":"([^"]+)"/.exec(JSON.stringify(id)) ?? [];
      expect(templates.prod['visits']?.Outputs?.[output ?? '']?.Value).toEqual({
        'Fn::GetAtt': [cluster, 'ClusterArn'],
      });
    }
    expect(resourcesOf(templates.dev, 'AWS::CloudWatch::Alarm')).toEqual([]);
  });

  test('have a secret a service that uses them, beside the smoke test’s and the owner’s', () => {
    const roles = resourcesOf(templates.prod, 'AWS::SecretsManager::Secret').map(({ stack, Properties }) => {
      const [role] = (Properties['Tags'] as { Key: string; Value: string }[]).filter(({ Key }) => Key === 'role');
      return `${stack} ${role?.Value ?? ''}`;
    });
    expect(roles.sort()).toEqual([
      'access polystore_smoke',
      'access polystore_smoke',
      'access reports',
      'access web',
      'access web',
      'profiles polystoreowner',
      'visits polystoreowner',
    ]);
  });
});

describe('graphs', () => {
  test('are watched server by server and as a cluster, and an alarm of what Neptune tells of no more is no alarm', () => {
    const alarms = resourcesOf(templates.prod, 'AWS::CloudWatch::Alarm').filter(
      ({ Properties }) => Properties['Namespace'] === 'AWS/Neptune',
    );
    expect(alarms.map(({ Properties }) => Properties['AlarmName'])).toEqual(
      expect.arrayContaining([
        'club-prod-friends-1-QueueNearlyFull',
        'club-prod-friends-2-ClusterReplicaLag',
        'club-prod-friends-VolumeBytesUsed',
      ]),
    );
    for (const { Properties } of alarms)
      expect(Properties).toMatchObject({ TreatMissingData: 'notBreaching', Period: 300 });
  });

  test('answer roles of IAM only, and are kept, protected and backed up in a protected stage, on two servers', () => {
    const template = templateOf('prod', 'friends');
    template.hasResource('AWS::Neptune::DBCluster', {
      Properties: {
        DBClusterIdentifier: 'club-prod-friends',
        EngineVersion: '1.4.6.1',
        IamAuthEnabled: true,
        BackupRetentionPeriod: 35,
        DeletionProtection: true,
        StorageEncrypted: true,
      },
      ...KEPT,
    });
    template.resourceCountIs('AWS::Neptune::DBInstance', 2);
    template.resourceCountIs('AWS::SecretsManager::Secret', 0);
  });

  test('scale by themselves where the definition says so', () => {
    templateOf('dev', 'friends').hasResource('AWS::Neptune::DBCluster', {
      Properties: { ServerlessScalingConfiguration: { MinCapacity: 1, MaxCapacity: 4 }, DeletionProtection: false },
      DeletionPolicy: 'Delete',
    });
  });

  test('are read by whom reads them and changed by whom writes them, by what AWS calls the cluster', () => {
    const actions = (service: string): readonly string[] =>
      resourcesOf(templates.prod, 'AWS::IAM::Policy')
        .filter(({ Properties }) => JSON.stringify(Properties['Roles']).includes(`Roles${service}`))
        .flatMap(
          ({ Properties }) =>
            (Properties['PolicyDocument'] as { Statement: { Sid?: string; Action: string[]; Resource: unknown }[] })
              .Statement,
        )
        .filter(({ Sid }) => Sid?.endsWith('Graphs'))
        .flatMap(({ Action, Resource }) => {
          expect(JSON.stringify(Resource)).toMatch(
            /:neptune-db:eu-west-1:111122223333:",\{"Ref":"SsmParameterValueclubprodclustersfriends\w+Parameter"\},"\/\*"/,
          );
          return Action;
        });
    expect(actions('reports')).not.toContain('neptune-db:WriteDataViaQuery');
    expect(actions('reports')).toContain('neptune-db:ReadDataViaQuery');
    expect(actions('web')).toContain('neptune-db:WriteDataViaQuery');
  });
});

test('a service uses the keys of secrets that it has, and no key of a store that it logs in to without one', () => {
  const policies = resourcesOf(templates.prod, 'AWS::IAM::Policy').filter(({ id }) => id.startsWith('Roles'));
  const keysOf = (role: RegExp): readonly string[] =>
    policies
      .filter(({ id }) => role.test(id))
      .flatMap(
        ({ Properties }) =>
          (Properties['PolicyDocument'] as { Statement: { Sid: string; Resource: unknown }[] }).Statement,
      )
      .filter(({ Sid }) => Sid === 'KeysOfSecrets')
      .flatMap(({ Resource }) => [...JSON.stringify(Resource).matchAll(/club-prod-(\w+)/g)])
      .map(([, store]) => String(store));
  expect([...keysOf(/^Rolesweb/)].sort()).toEqual(['profiles', 'visits']);
  expect(keysOf(/^Rolesreports/)).toEqual(['profiles']);
});

test('CloudWatch Logs may use the keys of stores that export logs, and no other', () => {
  const letIn = resourcesOf(templates.prod, 'AWS::KMS::Key')
    .filter(({ Properties }) => JSON.stringify(Properties['KeyPolicy']).includes('"logs.'))
    .map(({ stack }) => stack);
  expect(letIn).toEqual(['profiles', 'friends']);
});

test('clusters are the same as before', () => {
  expect(templateOf('prod', 'profiles').findResources('AWS::DocDB::DBCluster')).toMatchSnapshot();
  expect(templateOf('prod', 'visits').findResources('AWS::DocDBElastic::Cluster')).toMatchSnapshot();
  expect(templateOf('prod', 'friends').findResources('AWS::Neptune::DBCluster')).toMatchSnapshot();
});

test('DocumentDB and Neptune tell what happens to their clusters and servers, by categories that they have', () => {
  const subscriptions = ['AWS::DocDB::EventSubscription', 'AWS::Neptune::EventSubscription'].flatMap((type) =>
    resourcesOf(templates.prod, type).map(({ stack, Properties }) => ({ stack, type, ...Properties })),
  );
  const told = { SnsTopicArn: 'arn:aws:sns:eu-west-1:111122223333:club-prod-alarms' };
  expect(subscriptions).toEqual([
    {
      stack: 'profiles-alarms',
      type: 'AWS::DocDB::EventSubscription',
      SubscriptionName: 'club-prod-profiles-alarms',
      SourceType: 'db-cluster',
      SourceIds: ['club-prod-profiles'],
      EventCategories: ['deletion', 'failover'],
      ...told,
    },
    {
      stack: 'profiles-alarms',
      type: 'AWS::DocDB::EventSubscription',
      SubscriptionName: 'club-prod-profiles-alarms-servers',
      SourceType: 'db-instance',
      SourceIds: ['club-prod-profiles-1', 'club-prod-profiles-2'],
      EventCategories: ['deletion', 'failure', 'recovery'],
      ...told,
    },
    {
      stack: 'friends-alarms',
      type: 'AWS::Neptune::EventSubscription',
      SubscriptionName: 'club-prod-friends-alarms',
      SourceType: 'db-cluster',
      SourceIds: ['club-prod-friends'],
      EventCategories: ['failover'],
      Tags: expect.anything() as unknown,
      ...told,
    },
    {
      stack: 'friends-alarms',
      type: 'AWS::Neptune::EventSubscription',
      SubscriptionName: 'club-prod-friends-alarms-servers',
      SourceType: 'db-instance',
      SourceIds: ['club-prod-friends-1', 'club-prod-friends-2'],
      EventCategories: ['deletion', 'failure', 'recovery'],
      Tags: expect.anything() as unknown,
      ...told,
    },
  ]);
  for (const type of ['AWS::DocDB::EventSubscription', 'AWS::Neptune::EventSubscription'])
    expect(resourcesOf(templates.dev, type)).toEqual([]);
});
