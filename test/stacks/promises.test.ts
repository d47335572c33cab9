import { Match } from 'aws-cdk-lib/assertions';
import type { PostgresDefinition } from '../../lib/definition';
import { blogTier, type BlogStage } from '../support/blog-tier';
import { asTemplate, resourcesOf, templatesOf, type TemplateJson } from '../support/synthesized-tier';
import { defectsOf, SURVIVORS } from './defects';
import { breachesOf, TEMPLATE_PROMISES } from './promises';

const templates: Record<BlogStage, Record<string, TemplateJson>> = {
  dev: templatesOf(blogTier('dev')),
  prod: templatesOf(blogTier('prod')),
};

/** Where nobody is woken there are none. */
const ALARMS = ['alarms', 'main-alarms', 'posts-alarms', 'posts-alarms-s0'];

describe.each(['dev', 'prod'] as const)('the example tier in %s', (stage) => {
  const all = templates[stage];

  test.each(TEMPLATE_PROMISES)('$promise', ({ breaches }) => {
    expect(breaches(all, stage)).toEqual([]);
  });

  test('a defect in what protects data is noticed by one of these, or known with a reason', () => {
    const defects = [...defectsOf(all)];
    const survivors = defects.filter((defect) => breachesOf(defect.templates, stage).length === 0);
    const properties = survivors.map(({ name }) => name.replace(/ (deleted|inverted)$/, ''));
    expect(new Set(defects.map(({ name }) => name)).size).toBeGreaterThan(80);
    // One that is noticed by now leaves the list.
    expect([...new Set(properties)].sort()).toEqual(Object.keys(SURVIVORS).sort());
  });

  const of = (type: string) => resourcesOf(all, type);
  const only = (name: string) => asTemplate(all[name] as TemplateJson);

  test('has a network, a stack a store, ten shards a stack, access, and operations', () => {
    expect(Object.keys(all).sort()).toEqual(
      [
        'access',
        'main',
        'network',
        'operations',
        'posts',
        'posts-shards-s0',
        ...(stage === 'prod' ? ALARMS : []),
      ].sort(),
    );
  });

  test('encrypts each store with a key of its own that rotates', () => {
    for (const store of ['main', 'posts']) only(store).resourceCountIs('AWS::KMS::Key', 1);
    for (const key of of('AWS::KMS::Key')) expect(key.Properties['EnableKeyRotation']).toBe(true);
    const keyOf = (store: string) => Object.keys(only(store).findResources('AWS::KMS::Key'))[0];
    only('main').hasResourceProperties('AWS::RDS::DBInstance', {
      Engine: 'postgres',
      StorageEncrypted: true,
      KmsKeyId: { 'Fn::GetAtt': [keyOf('main'), 'Arn'] },
    });
    const exported = Object.values(all['posts']?.Outputs ?? {}).find(
      ({ Value, Export }) =>
        Export && JSON.stringify(Value) === JSON.stringify({ 'Fn::GetAtt': [keyOf('posts'), 'Arn'] }),
    );
    only('posts-shards-s0').allResourcesProperties('AWS::RDS::DBCluster', {
      StorageEncrypted: true,
      KmsKeyId: { 'Fn::ImportValue': exported?.Export?.Name },
    });
    only('posts').hasResourceProperties('AWS::DynamoDB::Table', {
      SSESpecification: { KMSMasterKeyId: { 'Fn::GetAtt': [keyOf('posts'), 'Arn'] } },
    });
  });

  test('encrypts every secret, those of services too', () => {
    for (const secret of of('AWS::SecretsManager::Secret')) expect(secret.Properties['KmsKeyId']).toBeDefined();
  });

  test('shares one max_connections between a primary and its replicas', () => {
    const groups = of('AWS::RDS::DBInstance')
      .filter(({ stack }) => stack === 'main')
      .map(({ Properties }) => JSON.stringify(Properties['DBParameterGroupName']));
    expect(groups).toHaveLength(3);
    expect(new Set(groups).size).toBe(1);
    only('main').hasResourceProperties('AWS::RDS::DBParameterGroup', {
      Parameters: Match.objectLike({
        max_connections: String((blogTier(stage).stores['main'] as PostgresDefinition).maxConnections),
      }),
    });
  });

  test('gives no subnet a way to the internet', () => {
    for (const type of ['InternetGateway', 'NatGateway', 'Route', 'VPCGatewayAttachment', 'EIP']) {
      expect(of(`AWS::EC2::${type}`)).toEqual([]);
    }
  });

  test('keeps every log for a stated time, those of functions too', () => {
    for (const { Properties, DeletionPolicy } of of('AWS::Logs::LogGroup')) {
      expect(Properties['RetentionInDays']).toBe(stage === 'prod' ? 90 : 7);
      expect(DeletionPolicy).toBe(stage === 'prod' ? 'RetainExceptOnCreate' : 'Delete');
    }
    expect(of('AWS::Logs::LogGroup')).toHaveLength(1 + 4 + 4 + 3 + 2);
  });

  test('generates every password, and shows none', () => {
    const secrets = of('AWS::SecretsManager::Secret');
    expect(secrets).toHaveLength(1 + 4 + 2 + 3);
    for (const { Properties } of secrets) {
      expect(Properties['SecretString']).toBeUndefined();
      expect(Properties['GenerateSecretString']).toMatchObject({ GenerateStringKey: 'password' });
    }
    for (const server of [...of('AWS::RDS::DBInstance'), ...of('AWS::RDS::DBCluster')]) {
      const password = JSON.stringify(server.Properties['MasterUserPassword'] ?? '{{resolve:secretsmanager:');
      expect(password).toContain('{{resolve:secretsmanager:');
    }
  });

  test('tags everything that can be tagged with tier and stage, and with the store and service that it belongs to', () => {
    const tagsOf = (tags: unknown): Record<string, string> =>
      Array.isArray(tags)
        ? Object.fromEntries((tags as { Key: string; Value: string }[]).map(({ Key, Value }) => [Key, Value]))
        : (tags as Record<string, string>);
    // Types that CloudFormation can't tag, besides rules of security groups.
    const untaggable =
      /Attachment$|::Alias$|Association$|SecurityGroup(In|E)gress$|Policy$|Schedule$|::EventInvokeConfig$|^Custom::/;
    for (const [stack, { Resources }] of Object.entries(all)) {
      for (const [id, { Type, Properties }] of Object.entries(Resources)) {
        if (untaggable.test(Type)) continue;
        const store = ['main', 'posts'].find((name) => stack === name || stack.startsWith(`${name}-`));
        expect([id, tagsOf(Properties['Tags'])]).toEqual([
          id,
          expect.objectContaining({ tier: 'blog', stage, ...(store && { store }) }),
        ]);
      }
    }
    const services = resourcesOf(all, 'AWS::SecretsManager::Secret').map(({ Properties }) =>
      tagsOf(Properties['Tags']),
    );
    expect(
      services
        .filter(({ service }) => service === 'posts')
        .map(({ store }) => store)
        .sort(),
    ).toEqual(['main', 'posts']);
  });

  test('names no account and no region that its definition doesn’t', () => {
    // Hashes of the kit's code are digits and letters.
    const text = JSON.stringify(all).replaceAll(/[0-9a-f]{64}/g, '');
    expect(/\d{12}/.test(text)).toBe(stage === 'prod');
    expect(text.includes('eu-west-1')).toBe(stage === 'prod');
  });
});

