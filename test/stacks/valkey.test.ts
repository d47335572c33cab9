import { Match } from 'aws-cdk-lib/assertions';
import { clusterMode, iam, parseTier, serverlessCache, valkey, type TierDefinition } from '../../lib/definition';
import { createTierApp, summarize } from '../../lib/stacks';
import { asTemplate, resourcesOf, templatesOf, type TemplateJson } from '../support/synthesized-tier';

const tierOf = (profile: 'disposable' | 'protected'): TierDefinition =>
  parseTier({
    name: 'fast',
    stages: { live: { profile, zones: ['eu-west-1a', 'eu-west-1b', 'eu-west-1c'] } },
    stores: {
      sessions: valkey(),
      feeds: valkey({ engine: 'redis', shape: clusterMode({ shards: 3 }), eviction: 'allkeys-lfu', slowCommandMs: 5 }),
      pages: valkey({ shape: serverlessCache({ dataGb: { min: 1, max: 10 }, ecpuPerSecond: { max: 5000 } }) }),
      tiered: valkey({ class: 'r6gd.xlarge', version: '9.0' }),
    },
    services: {
      web: { uses: { sessions: 'write', feeds: 'read', pages: 'write' } },
      jobs: { uses: { pages: 'read' } },
    },
  });

const templates = { disposable: templatesOf(tierOf('disposable')), protected: templatesOf(tierOf('protected')) };
type Profile = keyof typeof templates;
const stackOf = (profile: Profile, store: string) => asTemplate(templates[profile][store] as TemplateJson);

test.each([
  ['disposable', ['AwsSolutions-AEC4', 'AwsSolutions-AEC5', 'AwsSolutions-AEC6']],
  ['protected', ['AwsSolutions-AEC5', 'AwsSolutions-AEC6']],
] as const)(
  'a %s tier of caches has no finding of any policy, which would be heard, were it not accepted with a reason',
  (profile, accepted) => {
    const { findings, acknowledged } = summarize(createTierApp({ definition: tierOf(profile) }).synth());
    expect(findings).toEqual([]);
    const rules = acknowledged.map(({ rule }) => rule);
    expect(rules).toEqual(expect.arrayContaining([...accepted]));
  },
);

describe.each(['disposable', 'protected'] as const)('caches of a %s stage', (profile) => {
  const groups = resourcesOf(templates[profile], 'AWS::ElastiCache::ReplicationGroup');
  const caches = [...groups, ...resourcesOf(templates[profile], 'AWS::ElastiCache::ServerlessCache')];

  test('are encrypted with the store’s own key, at rest and under way, and let users of their group in', () => {
    expect(groups).toHaveLength(3);
    for (const { Properties } of groups) {
      expect(Properties).toMatchObject({ AtRestEncryptionEnabled: true, TransitEncryptionEnabled: true });
      expect(Properties).not.toHaveProperty('AuthToken');
      expect(Properties['UserGroupIds']).toHaveLength(1);
    }
    for (const { Properties, stack } of caches) {
      const { 'Fn::GetAtt': [key] = [] } = Properties['KmsKeyId'] as { 'Fn::GetAtt'?: string[] };
      expect(templates[profile][stack]?.Resources[key as string]?.Type).toBe('AWS::KMS::Key');
    }
  });

  test('have a user a service with its rights and no other, a password that only a secret knows', () => {
    const users = resourcesOf(templates[profile], 'AWS::ElastiCache::User').map(({ stack, Properties }) => ({
      where: `${stack} ${String(Properties['UserName'])}`,
      access: String(Properties['AccessString']),
      mode: Properties['AuthenticationMode'] as { readonly Type: string; readonly Passwords?: readonly unknown[] },
    }));
    expect(users.map(({ where }) => where).sort()).toEqual([
      'feeds default',
      'feeds polystore_smoke',
      'feeds web',
      'pages jobs',
      'pages polystore_smoke',
      'pages web',
      'sessions polystore_smoke',
      'sessions web',
      'tiered polystore_smoke',
    ]);
    for (const { where, access, mode } of users) {
      if (where === 'feeds default') {
        expect([access, mode]).toEqual(['off -@all', { Type: 'no-password-required' }]);
        continue;
      }
      expect(access).toMatch(/^on ~/);
      expect(access).toMatch(/-@dangerous/);
      expect(mode.Type).toBe('password');
      expect(JSON.stringify(mode.Passwords)).toMatch(/\{\{resolve:secretsmanager:.*:SecretString:password::\}\}/);
    }
    const accessOf = (where: string): string => users.find((user) => user.where === where)?.access ?? '';
    expect(accessOf('feeds web')).not.toMatch(/\+@all|\+@write/);
    expect(accessOf('sessions web')).toMatch(/\+@all/);
    expect(accessOf('sessions polystore_smoke')).toMatch(/^on ~polystore_smoke:\* /);
  });

  test('log slow commands and what the engine says, encrypted', () => {
    stackOf(profile, 'feeds').hasResourceProperties('AWS::ElastiCache::ParameterGroup', {
      CacheParameterGroupFamily: 'redis7',
      Properties: { 'maxmemory-policy': 'allkeys-lfu', 'slowlog-log-slower-than': '5000', 'cluster-enabled': 'yes' },
    });
    for (const { Properties } of groups) {
      expect(Properties['LogDeliveryConfigurations']).toMatchObject([
        { LogType: 'slow-log', DestinationType: 'cloudwatch-logs', LogFormat: 'json' },
        { LogType: 'engine-log', DestinationType: 'cloudwatch-logs', LogFormat: 'json' },
      ]);
    }
    for (const { Properties } of resourcesOf(
      { feeds: templates[profile]['feeds'] as TemplateJson },
      'AWS::Logs::LogGroup',
    ))
      expect(Properties).toHaveProperty('KmsKeyId');
  });

  test('take shards and replicas as they are written, and nodes with disks use them', () => {
    const [sessions, feeds] = ['sessions', 'feeds'].map((store) => groups.find(({ stack }) => stack === store));
    expect(sessions?.Properties).toMatchObject({ ClusterMode: 'disabled', Engine: 'valkey', EngineVersion: '8.1' });
    expect(feeds?.Properties).toMatchObject({
      ClusterMode: 'enabled',
      Engine: 'redis',
      NumNodeGroups: 3,
      AutomaticFailoverEnabled: true,
    });
    stackOf(profile, 'tiered').hasResourceProperties('AWS::ElastiCache::ReplicationGroup', {
      DataTieringEnabled: true,
    });
    stackOf(profile, 'sessions').hasResourceProperties('AWS::ElastiCache::ReplicationGroup', {
      DataTieringEnabled: Match.absent(),
    });
    stackOf(profile, 'pages').hasResourceProperties('AWS::ElastiCache::ServerlessCache', {
      Engine: 'valkey',
      MajorEngineVersion: '8',
      CacheUsageLimits: {
        DataStorage: { Minimum: 1, Maximum: 10, Unit: 'GB' },
        ECPUPerSecond: { Maximum: 5000 },
      },
    });
  });
});

