import { Match } from 'aws-cdk-lib/assertions';
import { blogTier, type BlogStage } from '../support/blog-tier';
import { asTemplate, resourcesOf, templatesOf, type TemplateJson } from '../support/synthesized-tier';

/** Types that hold data, or that data can't be reached without. */
const STATEFUL = [
  'AWS::RDS::DBInstance',
  'AWS::RDS::DBCluster',
  'AWS::DynamoDB::Table',
  'AWS::KMS::Key',
  'AWS::Logs::LogGroup',
];

const templates: Record<BlogStage, Record<string, TemplateJson>> = {
  dev: templatesOf(blogTier('dev')),
  prod: templatesOf(blogTier('prod')),
};

/** Where nobody is woken there are none. */
const ALARMS = ['alarms', 'main-alarms', 'posts-alarms-s0'];

describe.each(['dev', 'prod'] as const)('the example tier in %s', (stage) => {
  const all = templates[stage];
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

  test('encrypts every secret and exported log with a store’s key', () => {
    for (const secret of of('AWS::SecretsManager::Secret')) expect(secret.Properties['KmsKeyId']).toBeDefined();
    for (const group of of('AWS::Logs::LogGroup').filter(
      ({ stack }) => !['access', 'network', 'operations'].includes(stack),
    )) {
      expect(group.Properties['KmsKeyId']).toBeDefined();
    }
  });

  test('refuses plaintext connections to every server', () => {
    const forced = [...of('AWS::RDS::DBParameterGroup'), ...of('AWS::RDS::DBClusterParameterGroup')]
      .filter(({ Properties }) => (Properties['Parameters'] as Record<string, string>)['rds.force_ssl'] === '1')
      .map(({ stack, Type }) => `${stack} ${Type}`);
    expect(forced).toEqual(['main AWS::RDS::DBParameterGroup', 'posts AWS::RDS::DBClusterParameterGroup']);
  });

  test('turns logical replication on for shards that never pause, and shares one max_connections between a primary and its replicas', () => {
    only('posts').hasResourceProperties('AWS::RDS::DBClusterParameterGroup', {
      Parameters: Match.objectLike({ 'rds.logical_replication': stage === 'prod' ? '1' : '0' }),
    });
    const groups = of('AWS::RDS::DBInstance')
      .filter(({ stack }) => stack === 'main')
      .map(({ Properties }) => JSON.stringify(Properties['DBParameterGroupName']));
    expect(groups).toHaveLength(3);
    expect(new Set(groups).size).toBe(1);
    only('main').hasResourceProperties('AWS::RDS::DBParameterGroup', {
      Parameters: Match.objectLike({ max_connections: String(blogTier(stage).stores['main']?.maxConnections) }),
    });
  });

  test('gives no server a public address and no subnet a way to the internet', () => {
    for (const server of of('AWS::RDS::DBInstance')) expect(server.Properties['PubliclyAccessible']).toBe(false);
    for (const type of ['InternetGateway', 'NatGateway', 'Route', 'VPCGatewayAttachment', 'EIP']) {
      expect(of(`AWS::EC2::${type}`)).toEqual([]);
    }
  });

  test('keeps every log for a stated time', () => {
    for (const group of of('AWS::Logs::LogGroup')) {
      expect(group.Properties['RetentionInDays']).toBe(stage === 'prod' ? 90 : 7);
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

  test('backs every database up continuously', () => {
    const days = stage === 'prod' ? 35 : 1;
    for (const cluster of of('AWS::RDS::DBCluster')) expect(cluster.Properties['BackupRetentionPeriod']).toBe(days);
    const primaries = of('AWS::RDS::DBInstance').filter(({ Properties }) => Properties['DBName']);
    expect(primaries.map(({ Properties }) => Properties['BackupRetentionPeriod'])).toEqual([days]);
    for (const table of of('AWS::DynamoDB::Table')) {
      expect(table.Properties['PointInTimeRecoverySpecification']).toEqual({ PointInTimeRecoveryEnabled: true });
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

  test('keeps data, and what it stands on, whatever becomes of its stack', () => {
    const kept = [
      ...STATEFUL,
      'AWS::RDS::DBSubnetGroup',
      'AWS::RDS::DBParameterGroup',
      'AWS::RDS::DBClusterParameterGroup',
    ];
    for (const type of kept) {
      expect(of(type).length).toBeGreaterThan(0);
      for (const { DeletionPolicy, UpdateReplacePolicy } of of(type).filter(({ stack }) => stack !== 'alarms')) {
        expect([type, DeletionPolicy, UpdateReplacePolicy]).toEqual([type, 'RetainExceptOnCreate', 'Retain']);
      }
    }
  });

  test('refuses the deletion of every database and table', () => {
    const databases = [
      ...of('AWS::RDS::DBInstance').filter(({ stack }) => stack === 'main'),
      ...of('AWS::RDS::DBCluster'),
    ];
    expect(databases).toHaveLength(3 + 4);
    for (const { Properties } of databases) expect(Properties['DeletionProtection']).toBe(true);
    for (const { Properties } of of('AWS::DynamoDB::Table')) expect(Properties['DeletionProtectionEnabled']).toBe(true);
  });

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

describe('a disposable stage', () => {
  test('leaves nothing behind', () => {
    for (const type of [...STATEFUL, 'AWS::SecretsManager::Secret']) {
      for (const { DeletionPolicy } of resourcesOf(templates.dev, type))
        expect([type, DeletionPolicy]).toEqual([type, 'Delete']);
    }
    for (const { Properties } of resourcesOf(templates.dev, 'AWS::KMS::Key'))
      expect(Properties['PendingWindowInDays']).toBe(7);
    for (const type of ['AWS::RDS::DBInstance', 'AWS::RDS::DBCluster']) {
      for (const { Properties } of resourcesOf(templates.dev, type)) {
        expect(Properties['DeletionProtection'] ?? false).toBe(false);
      }
    }
  });

  test('pays for no standby', () => {
    const servers = resourcesOf(templates.dev, 'AWS::RDS::DBInstance');
    expect(servers).toHaveLength(3 + 4);
    for (const { Properties } of servers) expect(Properties['MultiAZ'] ?? false).toBe(false);
  });
});
