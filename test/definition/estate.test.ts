import {
  defineTier,
  existingKey,
  existingVpc,
  fresh,
  fromSnapshot,
  imported,
  parseTier,
  postgres,
  rdsProxy,
  shardedPostgres,
} from '../../lib/definition';
import { planClusters } from '../../lib/local/tier-plan';
import { existing, importedMain } from './estate-cases';
import { faultsOf, minimalTier, withMain } from './minimal-tier';

const KEY = 'arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab';
const OTHER_KEY = 'arn:aws:kms:eu-west-1:111122223333:key/mrk-1234abcd12ab34cd56ef1234567890ab';
const SNAPSHOT = 'arn:aws:rds:eu-west-1:111122223333:snapshot:rds:shop-2026-11-01-02-00';
const CLUSTER_SNAPSHOT = 'arn:aws:rds:eu-west-1:111122223333:cluster-snapshot:s0-before-move';
const SECRET = 'arn:aws:secretsmanager:eu-west-1:111122223333:secret:rds!db-1234-AbCdEf';

const config = defineTier({
  name: 'shop',
  stages: {
    dev: { profile: 'disposable' },
    prod: {
      profile: 'protected',
      env: { account: '111122223333', region: 'eu-west-1' },
      zones: ['eu-west-1a', 'eu-west-1b', 'eu-west-1c'],
      network: existingVpc({
        vpcId: 'vpc-0a1b2c3d4e5f60718',
        dataSubnetIds: ['subnet-0a1b2c3d', 'subnet-1a1b2c3d', 'subnet-2a1b2c3d'],
        endpoints: 'provided',
      }),
      encryptionKey: existingKey(KEY),
      permissionsBoundary: 'boundary',
      bootstrapQualifier: 'acme',
      namePrefix: 'acme',
      tags: { 'cost-center': '42' },
      stores: {
        main: { origin: fromSnapshot(SNAPSHOT, { owner: 'postgres' }), encryptionKey: existingKey(OTHER_KEY) },
        legacy: {
          origin: imported({
            primary: { host: 'legacy.c1a2.eu-west-1.rds.amazonaws.com' },
            replicas: { r1: { host: 'legacy-r1.c1a2.eu-west-1.rds.amazonaws.com' } },
            secretArn: SECRET,
            securityGroupId: 'sg-0a1b2c3d',
          }),
        },
      },
    },
  },
  stores: {
    main: postgres({ replicas: 1 }),
    legacy: postgres({ class: 't4g.small', replicas: 2, pooling: rdsProxy() }),
    posts: shardedPostgres({ shardKey: 'id', shards: { s0: { origin: fromSnapshot(CLUSTER_SNAPSHOT) }, s1: {} } }),
  },
  services: { web: { uses: { legacy: 'read' } } },
});
const prod = parseTier(config, { stage: 'prod' });

test('a stage takes what its account has: network, key, boundary, bootstrap, prefix, tags', () => {
  expect(prod.network).toEqual(config.stages['prod']?.network);
  expect(prod.stage).toMatchObject({
    permissionsBoundary: 'boundary',
    bootstrapQualifier: 'acme',
    namePrefix: 'acme',
    tags: { 'cost-center': '42' },
  });
  const { main, legacy, posts } = prod.stores;
  expect([main, legacy, posts].map((store) => store?.encryptionKeyArn)).toEqual([OTHER_KEY, KEY, KEY]);
});

test('a stage that says nothing of its account has nothing of it, and the tier’s network', () => {
  const dev = parseTier(config);
  expect(dev.network).toEqual({ kind: 'newVpc', cidr: '10.0.0.0/16' });
  expect(Object.keys(dev.stage)).toEqual(['name', 'profile', 'zones']);
  for (const store of Object.values(dev.stores)) expect(store).not.toHaveProperty('encryptionKeyArn');
});

test('an origin is resolved for its stage only; a shard’s for the shard', () => {
  const { main, legacy, posts } = prod.stores;
  expect(main).toMatchObject({ origin: { kind: 'snapshot', arn: SNAPSHOT, owner: 'postgres' } });
  expect(legacy).toMatchObject({
    origin: { kind: 'imported', primary: { port: 5432 }, engine: 'postgres', secretArn: SECRET },
    replicas: [{ name: 'r1' }],
  });
  if (posts?.kind !== 'shardedPostgres') throw new Error('a store of another kind');
  expect(posts.shards.map(({ origin }) => origin)).toEqual([{ kind: 'snapshot', arn: CLUSTER_SNAPSHOT }, undefined]);
  // What its tier says of servers and pools is for stages that have their own.
  expect(legacy).not.toHaveProperty('pooling');
  expect(parseTier(config).stores['legacy']).toMatchObject({ class: 't4g.small', pooling: {} });
  expect(parseTier(config).stores['legacy']).not.toHaveProperty('origin');
});

