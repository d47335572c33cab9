import { createTierApp, summarize } from '../../lib/stacks';
import { estateTier, ESTATE } from '../support/estate-tier';
import { resourcesOf, templatesOf, type TemplateJson } from '../support/synthesized-tier';

const templates = templatesOf(estateTier());
const of = (type: string) => resourcesOf(templates, type);
const STORES = ['main', 'posts', 'posts-shards-s0', 'legacy'];

describe('a tier on a network that is there already', () => {
  test('has no network of its own, and no stack for one', () => {
    expect(Object.keys(templates).sort()).toEqual(expect.arrayContaining(['access', ...STORES]));
    expect(Object.keys(templates)).not.toContain('network');
    for (const type of ['VPC', 'Subnet', 'RouteTable', 'FlowLog', 'VPCEndpoint']) {
      expect(of(`AWS::EC2::${type}`)).toEqual([]);
    }
  });

  test('puts databases into the subnets that it is told, and every security group into the VPC', () => {
    const groups = of('AWS::RDS::DBSubnetGroup');
    expect(groups).toHaveLength(2);
    for (const { Properties } of groups) expect(Properties['SubnetIds']).toEqual(ESTATE.subnetIds);
    const securityGroups = of('AWS::EC2::SecurityGroup');
    expect(securityGroups.length).toBeGreaterThan(3);
    for (const { Properties } of securityGroups) expect(Properties['VpcId']).toBe(ESTATE.vpcId);
  });

  test('has the names that its stacks had on a network of their own', () => {
    for (const stack of ['main', 'posts', 'posts-shards-s0']) {
      expect(Object.keys(templates[stack]?.Resources ?? {}).length).toBeGreaterThan(4);
    }
    expect(templates['main']?.Resources).toHaveProperty('PostgresPrimaryE59F2C4B');
  });
});

describe('keys that are there already', () => {
  test('are used instead of keys of the kit, a store’s before the stage’s', () => {
    for (const type of ['AWS::KMS::Key', 'AWS::KMS::Alias']) {
      // The topic of alarms holds no data, and has a key whose policy only CloudWatch needs.
      expect(of(type).filter(({ stack }) => stack !== 'alarms')).toEqual([]);
    }
    const secrets = of('AWS::SecretsManager::Secret');
    const keysOf = (stack: string) => [
      ...new Set(secrets.filter((secret) => secret.stack === stack).map(({ Properties }) => Properties['KmsKeyId'])),
    ];
    expect(keysOf('main')).toEqual([ESTATE.mainKey]);
    expect(keysOf('posts-shards-s0')).toEqual([ESTATE.stageKey]);
    expect(keysOf('access').sort()).toEqual([ESTATE.stageKey, ESTATE.mainKey]);
    for (const { Properties } of of('AWS::RDS::DBCluster')) expect(Properties['KmsKeyId']).toBe(ESTATE.stageKey);
    const [table] = of('AWS::DynamoDB::Table');
    expect(table?.Properties['SSESpecification']).toMatchObject({ KMSMasterKeyId: ESTATE.stageKey });
  });

  test('leave every logical id but the keys’ own as it was', () => {
    const own = templatesOf(estateTier({ withoutKeys: true }));
    for (const stack of STORES) {
      const without = ids(own[stack]).filter((id) => !id.startsWith('Key'));
      expect(ids(templates[stack])).toEqual(without);
      expect(ids(own[stack]).length - without.length).toBe(stack.includes('shards') ? 0 : 2);
    }
  });
});

