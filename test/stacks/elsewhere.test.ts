import { parseTier, postgres, shardedPostgres, type TierConfig } from '../../lib/definition';
import { estimateTier } from '../../lib/cost';
import { synthesizeTier } from '../../lib/stacks';
import { lastReportPath } from '../../lib/topology';
import { AWAY, AWAY_TIER, awayTier, awayTierIn, GLOBAL_TIER, globalTier, vpcThere } from '../support/away-tier';
import { blogTier } from '../support/blog-tier';
import { plainApp } from '../support/plain-app';
import { reachOf } from '../support/reach';
import { refusalsOf, type Stacks } from '../support/rollout-model';
import { resourcesOf, templatesOf, type TemplateJson } from '../support/synthesized-tier';
import { defectsOf, SURVIVORS } from './defects';
import { AWAY_PROMISES, breachesOf, GLOBAL_PROMISES, TEMPLATE_PROMISES } from './promises';

const PREFIX = 'shop-live-';
const there = (stack: string): string => `${stack}-${AWAY}`;
const isThere = (stack: string): boolean => stack.endsWith(AWAY);

const tier = awayTier();
const templates = templatesOf(tier);
const ofRegion = Object.fromEntries(Object.entries(templates).filter(([stack]) => isThere(stack)));
const STATEFUL = [there('network'), there('main')];

const rollOut = (config: TierConfig): Stacks => templatesOf(parseTier(config));

/** Stacks in the order in which they deploy, with the region of each. */
function stacksOf(config: TierConfig) {
  return synthesizeTier(plainApp(), parseTier(config)).all;
}

describe('what a tier has in another region', () => {
  const all = stacksOf(AWAY_TIER);

  test('is in stacks of its own, and in that region', () => {
    expect(Object.keys(ofRegion).sort()).toEqual(
      ['access', 'alarms', 'main-alarms', 'main', 'network', 'operations'].map(there),
    );
    for (const stack of all) {
      expect([stack.stackName, stack.region]).toEqual([stack.stackName, isThere(stack.stackName) ? AWAY : 'eu-west-1']);
      expect(stack.account).toBe('111122223333');
    }
  });

  test('deploys after the primary that it follows, and before secrets are copied to its key', () => {
    const named = (name: string) => all.find(({ stackName }) => stackName === `${PREFIX}${name}`);
    const before = (name: string) => named(name)?.dependencies.map(({ stackName }) => stackName.slice(PREFIX.length));
    expect(before(there('main'))).toEqual(expect.arrayContaining(['main']));
    expect(before('access')).toContain(there('main'));
    // The roles that a replica has are provisioned at home.
    expect(before(there('operations'))).toEqual(expect.arrayContaining(['operations', there('access')]));
  });

  test('leaves every stack at home as it was, but for where it is told of', () => {
    const atHome = templatesOf(
      awayTier({
        stages: { live: { ...AWAY_TIER.stages.live, regions: {} } },
        stores: { ...AWAY_TIER.stores, main: postgres({ replicas: 1 }) },
      }),
    );
    const changed = Object.keys(atHome).filter(
      (name) => JSON.stringify(atHome[name]) !== JSON.stringify(templates[name]),
    );
    // The topology names them, secrets are copied, and proofs run again.
    expect(changed.sort()).toEqual(['access', 'main', 'operations']);
    const { Resources: before } = atHome['main'] as TemplateJson;
    const { Resources: after } = templates['main'] as TemplateJson;
    const ids = Object.keys(after).filter((id) => JSON.stringify(after[id]) !== JSON.stringify(before[id]));
    expect(ids.map((id) => after[id]?.Type)).toEqual(['AWS::SSM::Parameter']);
  });

  test('refers to no other stack where data stands, and never by an export of another region', () => {
    const exported = Object.values(ofRegion).flatMap(({ Outputs }) =>
      Object.values(Outputs ?? {}).flatMap(({ Export }) => (Export ? [Export.Name] : [])),
    );
    for (const [stack, template] of Object.entries(ofRegion)) {
      const text = JSON.stringify(template);
      const imports = [...text.matchAll(/"Fn::ImportValue":"([^"]+)"/g)].map(([, name]) => name);
      expect([stack, imports.filter((name) => !exported.includes(name as string))]).toEqual([stack, []]);
      if (STATEFUL.includes(stack)) expect(text).not.toContain('Fn::GetStackOutput');
      for (const [, reference = ''] of text.matchAll(/"Fn::GetStackOutput":(\{[^}]*\})/g)) {
        const { StackName, Region } = JSON.parse(reference) as { StackName: string; Region?: string };
        expect([StackName, Region ?? AWAY]).toEqual([StackName, isThere(StackName) ? AWAY : 'eu-west-1']);
      }
    }
    expect(JSON.stringify(templates)).not.toMatch(/Custom::CrossRegion/);
  });
});