test('a disposable stage pays for one small node, and deletes it; a protected one has a second zone, snapshots, and keeps everything', () => {
  const of = (profile: Profile) =>
    resourcesOf(templates[profile], 'AWS::ElastiCache::ReplicationGroup').find(({ stack }) => stack === 'sessions');
  expect(of('disposable')).toMatchObject({
    DeletionPolicy: 'Delete',
    Properties: {
      CacheNodeType: 'cache.t4g.micro',
      NumCacheClusters: 1,
      MultiAZEnabled: false,
      AutomaticFailoverEnabled: false,
      SnapshotRetentionLimit: 0,
    },
  });
  expect(of('protected')).toMatchObject({
    DeletionPolicy: 'RetainExceptOnCreate',
    UpdateReplacePolicy: 'Retain',
    Properties: {
      CacheNodeType: 'cache.r7g.large',
      NumCacheClusters: 2,
      MultiAZEnabled: true,
      AutomaticFailoverEnabled: true,
      SnapshotRetentionLimit: 7,
      SnapshotWindow: '02:00-03:00',
    },
  });
  stackOf('protected', 'pages').hasResourceProperties('AWS::ElastiCache::ServerlessCache', {
    SnapshotRetentionLimit: 7,
    DailySnapshotTime: '02:00',
    FinalSnapshotName: 'fast-live-pages-final',
  });
});

test('a client reaches both ports of a serverless cache, and one of nodes', () => {
  const rules = resourcesOf(templates.protected, 'AWS::EC2::SecurityGroupIngress').map(
    ({ Properties: { FromPort, ToPort, Description } }) =>
      `${String(Description)} ${String(FromPort)}-${String(ToPort)}`,
  );
  expect(rules.filter((rule) => rule.startsWith('from jobs')).sort()).toEqual([
    'from jobs 443-443',
    'from jobs 6379-6380',
  ]);
  expect(rules.filter((rule) => rule === 'from web 6379-6379')).toHaveLength(2);
});