test('a stage may start empty what the tier starts from a snapshot', () => {
  const tier = parseTier(
    minimalTier({
      stages: { dev: { profile: 'disposable', stores: { main: { origin: fresh() } } } },
      stores: { main: postgres({ origin: fromSnapshot(SNAPSHOT) }) },
    }),
  );
  expect(tier.stores['main']).not.toHaveProperty('origin');
});

test('on this machine every store runs as a fresh one, an imported one with as many replicas as it names', () => {
  const servers = planClusters(prod).map(({ store, shard, replicas }) => [
    shard ?? store,
    replicas.map(({ name }) => name),
  ]);
  expect(servers).toEqual([
    ['main', ['r1']],
    ['legacy', ['r1']],
    ['s0', []],
    ['s1', []],
  ]);
});

describe('what can’t be an id or an ARN is refused', () => {
  const stage = (parts: object) => minimalTier({ stages: { dev: { profile: 'disposable', ...parts } } });
  const zones = ['eu-west-1a', 'eu-west-1b'];
  test.each([
    [
      'a VPC',
      stage({ zones, network: existing({ vpcId: 'vpc-main' }) }),
      'network.vpcId',
      /got "vpc-main", allowed: id of a VPC/,
    ],
    [
      'a subnet',
      stage({ zones, network: existing({ dataSubnetIds: ['a', 'b'] }) }),
      'network.dataSubnetIds',
      /id of a subnet/,
    ],
    [
      'endpoints',
      stage({ zones, network: existing({ endpoints: 'made' }) }),
      'network.endpoints',
      /allowed: "provided" or "create"/,
    ],
    [
      'a route table',
      stage({ zones, network: existing({ endpoints: 'create', dataRouteTableIds: ['main'] }) }),
      'network.dataRouteTableIds.0',
      /id of a route table/,
    ],
    ['a network', stage({ network: { kind: 'vpc' } }), 'network', /newVpc\(\{ … \}\) or existingVpc\(\{ … \}\)/],
    ['a key’s alias', stage({ encryptionKey: existingKey('alias/shop') }), 'encryptionKey.arn', /ARN of a KMS key/],
    ['a boundary', stage({ permissionsBoundary: 'no spaces' }), 'permissionsBoundary', /name or ARN of a policy/],
    ['a qualifier', stage({ bootstrapQualifier: 'elevenchars' }), 'bootstrapQualifier', /1 to 10 letters and digits/],
    ['a prefix', stage({ namePrefix: 'Acme-' }), 'namePrefix', /lower-case letters/],
    ['a tag’s value', stage({ tags: { team: 'a?b' } }), 'tags.team', /value of a tag/],
  ] as const)('%s', (_, input, path, message) => {
    const faults = faultsOf(input);
    expect(faults.map((fault) => fault.message).join()).toMatch(message);
    expect(faults[0]?.path).toContain(`stages.dev.${path}`);
  });

  test.each([
    [
      'a cluster’s snapshot for an instance',
      { origin: fromSnapshot(CLUSTER_SNAPSHOT) },
      'origin.arn',
      /snapshot of a DB instance/,
    ],
    [
      'an origin',
      { origin: { kind: 'backup' } },
      'origin',
      /fresh\(\), fromSnapshot\('arn:…'\) or imported\(\{ … \}\)/,
    ],
    ['a host', { origin: importedMain({ primary: { host: 'http://x' } }) }, 'origin.primary.host', /host name/],
    ['a port', { origin: importedMain({ primary: { host: 'x', port: 0 } }) }, 'origin.primary.port', /integer 1–65535/],
    ['a secret', { origin: importedMain({ secretArn: 'shop' }) }, 'origin.secretArn', /ARN of a secret/],
    [
      'an identifier',
      { origin: importedMain({ primary: { host: 'x', identifier: 'Shop--1' } }) },
      'origin.primary.identifier',
      /identifier of a DB instance/,
    ],
    ['a group', { origin: importedMain({ securityGroupId: 'default' }) }, 'origin.securityGroupId', /security group/],
  ])('%s', (_, options, path, message) => {
    const [fault] = faultsOf(withMain(options)).filter((each) => each.path.startsWith(`stores.main.${path}`));
    expect(fault?.message).toMatch(message);
  });
});