describe('replicas in another region', () => {
  const servers = resourcesOf(ofRegion, 'AWS::RDS::DBInstance');
  // Beside the example, so that types which a replica has not are there too.
  const beside = {
    ...templatesOf(blogTier('prod')),
    ...Object.fromEntries(STATEFUL.map((stack) => [stack, templates[stack] as TemplateJson])),
  };
  const promises = [...TEMPLATE_PROMISES, ...AWAY_PROMISES];

  test('are named like the others, and have the classes that the definition gives', () => {
    expect(
      servers.map(({ Properties }) => [Properties['DBInstanceIdentifier'], Properties['DBInstanceClass']]),
    ).toEqual([
      ['shop-live-main-eu', 'db.r8g.large'],
      ['shop-live-main-eu2', 'db.r8g.xlarge'],
    ]);
    expect(resourcesOf(templates, 'AWS::RDS::DBInstance').filter(({ stack }) => stack === 'main')).toHaveLength(2);
  });

  test('keep what every server and key promises, and more', () => {
    expect(breachesOf(beside, 'prod', promises)).toEqual([]);
  });

  test('a defect in what protects them is noticed, or known with a reason', () => {
    const defects = [...defectsOf(beside, STATEFUL)];
    const survivors = defects.filter((defect) => breachesOf(defect.templates, 'prod', promises).length === 0);
    const properties = [...new Set(survivors.map(({ name }) => name.replace(/ (deleted|inverted)$/, '')))];
    expect(new Set(defects.map(({ name }) => name)).size).toBeGreaterThan(50);
    expect(properties.filter((name) => SURVIVORS[name] === undefined)).toEqual([]);
  });

  test('have as many connections as their primary, and a key of their own', () => {
    const connections = resourcesOf(templates, 'AWS::RDS::DBParameterGroup')
      .filter(({ stack }) => stack.startsWith('main'))
      .map(({ Properties }) => (Properties['Parameters'] as Record<string, string>)['max_connections']);
    expect(connections).toEqual(['1532', '1532']);
    expect(
      resourcesOf(ofRegion, 'AWS::KMS::Key')
        .map(({ stack }) => stack)
        .sort(),
    ).toEqual([there('alarms'), there('main')]);
    const [alias] = resourcesOf(ofRegion, 'AWS::KMS::Alias');
    expect(alias?.Properties['AliasName']).toBe('alias/shop/live/main');
  });

  test('are watched in their own region, lag among it', () => {
    const alarms = resourcesOf(ofRegion, 'AWS::CloudWatch::Alarm').map(({ Properties }) => Properties);
    const lag = alarms.filter(({ MetricName }) => MetricName === 'ReplicaLag');
    expect(lag.map(({ AlarmName }) => AlarmName)).toEqual([
      'shop-live-main-eu-ReplicaLag',
      'shop-live-main-eu2-ReplicaLag',
    ]);
    const telling = resourcesOf(ofRegion, 'AWS::CloudWatch::CompositeAlarm').map(({ Properties }) => Properties);
    for (const { AlarmActions, OKActions } of telling) {
      expect(JSON.stringify(AlarmActions)).toContain(`:sns:${AWAY}:111122223333:shop-live-alarms-${AWAY}`);
      expect(OKActions).toEqual(AlarmActions);
    }
    expect(telling.length).toBeGreaterThan(0);
    expect(alarms.filter(({ Namespace }) => Namespace === 'AWS/Lambda')).toHaveLength(3);
  });
});