describe('a protected stage', () => {
  const of = (type: string) => resourcesOf(templates.prod, type);

  test('spans three named zones, with a standby of the primary and a second server in every shard', () => {
    expect(of('AWS::EC2::Subnet').map(({ Properties }) => Properties['AvailabilityZone'])).toEqual([
      'eu-west-1a',
      'eu-west-1b',
      'eu-west-1c',
    ]);
    const primary = of('AWS::RDS::DBInstance').find(({ Properties }) => Properties['DBName']);
    expect(primary?.Properties['MultiAZ']).toBe(true);
    expect(of('AWS::RDS::DBInstance').filter(({ stack }) => stack === 'posts-shards-s0')).toHaveLength(8);
  });

  test('takes the class that its stage says', () => {
    const classes = of('AWS::RDS::DBInstance')
      .filter(({ stack }) => stack === 'main')
      .map(({ Properties }) => Properties['DBInstanceClass']);
    expect(classes).toEqual(['db.r8g.xlarge', 'db.r8g.xlarge', 'db.r8g.xlarge']);
  });
});

test('a disposable stage leaves nothing behind, in no stack', () => {
  const kept = Object.entries(templates.dev).flatMap(([stack, { Resources }]) =>
    Object.entries(Resources)
      .filter(([, { DeletionPolicy, UpdateReplacePolicy }]) =>
        /Retain|Snapshot/.test(`${DeletionPolicy}${UpdateReplacePolicy}`),
      )
      .map(([id]) => `${stack}/${id}`),
  );
  expect(kept).toEqual([]);
  const servers = resourcesOf(templates.dev, 'AWS::RDS::DBInstance');
  expect(servers).toHaveLength(3 + 4);
  for (const { Properties } of servers) {
    expect([Properties['DeletionProtection'] ?? false, Properties['MultiAZ'] ?? false]).toEqual([false, false]);
  }
});
