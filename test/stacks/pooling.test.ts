import { iam, parseTier, postgres, rdsProxy, shardedPostgres, type TierDefinition } from '../../lib/definition';
import config from '../../tier.config';
import { resourcesOf, templatesOf, type TemplateJson } from '../support/synthesized-tier';

/** The example with proxies before both stores, and with pooled reads of the shards. */
function pooledBlog(stage: 'dev' | 'prod', shards = 11): TierDefinition {
  const { dev, prod } = config.stages;
  return parseTier(
    {
      ...config,
      // A disposable shard has no reader, and so no pooled reads.
      stages: {
        dev,
        prod: { ...prod, stores: { ...prod?.stores, posts: { pooling: rdsProxy({ reads: 'pooled' }) } } },
      },
      stores: {
        main: postgres({ ...config.stores.main, pooling: rdsProxy({ idleClientTimeoutSeconds: 600 }) }),
        posts: { ...config.stores.posts, shards, pooling: rdsProxy() },
      },
    },
    { stage },
  );
}

const templates = templatesOf(pooledBlog('prod'));
const plain = templatesOf(
  parseTier(
    { ...config, stores: { ...config.stores, posts: { ...config.stores.posts, shards: 11 } } },
    { stage: 'prod' },
  ),
);
const of = (type: string) => resourcesOf(templates, type);
const POOLING = ['main-pooling', 'posts-pooling-s0', 'posts-pooling-s1'];

test('proxies have stacks of their own, ten shards each, after access', () => {
  expect(Object.keys(templates).filter((name) => !(name in plain))).toEqual(POOLING);
});

test('a proxy changes no stack with data, and none of anybody else', () => {
  for (const [name, template] of Object.entries(plain)) {
    if (/^(access|operations)$|alarms/.test(name)) continue;
    expect([name, JSON.stringify(templates[name])]).toEqual([name, JSON.stringify(template)]);
  }
});

test('requires TLS and passwords of database roles, and logs no statement', () => {
  const proxies = of('AWS::RDS::DBProxy');
  expect(proxies).toHaveLength(1 + 11);
  for (const { stack, Properties } of proxies) {
    expect(Properties).toMatchObject({
      EngineFamily: 'POSTGRESQL',
      RequireTLS: true,
      DebugLogging: false,
      IdleClientTimeout: stack === 'main-pooling' ? 600 : 1800,
    });
    const auth = Properties['Auth'] as Record<string, unknown>[];
    // `users` and `posts` use main, `posts` alone uses posts.
    expect(auth).toHaveLength(stack === 'main-pooling' ? 2 : 1);
    for (const entry of auth) {
      expect(entry).toMatchObject({
        AuthScheme: 'SECRETS',
        IAMAuth: 'DISABLED',
        ClientPasswordAuthType: 'POSTGRES_SCRAM_SHA_256',
        SecretArn: { 'Fn::GetStackOutput': { StackName: 'blog-prod-access' } },
      });
    }
  }
});

test('stands before primaries, named without a reference, and leaves connections for those who come directly', () => {
  const targets = of('AWS::RDS::DBProxyTargetGroup').map(({ Properties }) => Properties);
  expect(targets[0]).toMatchObject({
    TargetGroupName: 'default',
    DBInstanceIdentifiers: ['blog-prod-main-primary'],
    ConnectionPoolConfigurationInfo: {
      ConnectionBorrowTimeout: 120,
      MaxConnectionsPercent: 80,
      MaxIdleConnectionsPercent: 40,
    },
  });
  expect(targets.slice(1).map(({ DBClusterIdentifiers }) => DBClusterIdentifiers)).toEqual(
    Array.from({ length: 11 }, (_, index) => [`blog-prod-posts-s${index}`]),
  );
});

test('has read-only endpoints where they were asked for: before shards, never before replicas of an instance', () => {
  const endpoints = of('AWS::RDS::DBProxyEndpoint');
  expect(endpoints.map(({ stack }) => stack)).toEqual([
    ...new Array<string>(10).fill('posts-pooling-s0'),
    'posts-pooling-s1',
  ]);
  for (const { Properties } of endpoints) expect(Properties['TargetRole']).toBe('READ_ONLY');
  expect(resourcesOf(templatesOf(pooledBlog('dev')), 'AWS::RDS::DBProxyEndpoint')).toEqual([]);
});

test('may read the secrets of those who log in through it and nothing else, as RDS of its own account', () => {
  for (const stack of POOLING) {
    const [role] = of('AWS::IAM::Role').filter((each) => each.stack === stack);
    expect(role?.Properties['AssumeRolePolicyDocument']).toMatchObject({
      Statement: [
        {
          Principal: { Service: 'rds.amazonaws.com' },
          Condition: { StringEquals: { 'aws:SourceAccount': '111122223333' } },
        },
      ],
    });
    const [{ PolicyDocument }] = role?.Properties['Policies'] as [{ PolicyDocument: { Statement: unknown[] } }];
    const [proxy] = of('AWS::RDS::DBProxy').filter((each) => each.stack === stack);
    const secrets = (proxy?.Properties['Auth'] as { SecretArn: unknown }[]).map(({ SecretArn }) => SecretArn);
    expect(PolicyDocument.Statement).toEqual([
      {
        Effect: 'Allow',
        Action: 'secretsmanager:GetSecretValue',
        Resource: secrets.length === 1 ? secrets[0] : (expect.arrayContaining(secrets) as unknown),
      },
      {
        Effect: 'Allow',
        Action: 'kms:Decrypt',
        Resource: expect.anything() as unknown,
        Condition: { StringEquals: { 'kms:ViaService': 'secretsmanager.eu-west-1.amazonaws.com' } },
      },
    ]);
  }
});