describe('who may reach them', () => {
  test('is who uses the store, by a way that leads to no other region', () => {
    const { egress, ingress } = reachOf(ofRegion, PREFIX);
    const ways = [
      'operations on relational -> endpoints:tcp/443-443',
      'operations on relational -> store main:tcp/5432-5432',
      'service web -> endpoints:tcp/443-443',
      'service web -> store main:tcp/5432-5432',
    ];
    expect(egress).toEqual(ways);
    expect(ingress).toEqual(ways);
  });

  test('logs in with copies of the secrets at home, encrypted with the key there', () => {
    const copied = resourcesOf(templates, 'AWS::SecretsManager::Secret')
      .filter(({ Properties }) => Properties['ReplicaRegions'] !== undefined)
      .map(({ stack, Properties }) => {
        const tags = Properties['Tags'] as { Key: string; Value: string }[];
        return [stack, tags.find(({ Key }) => Key === 'role')?.Value, Properties['ReplicaRegions']];
      });
    const copies = [{ Region: AWAY, KmsKeyId: 'alias/shop/live/main' }];
    expect(copied).toEqual([
      ['access', 'polystore_smoke', copies],
      ['access', 'web', copies],
    ]);
    expect(resourcesOf(ofRegion, 'AWS::SecretsManager::Secret')).toEqual([]);
  });

  test('finds them by a topology of that region, which says where the primary is', () => {
    const texts = Object.fromEntries(
      resourcesOf(ofRegion, 'AWS::SSM::Parameter').map(({ Properties }) => [
        Properties['Name'],
        JSON.stringify(Properties['Value']),
      ]),
    );
    expect(Object.keys(texts).sort()).toEqual([
      '/shop/live/access/main',
      `/shop/live/${lastReportPath('relational')}`,
      '/shop/live/stores/main',
      '/shop/live/tier',
    ]);
    const servers = texts['/shop/live/stores/main'] ?? '';
    expect(servers).toContain('\\"region\\":\\"eu-west-1\\"');
    expect(servers).not.toContain('elsewhere');
    expect(servers).toContain('"StackName":"shop-live-main"');
    expect(servers).toContain(`"StackName":"shop-live-main-${AWAY}"`);
    const logins = texts['/shop/live/access/main'] ?? '';
    expect(logins).toContain(`:secretsmanager:${AWAY}:111122223333:secret:`);
    expect(logins).toMatch(/\{"Fn::Select":\[6,\{"Fn::Split":\[":",\{"Fn::GetStackOutput"/);
    const home = resourcesOf(templates, 'AWS::SSM::Parameter').find(
      ({ stack, Properties }) => stack === 'main' && Properties['Name'] === '/shop/live/stores/main',
    );
    expect(JSON.stringify(home?.Properties['Value'])).toContain(
      `\\"elsewhere\\":[{\\"name\\":\\"eu\\",\\"region\\":\\"${AWAY}\\"},{\\"name\\":\\"eu2\\",\\"region\\":\\"${AWAY}\\"}]`,
    );
  });

  test('is proven there by a function that provisions nothing', () => {
    const functions = resourcesOf(ofRegion, 'AWS::Lambda::Function').flatMap(({ Properties }) =>
      typeof Properties['FunctionName'] === 'string' ? [Properties['FunctionName']] : [],
    );
    expect(functions).toEqual(['shop-live-smoke-relational']);
    const types = Object.values(ofRegion).flatMap(({ Resources }) => Object.values(Resources).map(({ Type }) => Type));
    expect(types).toContain('Custom::SmokeTest');
    expect(types).not.toContain('Custom::Provision');
  });
});

test('in a VPC that is there already they stand in its subnets, and reach AWS by ways that the tier makes', () => {
  const inVpc = templatesOf(awayTierIn(vpcThere));
  expect(Object.keys(inVpc)).toContain(there('endpoints'));
  expect(Object.keys(inVpc)).not.toContain(there('network'));
  const [group] = resourcesOf(inVpc, 'AWS::RDS::DBSubnetGroup').filter(({ stack }) => isThere(stack));
  expect(group?.Properties['SubnetIds']).toEqual(['subnet-0a1b2c3d4e5f60718', 'subnet-1a1b2c3d4e5f60718']);
});

test('what it costs is told: servers, keys, copies of secrets, and that nobody knows the price of what is sent', () => {
  const estimate = estimateTier(tier);
  const lines = estimate.parts.flatMap((part) => part.lines.map((line) => ({ ...line, part: part.part })));
  const copies = lines.find(({ item }) => item === 'secret, copied to another region');
  expect(copies).toMatchObject({ part: 'main', quantity: 2, monthlyUsd: 0.8 });
  expect(estimate.unknown).toContainEqual({ part: 'main', item: 'changes sent to another region', billedBy: 'use' });
  expect(lines.filter(({ part, item }) => part === 'main' && item === 'KMS key')).toMatchObject([{ resources: 2 }]);
  expect(estimate.assumptions.join('\n')).toContain('Replicas stand in eu-central-1 too');
});

describe('a rollout', () => {
  const { main } = AWAY_TIER.stores;
  const { live } = AWAY_TIER.stages;
  const withReplicas = (replicas: object): TierConfig => ({
    ...AWAY_TIER,
    stores: { ...AWAY_TIER.stores, main: { ...main, replicas: replicas as never } },
  });
  const whole = rollOut(AWAY_TIER);

  test.each([
    ['a replica', withReplicas({ r1: {}, eu: { region: AWAY } })],
    ['the region', { ...withReplicas({ r1: {} }), stages: { live: { ...live, regions: {} } } }],
    ['a service', { ...AWAY_TIER, services: { jobs: AWAY_TIER.services.jobs } }],
  ] as const)('takes %s out of the tier in one deployment, and back in one', (_name, config) => {
    const without = rollOut(config);
    expect(without).not.toEqual(whole);
    expect(refusalsOf(whole, without, PREFIX)).toEqual([]);
    expect(refusalsOf(without, whole, PREFIX)).toEqual([]);
  });
});

describe('copies of shards in another region', () => {
  const withCopies = stacksOf(GLOBAL_TIER);
  const global = templatesOf(globalTier());
  const inRegion = Object.fromEntries(Object.entries(global).filter(([stack]) => isThere(stack)));
  const { posts } = GLOBAL_TIER.stores;
  const { live } = GLOBAL_TIER.stages;
  const atHomeOnly: TierConfig = {
    ...GLOBAL_TIER,
    stages: { live: { ...live, regions: {} } },
    stores: { posts: shardedPostgres({ shardKey: 'user_id', shards: 2 }) },
  };

  test('are in stacks of that region, with no way in and none to AWS', () => {
    expect(Object.keys(inRegion).sort()).toEqual(
      ['alarms', 'network', 'posts-alarms', 'posts-alarms-s0', 'posts', 'posts-shards-s0'].map(there),
    );
    const types = Object.values(inRegion).flatMap(({ Resources }) => Object.values(Resources).map(({ Type }) => Type));
    for (const type of ['VPCEndpoint', 'SecurityGroupIngress', 'SecurityGroupEgress'])
      expect(types).not.toContain(`AWS::EC2::${type}`);
    expect(types).not.toContain('AWS::SecretsManager::Secret');
    expect(types).not.toContain('AWS::SSM::Parameter');
  });

  test('leave the stacks of the shards at home as they were, and refer to nothing there', () => {
    const before = templatesOf(parseTier(atHomeOnly));
    const changed = Object.keys(before).filter((name) => JSON.stringify(before[name]) !== JSON.stringify(global[name]));
    // The topology names the regions, and proofs run again.
    expect(changed.sort()).toEqual(['operations', 'posts']);
    const ids = Object.keys(global['posts']?.Resources ?? {}).filter(
      (id) => JSON.stringify(global['posts']?.Resources[id]) !== JSON.stringify(before['posts']?.Resources[id]),
    );
    expect(ids.map((id) => JSON.stringify(global['posts']?.Resources[id]?.Properties['Value']))).toEqual([
      expect.stringContaining(`\\"secondaries\\":[\\"${AWAY}\\"]`),
    ]);
    expect(JSON.stringify(inRegion)).not.toMatch(/Fn::GetStackOutput|Custom::/);
  });

  test('deploy after the shards are primaries of global databases, and before they are proven', () => {
    const before = (name: string) =>
      withCopies
        .find(({ stackName }) => stackName === `${PREFIX}${name}`)
        ?.dependencies.map(({ stackName }) => stackName.slice(PREFIX.length));
    expect(before('posts-global-s0')).toContain('posts-shards-s0');
    expect(before(there('posts-shards-s0'))).toContain('posts-global-s0');
    expect(before('operations')).toContain(there('posts-shards-s0'));
    expect(before('access')).not.toContain(there('posts-shards-s0'));
  });

  const stateful = ['network', 'posts', 'posts-shards-s0'].map(there);
  // Beside the example, so that types which copies have not are there too.
  const beside = {
    ...templatesOf(blogTier('prod')),
    ...Object.fromEntries([...stateful, 'posts-global-s0'].map((stack) => [stack, global[stack] as TemplateJson])),
  };
  const promises = [...TEMPLATE_PROMISES, ...GLOBAL_PROMISES];

  test('keep what every shard, server and key promises, and more; a defect is noticed, or known with a reason', () => {
    expect(breachesOf(beside, 'prod', promises)).toEqual([]);
    const defects = [...defectsOf(beside, [...stateful, 'posts-global-s0'])];
    const survivors = defects.filter((defect) => breachesOf(defect.templates, 'prod', promises).length === 0);
    const properties = [...new Set(survivors.map(({ name }) => name.replace(/ (deleted|inverted)$/, '')))];
    expect(new Set(defects.map(({ name }) => name)).size).toBeGreaterThan(70);
    expect(properties.filter((name) => SURVIVORS[name] === undefined)).toEqual([]);
  });

  test('have the shard’s names with the region in them, as many servers as the region says, and are watched, lag among it', () => {
    const servers = resourcesOf(inRegion, 'AWS::RDS::DBInstance').map(({ Properties }) => [
      Properties['DBInstanceIdentifier'],
      Properties['DBInstanceClass'],
    ]);
    expect(servers).toEqual(
      ['s0', 's1'].flatMap((shard) =>
        ['a', 'b'].map((letter) => [`shop-live-posts-${shard}-${AWAY}-${letter}`, 'db.r8g.large']),
      ),
    );
    const alarms = resourcesOf(inRegion, 'AWS::CloudWatch::Alarm').map(({ Properties }) => Properties);
    const lag = alarms.filter(({ MetricName }) => MetricName === 'AuroraGlobalDBReplicationLag');
    expect(lag).toMatchObject(
      ['s0', 's1'].map((shard) => ({
        AlarmName: `shop-live-posts-${shard}-${AWAY}-AuroraGlobalDBReplicationLag`,
        Dimensions: [{ Name: 'DBClusterIdentifier', Value: `shop-live-posts-${shard}-${AWAY}` }],
        Threshold: 60_000,
        TreatMissingData: 'breaching',
      })),
    );
    const telling = resourcesOf(inRegion, 'AWS::CloudWatch::CompositeAlarm').filter(
      ({ Properties }) => Properties['AlarmActions'] !== undefined,
    );
    expect(telling.map(({ Properties }) => Properties['AlarmName'])).toContain('shop-live-posts-s0-ticket');
    for (const { Properties } of telling)
      expect(JSON.stringify(Properties['AlarmActions'])).toContain(
        `:sns:${AWAY}:111122223333:shop-live-alarms-${AWAY}`,
      );
    // Nobody proves what nobody logs in to.
    expect(alarms.filter(({ Namespace }) => Namespace === 'AWS/Lambda')).toEqual([]);
  });

  test('cost servers, storage and a key, and writes that nobody knows the price of', () => {
    const [part] = estimateTier(globalTier()).parts.filter((each) => each.part === 'posts');
    const units = (item: string) => part?.lines.find((line) => line.item === item)?.resources;
    expect([units('db.r8g.large, Aurora'), units('Aurora storage'), units('KMS key')]).toEqual([8, 4, 2]);
    expect(part?.lines.find(({ item }) => item === 'Aurora writes replicated to other regions')).toMatchObject({
      resources: 2,
      usdPerUnit: 'unknown',
      billedBy: 'use',
    });
  });

  test('come and go, with a shard or as a whole, in one deployment', () => {
    const whole = rollOut(GLOBAL_TIER);
    for (const config of [
      atHomeOnly,
      { ...GLOBAL_TIER, stores: { posts: { ...posts, shards: { s0: {} } } } } as TierConfig,
    ]) {
      const without = rollOut(config);
      expect(without).not.toEqual(whole);
      expect(refusalsOf(whole, without, PREFIX)).toEqual([]);
      expect(refusalsOf(without, whole, PREFIX)).toEqual([]);
    }
  });
});