describe('what ElastiCache tells', () => {
  const rules = resourcesOf(templates.protected, 'AWS::Events::Rule');
  const statementsFor = (policy: unknown): readonly object[] =>
    (policy as { readonly Statement: readonly { readonly Principal: object }[] }).Statement.filter(({ Principal }) =>
      JSON.stringify(Principal).includes('events.amazonaws.com'),
    );

  test('of a serverless cache comes by EventBridge, of no other cache of the account', () => {
    expect(rules.map(({ stack }) => stack)).toEqual(['pages-alarms']);
    const named = [{ wildcard: '*fast-live-pages*' }];
    expect(rules[0]?.Properties).toMatchObject({
      EventPattern: {
        source: ['aws.elasticache'],
        'detail-type': expect.arrayContaining(['Cache Limit Approaching', 'Snapshot Creation Failed']) as unknown,
        $or: [{ resources: named }, { detail: { SourceIdentifier: named } }, { detail: { SourceArn: named } }],
      },
      Targets: [{ Id: 'Topic', Arn: { 'Fn::Join': ['', expect.arrayContaining([':fast-live-alarms'])] } }],
    });
    expect(resourcesOf(templates.disposable, 'AWS::Events::Rule')).toEqual([]);
  });

  test('is let in by the topic and by its key, neither of which may ask for a condition: EventBridge meets none', () => {
    const [topic] = resourcesOf(templates.protected, 'AWS::SNS::TopicPolicy');
    const key = resourcesOf({ alarms: templates.protected['alarms'] as TemplateJson }, 'AWS::KMS::Key')[0];
    const letIn = [topic?.Properties['PolicyDocument'], key?.Properties['KeyPolicy']].map(statementsFor);
    expect(letIn).toEqual([
      [expect.objectContaining({ Effect: 'Allow', Action: 'sns:Publish' })],
      [expect.objectContaining({ Effect: 'Allow', Action: ['kms:Decrypt', 'kms:GenerateDataKey'] })],
    ]);
    for (const statement of letIn.flat()) expect(statement).not.toHaveProperty('Condition');
  });

  test('of nodes goes nowhere: their topic would have to be one without encryption', () => {
    for (const { Properties } of resourcesOf(templates.protected, 'AWS::ElastiCache::ReplicationGroup'))
      expect(Properties).not.toHaveProperty('NotificationTopicArn');
  });

  test('a tier without such a cache lets no rule in', () => {
    const nodes = templatesOf(
      parseTier({
        name: 'fast',
        stages: { live: { profile: 'protected', zones: ['eu-west-1a', 'eu-west-1b', 'eu-west-1c'] } },
        stores: { sessions: valkey() },
      }),
    );
    expect(resourcesOf(nodes, 'AWS::Events::Rule')).toEqual([]);
    expect(JSON.stringify(nodes['alarms'])).not.toContain('events.amazonaws.com');
  });
});