test('keeps its log for a stated time, under the store’s key, from before the proxy is there', () => {
  for (const stack of POOLING) {
    const groups = of('AWS::Logs::LogGroup').filter((each) => each.stack === stack);
    for (const proxy of of('AWS::RDS::DBProxy').filter((each) => each.stack === stack)) {
      const log = groups.find(({ id }) => proxy.DependsOn?.includes(id));
      expect(log?.Properties).toMatchObject({
        LogGroupName: `/aws/rds/proxy/${String(proxy.Properties['DBProxyName'])}`,
        RetentionInDays: 90,
        KmsKeyId: expect.anything() as unknown,
      });
    }
  }
});

test('lets in the services that use the store, and reaches its servers: each rule on both sides', () => {
  const rules = (type: string) =>
    of(type)
      .filter(({ stack }) => stack === 'main-pooling')
      .map(({ id }) => id.replace(/[0-9A-F]{8}$/, ''))
      .sort();
  expect(rules('AWS::EC2::SecurityGroupEgress')).toEqual(['ProxiesOutofposts', 'ProxiesOutofusers', 'ProxiesTomain']);
  expect(rules('AWS::EC2::SecurityGroupIngress')).toEqual(['ProxiesFromposts', 'ProxiesFromusers', 'ProxiesIntomain']);
});

test('goes without a trace in a disposable stage', () => {
  const disposable = templatesOf(pooledBlog('dev'));
  for (const { stack, DeletionPolicy } of resourcesOf(disposable, 'AWS::Logs::LogGroup')) {
    if (stack.includes('pooling')) expect(DeletionPolicy).toBe('Delete');
  }
});

test('publishes pooled ways beside the direct ones', () => {
  const parts = of('AWS::SSM::Parameter').filter(({ stack }) => POOLING.includes(stack));
  expect(parts.map(({ Properties }) => Properties['Name'])).toEqual([
    '/blog/prod/pools/main/primary',
    '/blog/prod/pools/posts/s0',
    '/blog/prod/pools/posts/s1',
  ]);
  // Ten endpoints and ten readers of hosts as long as they get fit what a parameter holds.
  const text = JSON.stringify(parts[1]?.Properties['Value']);
  expect(text.length).toBeLessThan(4096);
});

describe('services that log in by IAM', () => {
  const pooling = rdsProxy();
  const principal = 'arn:aws:iam::111122223333:role/jobs';
  const byToken = templatesOf(
    parseTier({
      name: 'blog',
      stages: {
        prod: {
          profile: 'protected',
          zones: ['eu-west-1a', 'eu-west-1b', 'eu-west-1c'],
          env: { account: '111122223333', region: 'eu-west-1' },
        },
      },
      stores: {
        main: postgres({ pooling }),
        posts: shardedPostgres({ shardKey: 'id', shards: 11, pooling }),
      },
      services: {
        jobs: { uses: { main: 'write', posts: 'write' }, principal, authentication: iam() },
        web: { uses: { main: 'read' } },
      },
    }),
  );
  const inStack = (stack: string, type: string) =>
    resourcesOf({ [stack]: byToken[stack] as TemplateJson }, type).map(({ Properties }) => Properties);

  test('give a proxy tokens, which gives the server tokens of its own; beside them it takes the passwords that others have', () => {
    expect(inStack('main-pooling', 'AWS::RDS::DBProxy')).toMatchObject([
      { DefaultAuthScheme: 'IAM_AUTH', RequireTLS: true, Auth: [{ AuthScheme: 'SECRETS', IAMAuth: 'DISABLED' }] },
    ]);
    const alone = inStack('posts-pooling-s0', 'AWS::RDS::DBProxy');
    expect(alone).toHaveLength(10);
    for (const proxy of alone) {
      expect(proxy).toMatchObject({ DefaultAuthScheme: 'IAM_AUTH', RequireTLS: true });
      expect(proxy).not.toHaveProperty('Auth');
    }
  });

  test('make a proxy’s role nobody else on its own servers', () => {
    const [role] = inStack('posts-pooling-s1', 'AWS::IAM::Role');
    const [{ PolicyName, PolicyDocument }, ...more] = role?.['Policies'] as [
      { PolicyName: string; PolicyDocument: { Statement: { Action: string; Resource: unknown }[] } },
    ];
    expect([PolicyName, more]).toEqual(['Logins', []]);
    expect(PolicyDocument.Statement).toEqual([
      { Effect: 'Allow', Action: 'rds-db:connect', Resource: expect.anything() as unknown },
    ]);
    const text = JSON.stringify(PolicyDocument.Statement[0]?.Resource);
    expect(text).toMatch(/GetAttShardss10Cluster\w+DBClusterResourceId/);
    expect(text).toMatch(/:rds-db:eu-west-1:111122223333:dbuser:.*\/jobs"/);
    expect(text).not.toMatch(/s0|\*/);
  });

  test('leave the proxies of others as they were', () => {
    for (const { Properties } of of('AWS::RDS::DBProxy')) expect(Properties).not.toHaveProperty('DefaultAuthScheme');
  });
});