describe('the account’s own rules', () => {
  test('bound every role', () => {
    const roles = of('AWS::IAM::Role');
    expect(roles.length).toBeGreaterThan(0);
    for (const { Properties } of roles) expect(Properties['PermissionsBoundary']).toBe(ESTATE.boundary);
  });

  test('prefix stacks and servers, and leave parameters where their readers look', () => {
    expect(of('AWS::RDS::DBInstance').map(({ Properties }) => Properties['DBInstanceIdentifier'])).toContain(
      'acme-shop-prod-main-primary',
    );
    for (const { Properties } of of('AWS::RDS::DBCluster')) {
      expect(Properties['DBClusterIdentifier']).toMatch(/^acme-shop-prod-posts-s\d$/);
    }
    for (const { Properties } of of('AWS::SSM::Parameter')) expect(Properties['Name']).toMatch(/^\/shop\/prod\//);
  });

  test('tag everything that can be tagged', () => {
    const tagged = Object.values(templates).flatMap(({ Resources }) =>
      Object.values(Resources).flatMap(({ Properties }) => (Properties?.['Tags'] ? [Properties['Tags']] : [])),
    );
    expect(tagged.length).toBeGreaterThan(20);
    for (const tags of tagged) expect(JSON.stringify(tags)).toMatch(/"cost-center"(,"Value")?:"42"/);
  });
});

describe('a store from a snapshot', () => {
  const primary = templates['main']?.Resources['PostgresPrimaryE59F2C4B'];
  const cluster = templates['posts-shards-s0']?.Resources['Shardss0Cluster9C82D1E9'];

  test('starts from it, without what RDS takes from the snapshot itself', () => {
    expect(primary?.Properties).toMatchObject({ DBSnapshotIdentifier: ESTATE.snapshot, DeletionProtection: true });
    for (const property of ['DBName', 'MasterUsername', 'KmsKeyId', 'StorageEncrypted']) {
      expect(primary?.Properties).not.toHaveProperty(property);
    }
    expect(cluster?.Properties).toMatchObject({ SnapshotIdentifier: ESTATE.clusterSnapshot, DeletionProtection: true });
    for (const property of ['DatabaseName', 'MasterUsername']) expect(cluster?.Properties).not.toHaveProperty(property);
  });

  test('gives its owner a password that the kit generates, under the name that the snapshot has', () => {
    const ownerOf = (stack: string, id: string) =>
      JSON.stringify(templates[stack]?.Resources[id]?.Properties['GenerateSecretString']);
    expect(ownerOf('main', 'PostgresOwner43CEDDB0')).toContain('\\"username\\":\\"postgres\\"');
    expect(ownerOf('posts-shards-s0', 'Shardss0Owner6B115792')).toContain('polystore_owner');
    expect(JSON.stringify(primary?.Properties['MasterUserPassword'])).toContain('PostgresOwner43CEDDB0');
    expect(JSON.stringify(cluster?.Properties['MasterUserPassword'])).toContain('Shardss0Owner6B115792');
  });

  test('lets provisioning read the secret of an owner of any name', () => {
    const policies = JSON.stringify([...of('AWS::IAM::Policy'), ...of('AWS::IAM::Role')]);
    expect(policies).toContain('"postgres","polystore_owner"');
  });

  test('has the logical ids of one that starts empty', () => {
    const empty = templatesOf(estateTier({ withoutSnapshots: true }));
    for (const stack of STORES) expect(ids(templates[stack])).toEqual(ids(empty[stack]));
  });
});

describe('a store that is imported', () => {
  test('has no server, parameter group, secret of an owner or log group', () => {
    expect(Object.values(templates['legacy']?.Resources ?? {}).map(({ Type }) => Type)).toEqual([
      'AWS::SSM::Parameter',
    ]);
  });

  test('is published where its clients look', () => {
    const [parameter] = Object.values(templates['legacy']?.Resources ?? {});
    expect(JSON.parse(parameter?.Properties['Value'] as string)).toMatchObject({
      part: 'store',
      store: 'legacy',
      topology: {
        kind: 'postgres',
        engine: 'postgres',
        database: 'legacy',
        primary: { name: 'primary', endpoint: { host: 'legacy.c1a2.eu-west-1.rds.amazonaws.com', port: 5433 } },
        replicas: [{ name: 'r1', endpoint: { host: 'legacy-r1.c1a2.eu-west-1.rds.amazonaws.com', port: 5433 } }],
        owner: ESTATE.secret,
      },
    });
  });

  test('lets in who the table of services says, by rules of the access stack', () => {
    const rules = of('AWS::EC2::SecurityGroupIngress').filter(
      ({ Properties }) => Properties['GroupId'] === ESTATE.securityGroupId,
    );
    expect(rules.map(({ stack, Properties }) => [stack, Properties['FromPort'], Properties['ToPort']])).toEqual([
      ['access', 5433, 5433],
      ['access', 5433, 5433],
    ]);
  });

  test('lets provisioning, and nobody else, read its owner’s secret', () => {
    const readers = Object.entries(templates).flatMap(([stack, { Resources }]) =>
      Object.entries(Resources)
        .filter(
          ([, { Type, Properties }]) =>
            Type.startsWith('AWS::IAM') && JSON.stringify(Properties).includes(ESTATE.secret),
        )
        .map(([id]) => [stack, id.replace(/[0-9A-F]{8}$/, '')]),
    );
    expect(readers).toEqual([['operations', expect.stringMatching(/^Provision(?!ing)/)]]);
  });
});

function ids(template: TemplateJson | undefined): readonly string[] {
  return Object.keys(template?.Resources ?? {}).sort();
}

describe('ways to AWS that the kit makes in a VPC that is there already', () => {
  const made = templatesOf(estateTier({ createEndpoints: true }));
  const endpoints = resourcesOf(made, 'AWS::EC2::VPCEndpoint').map(({ Properties }) => Properties);

  test('are in a stack of their own, and every other stack with data stays as it was', () => {
    expect(Object.keys(made).filter((stack) => templates[stack] === undefined)).toEqual(['endpoints']);
    for (const stack of STORES) expect(JSON.stringify(made[stack])).toBe(JSON.stringify(templates[stack]));
  });

  test('stand in the data subnets, under their private names, and lead to this account only', () => {
    const byService = Object.fromEntries(
      endpoints.map((properties) => [
        /\.([a-z]+)"?\]?\]?\}?$/.exec(JSON.stringify(properties['ServiceName']))?.[1],
        properties,
      ]),
    );
    expect(Object.keys(byService).sort()).toEqual(['dynamodb', 'rds', 'secretsmanager', 'ssm']);
    for (const name of ['ssm', 'secretsmanager']) {
      expect(byService[name]).toMatchObject({
        VpcEndpointType: 'Interface',
        PrivateDnsEnabled: true,
        SubnetIds: ESTATE.subnetIds,
        VpcId: ESTATE.vpcId,
      });
    }
    expect(byService['dynamodb']).toMatchObject({
      VpcEndpointType: 'Gateway',
      RouteTableIds: ESTATE.routeTableIds,
      VpcId: ESTATE.vpcId,
    });
    for (const properties of endpoints) {
      const { Statement } = properties['PolicyDocument'] as { Statement: readonly { readonly Condition: object }[] };
      expect(Statement.map(({ Condition }) => JSON.stringify(Condition))).toEqual([
        '{"StringEquals":{"aws:ResourceAccount":"111122223333"}}',
      ]);
    }
  });

  test('are what clients may reach of AWS, and no address beyond', () => {
    const egress = resourcesOf(made, 'AWS::EC2::SecurityGroupEgress');
    expect(egress.filter(({ Properties }) => Properties['CidrIp'] !== undefined)).toEqual([]);
    const toAws = egress
      .filter(({ Properties }) => Properties['FromPort'] === 443)
      .map(({ Properties }) => Properties['Description']);
    expect([...new Set(toAws)].sort()).toEqual(['to AWS', 'to DynamoDB']);
  });
});

describe('alarms of servers that are imported', () => {
  /** Beside those whose thresholds are the same for every server. */
  const FOLLOWING = /-(CPUUtilization|DBLoad|FreeableMemory|FreeLocalStorage|DatabaseConnections|(Aurora)?ReplicaLag)$/;
  const alarmsOf = (legacy: NonNullable<Parameters<typeof estateTier>[0]>['legacy']) =>
    Object.values(templatesOf(estateTier({ ...(legacy && { legacy }) }))['legacy-alarms']?.Resources ?? {})
      .filter(({ Properties }) => FOLLOWING.test(String(Properties['AlarmName'])))
      .map(({ Properties }) => [Properties['AlarmName'], Properties['Threshold']]);

  test('watch what is known of them, by the identifier that the definition gives', () => {
    const primary = { identifier: 'legacy-1', class: 'r6g.large' };
    const r1 = { identifier: 'legacy-2' };
    expect(alarmsOf({ primary, r1, all: { maxConnections: 400 } })).toEqual([
      ['legacy-1-CPUUtilization', 90],
      ['legacy-1-DBLoad', 2],
      ['legacy-1-FreeableMemory', 4 * 2 ** 30],
      ['legacy-1-DatabaseConnections', 360],
      ['legacy-2-CPUUtilization', 90],
      ['legacy-2-DatabaseConnections', 360],
      ['legacy-2-ReplicaLag', 60],
    ]);
    expect(alarmsOf({ primary: { identifier: 'legacy-1' } })).toEqual([['legacy-1-CPUUtilization', 90]]);
  });

  test('of a cluster look at the lag behind whoever writes', () => {
    const servers = { primary: { identifier: 'legacy-1' }, r1: { identifier: 'legacy-2' } };
    const names = alarmsOf({ ...servers, all: { engine: 'aurora-postgres' } }).map(([name]) => name);
    expect(names).toEqual([
      'legacy-1-CPUUtilization',
      'legacy-1-AuroraReplicaLag',
      'legacy-2-CPUUtilization',
      'legacy-2-AuroraReplicaLag',
    ]);
  });

  test('of which nobody gave an identifier are none, and the summary says so', () => {
    const summaryOf = (legacy: object) =>
      summarize(createTierApp({ definition: estateTier({ legacy }) }).synth()).notices;
    expect(templates['legacy-alarms']).toBeUndefined();
    expect(summaryOf({ primary: { identifier: 'legacy-1' } })).toEqual([
      'no alarm watches legacy/r1, which is imported: CloudWatch knows servers by an identifier, which stores.legacy.origin may give',
    ]);
    expect(summaryOf({ primary: { identifier: 'legacy-1' }, r1: { identifier: 'legacy-2' } })).toEqual([]);
  });
});