describe('passwords', () => {
  const schedulesOf = (profile: Profile) => resourcesOf(templates[profile], 'AWS::SecretsManager::RotationSchedule');

  test('of a protected stage are changed every 30 days, each by a schedule, and by a function that only Secrets Manager calls', () => {
    const schedules = schedulesOf('protected');
    expect(schedules).toHaveLength(9 - 1);
    expect(new Set(schedules.map(({ Properties }) => JSON.stringify(Properties['SecretId']))).size).toBe(8);
    const secretsIn = new Set(
      schedules.map(({ Properties }) => (Properties['SecretId'] as GetStackOutput)['Fn::GetStackOutput'].StackName),
    );
    expect([...secretsIn].sort()).toEqual(
      ['feeds', 'pages', 'sessions', 'tiered'].map((store) => `fast-live-${store}`),
    );
    for (const { stack, Properties } of schedules) {
      expect(stack).toBe('rotation');
      expect(Properties).toMatchObject({
        RotateImmediatelyOnUpdate: false,
        RotationRules: { AutomaticallyAfterDays: 30 },
        RotationLambdaARN: { 'Fn::GetStackOutput': { StackName: 'fast-live-operations' } },
      });
    }
    const [permission, ...others] = resourcesOf(templates.protected, 'AWS::Lambda::Permission');
    expect(others).toEqual([]);
    expect(permission?.Properties).toMatchObject({
      Action: 'lambda:InvokeFunction',
      Principal: 'secretsmanager.amazonaws.com',
      SourceAccount: { Ref: 'AWS::AccountId' },
    });
  });

  test('of a disposable stage are left alone, and nothing is paid for the way to ElastiCache', () => {
    expect(schedulesOf('disposable')).toEqual([]);
    expect(templates.disposable).not.toHaveProperty('rotation');
    expect(JSON.stringify(templates.disposable)).not.toMatch(/elasticache:ModifyUser|\.elasticache"/);
  });

  test('go to ElastiCache by an endpoint in one zone, by which snapshots can be asked about and nothing else', () => {
    const endpoints = resourcesOf(templates.protected, 'AWS::EC2::VPCEndpoint');
    const [endpoint] = endpoints.filter(({ Properties }) =>
      /elasticache/.test(JSON.stringify(Properties['ServiceName'])),
    );
    expect(endpoint?.Properties['SubnetIds']).toHaveLength(1);
    expect(endpoint?.Properties['PolicyDocument']).toMatchObject({
      Statement: [
        {
          Action: [
            ...['ReplicationGroups', 'ServerlessCacheSnapshots', 'ServerlessCaches', 'Snapshots', 'Users'].map(
              (what) => `elasticache:Describe${what}`,
            ),
            'elasticache:ModifyUser',
          ],
          Condition: { StringEquals: { 'aws:ResourceAccount': { Ref: 'AWS::AccountId' } } },
        },
      ],
    });
  });
});

interface GetStackOutput {
  readonly 'Fn::GetStackOutput': { readonly StackName: string };
}

describe('a service that logs in to caches by IAM', () => {
  const iamTier = parseTier({
    name: 'fast',
    stages: { live: { profile: 'protected', zones: ['eu-west-1a', 'eu-west-1b', 'eu-west-1c'] } },
    stores: {
      sessions: valkey(),
      pages: valkey({ shape: serverlessCache({ dataGb: { min: 1, max: 10 }, ecpuPerSecond: { max: 5000 } }) }),
    },
    services: {
      web: {
        uses: { sessions: 'write', pages: 'read' },
        principal: 'arn:aws:iam::111122223333:role/web',
        authentication: iam(),
      },
      jobs: { uses: { pages: 'read' } },
    },
  });
  const all = templatesOf(iamTier);

  test('is a user with the name of its id and no password, and has no secret and no schedule', () => {
    const users = resourcesOf(all, 'AWS::ElastiCache::User').filter(
      ({ Properties }) => (Properties['AuthenticationMode'] as { Type: string }).Type === 'iam',
    );
    expect(users.map(({ Properties }) => [Properties['UserId'], Properties['UserName']]).sort()).toEqual([
      ['fast-live-pages-web', 'fast-live-pages-web'],
      ['fast-live-sessions-web', 'fast-live-sessions-web'],
    ]);
    for (const { Properties } of users) expect(Properties['AuthenticationMode']).toEqual({ Type: 'iam' });
    expect(resourcesOf(all, 'AWS::SecretsManager::Secret')).toHaveLength(3);
    expect(resourcesOf(all, 'AWS::SecretsManager::RotationSchedule')).toHaveLength(3);
  });

  test('may connect as its own users to its own caches, as the proof may, and as nobody else; nobody changes it', () => {
    const statements = resourcesOf(all, 'AWS::IAM::Policy').flatMap(({ Properties }) =>
      (Properties['PolicyDocument'] as { Statement: { Action: unknown; Resource: unknown }[] }).Statement.map(
        (statement) => ({ ...statement, roles: JSON.stringify(Properties['Roles']) }),
      ),
    );
    const named = (action: string) =>
      statements
        .filter(({ Action }) => [Action].flat().includes(action))
        .map(({ Resource, roles }) => ({
          roles,
          resources: [...JSON.stringify(Resource).matchAll(/:((?:user|replicationgroup|serverlesscache):[a-z0-9-]+)"/g)]
            .map(([, name]) => name)
            .sort(),
        }));
    const connecting = named('elasticache:Connect');
    expect(connecting).toHaveLength(2);
    for (const { resources } of connecting)
      expect(resources).toEqual([
        'replicationgroup:fast-live-sessions',
        'serverlesscache:fast-live-pages',
        'user:fast-live-pages-web',
        'user:fast-live-sessions-web',
      ]);
    expect(connecting.map(({ roles }) => /web|Smokevalkey/.exec(roles)?.[0]).sort()).toEqual(['Smokevalkey', 'web']);
    expect(named('elasticache:ModifyUser').flatMap(({ resources }) => resources)).toEqual([
      'user:fast-live-pages-0',
      'user:fast-live-pages-jobs',
      'user:fast-live-sessions-0',
    ]);
  });

  test('is told what the cache is called, and who it is there', () => {
    const text = JSON.stringify(resourcesOf(all, 'AWS::SSM::Parameter').map(({ Properties }) => Properties['Value']));
    expect(text).toContain(String.raw`\"cache\":{\"name\":\"fast-live-pages\",\"serverless\":true}`);
    expect(text).toContain(String.raw`\"role\":\"fast-live-sessions-web\"`);
  });

  test('has no finding of any policy', () => {
    expect(summarize(createTierApp({ definition: iamTier }).synth()).findings).toEqual([]);
  });
});
