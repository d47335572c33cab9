import { minimalTier, withMain, withPosts } from './minimal-tier';
import type { RuleCase } from './rule-case';

const subnets = ['subnet-0a1b2c3d', 'subnet-1a1b2c3d', 'subnet-2a1b2c3d'];
const zones = ['eu-west-1a', 'eu-west-1b'];

/** A VPC that exists, as a definition writes it. */
export const existing = (parts: object = {}) => ({
  kind: 'existingVpc',
  vpcId: 'vpc-0a1b2c3d4e5f60718',
  dataSubnetIds: subnets.slice(0, 2),
  endpoints: 'provided',
  ...parts,
});

const inStage = (stage: object, parts: Readonly<Record<string, unknown>> = {}) =>
  minimalTier({ stages: { dev: { profile: 'disposable', ...stage } }, ...parts });

const ireland = { account: '111122223333', region: 'eu-west-1' };
const keyIn = (region: string) => `arn:aws:kms:${region}:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab`;
const snapshot = 'arn:aws:rds:eu-west-1:111122223333:snapshot:before-move';
const clusterSnapshot = 'arn:aws:rds:eu-west-1:111122223333:cluster-snapshot:before-move';
const secret = 'arn:aws:secretsmanager:eu-west-1:111122223333:secret:shop-AbCdEf';

/** A database that is there already, as a definition writes it. */
export const importedMain = (parts: object = {}) => ({
  kind: 'imported',
  primary: { host: 'shop.c1a2b3c4d5e6.eu-west-1.rds.amazonaws.com' },
  secretArn: secret,
  securityGroupId: 'sg-0a1b2c3d4e5f60718',
  ...parts,
});

/** A tier with one store `main` in one stage. */
const mainOf = (main: object, stage: object = {}) =>
  withMain(main, { stages: { dev: { profile: 'disposable', ...stage } } });

/** What an account that exists already can make wrong. */
export const estateCases: readonly RuleCase[] = [
  {
    rule: 'existing-vpc-zones',
    breaks: 'an existing VPC of the tier without zones in the stage',
    input: inStage({}, { network: existing() }),
    path: 'stages.dev',
    message:
      'missing zones: stage dev is in a VPC that exists, so write the zones of its dataSubnetIds, in the same order',
  },
  {
    rule: 'subnet-a-zone',
    breaks: 'more subnets than zones',
    input: inStage({ zones, network: existing({ dataSubnetIds: subnets }) }),
    path: 'stages.dev.network.dataSubnetIds',
    message: 'got 3 subnets, stage dev has 2 zones: write one subnet in each zone, in the same order',
  },
  {
    rule: 'subnet-a-zone',
    breaks: 'one subnet for two zones',
    input: inStage({ zones, network: existing({ dataSubnetIds: subnets.slice(0, 1) }) }),
    path: 'stages.dev.network.dataSubnetIds',
    message: 'got 1 subnet, stage dev has 2 zones: write one subnet in each zone, in the same order',
  },
  {
    rule: 'route-tables-of-endpoints',
    breaks: 'route tables where the network has its endpoints',
    input: inStage({ zones, network: existing({ dataRouteTableIds: ['rtb-0a1b2c3d'] }) }),
    path: 'stages.dev.network.dataRouteTableIds',
    message: "the kit makes no endpoint where they are 'provided': leave it out",
  },
  {
    rule: 'route-tables-of-endpoints',
    breaks: 'endpoints without route tables for a sharded store',
    input: withPosts(
      {},
      { stages: { dev: { profile: 'disposable', zones } }, network: existing({ endpoints: 'create' }) },
    ),
    path: 'network',
    message:
      'missing dataRouteTableIds: who uses posts asks DynamoDB, which is reached by a route that its endpoint adds to them',
  },
  {
    rule: 'class-offered',
    breaks: 'a class of an imported cluster that Aurora lacks',
    input: mainOf(
      {
        origin: importedMain({
          engine: 'aurora-postgres',
          replicas: { r1: { host: 'r1.eu-west-1.rds.amazonaws.com', class: 't4g.micro' } },
        }),
      },
      { zones, network: existing() },
    ),
    path: 'stores.main.origin.replicas.r1.class',
    message: 't4g.micro is not offered for Aurora PostgreSQL, nearest in size: t3.medium, t4g.medium, t3.large',
  },
  {
    rule: 'subnets-differ',
    breaks: 'a subnet twice',
    input: inStage({ zones, network: existing({ dataSubnetIds: ['subnet-0a1b2c3d', 'subnet-0a1b2c3d'] }) }),
    path: 'stages.dev.network.dataSubnetIds.1',
    message: 'subnet-0a1b2c3d is listed twice',
  },
  {
    rule: 'cidr',
    breaks: 'a block of a stage’s own network',
    input: inStage({ network: { kind: 'newVpc', cidr: '10.0.0.0/25' } }),
    path: 'stages.dev.network.cidr',
    message: 'got "10.0.0.0/25", allowed: /16 to /24',
  },
  {
    rule: 'arn-in-region',
    breaks: 'a key of another region for the stage',
    input: inStage({ env: ireland, encryptionKey: { kind: 'existingKey', arn: keyIn('us-east-1') } }),
    path: 'stages.dev.encryptionKey.arn',
    message: `${keyIn('us-east-1')} is not in eu-west-1, the region of the stage: name one that is`,
  },
  {
    rule: 'arn-in-region',
    breaks: 'a key of another region for a store',
    input: mainOf({ encryptionKey: { kind: 'existingKey', arn: keyIn('us-east-1') } }, { env: ireland }),
    path: 'stores.main.encryptionKey.arn',
    message: `${keyIn('us-east-1')} is not in eu-west-1, the region of the stage: name one that is`,
  },
  {
    rule: 'arn-in-region',
    breaks: 'a snapshot of another region',
    input: mainOf({ origin: { kind: 'snapshot', arn: snapshot } }, { env: { ...ireland, region: 'eu-west-2' } }),
    path: 'stores.main.origin.arn',
    message: `${snapshot} is not in eu-west-2, the region of the stage: name one that is`,
  },
  {
    rule: 'arn-in-region',
    breaks: 'a secret of another region',
    input: mainOf(
      { origin: importedMain() },
      { env: { ...ireland, region: 'eu-west-2' }, zones: ['eu-west-2a', 'eu-west-2b'], network: existing() },
    ),
    path: 'stores.main.origin.secretArn',
    message: `${secret} is not in eu-west-2, the region of the stage: name one that is`,
  },
  {
    rule: 'arn-in-region',
    breaks: 'a snapshot of another region for a shard',
    input: withPosts(
      { shards: { s0: { origin: { kind: 'snapshot', arn: clusterSnapshot } } } },
      { stages: { dev: { profile: 'disposable', env: { ...ireland, region: 'eu-west-2' } } } },
    ),
    path: 'stores.posts.shards.s0.origin.arn',
    message: `${clusterSnapshot} is not in eu-west-2, the region of the stage: name one that is`,
  },
  {
    rule: 'imported-in-existing-vpc',
    breaks: 'an imported database beside a network that the kit makes',
    input: mainOf({ origin: importedMain() }),
    path: 'stores.main.origin',
    message:
      'an imported database is in a VPC that exists, and nothing leads there from one that the kit makes: set stages.dev.network to existingVpc({ … })',
  },
  ...[
    { class: 'r8g.large' },
    { storage: { sizeGiB: 100 } },
    { maxConnections: 100 },
    { slowQueryMs: 10 },
    { backup: { retentionDays: 3 } },
  ].map((option) => ({
    rule: 'imported-options',
    breaks: `${Object.keys(option)[0]} of an imported database`,
    input: mainOf({ origin: importedMain(), ...option }, { zones, network: existing() }),
    path: `stores.main.${Object.keys(option)[0]}`,
    message: `${Object.keys(option)[0]} is decided by who owns the database, which is imported: leave it out`,
  })),
  {
    rule: 'imported-options',
    breaks: 'an option of the stage that imports the database',
    input: inStage({ zones, network: existing(), stores: { main: { origin: importedMain(), class: 'r8g.large' } } }),
    path: 'stages.dev.stores.main.class',
    message: 'class is decided by who owns the database, which is imported: leave it out',
  },
  {
    rule: 'imported-options',
    breaks: 'replicas beside those of the origin',
    input: mainOf({ origin: importedMain(), replicas: 1 }, { zones, network: existing() }),
    path: 'stores.main.replicas',
    message: 'an imported database has the replicas that its origin names: write them there',
  },
  {
    rule: 'replica-called-primary',
    breaks: 'an imported replica called primary',
    input: mainOf(
      { origin: importedMain({ replicas: { primary: { host: 'r1.db' } } }) },
      { zones, network: existing() },
    ),
    path: 'stores.main.origin.replicas.primary',
    message: `a replica can't be called "primary": that is what the store's primary is called`,
  },
  ...['store', 'Stage', 'role'].map((key) => ({
    rule: 'tag-keys',
    breaks: `a tag called ${key}`,
    input: inStage({ tags: { [key]: 'x' } }),
    path: `stages.dev.tags.${key}`,
    message: `the kit puts the tag "${key.toLowerCase()}" on resources itself, and policies choose by it: call yours otherwise`,
  })),
  {
    rule: 'tag-keys',
    breaks: 'a tag of AWS',
    input: inStage({ tags: { 'aws:owner': 'x' } }),
    path: 'stages.dev.tags.aws:owner',
    message: '"aws:owner" is a tag that AWS keeps to itself: leave the "aws:" out',
  },
  {
    rule: 'tag-keys',
    breaks: 'a tag with a character that AWS refuses',
    input: inStage({ tags: { 'cost?': 'x' } }),
    path: 'stages.dev.tags.cost?',
    message: '"cost?" is no key of a tag, allowed: 1 to 128 letters, digits, spaces and _ . : / = + - @',
  },
  {
    rule: 'tag-count',
    breaks: 'more tags than fit',
    input: inStage({ tags: Object.fromEntries(Array.from({ length: 41 }, (_, index) => [`t${index}`, ''])) }),
    path: 'stages.dev.tags',
    message: 'got 41 tags, allowed: at most 40',
  },
  {
    rule: 'identifier-length',
    breaks: 'a prefix that makes a name too long',
    input: inStage({ namePrefix: 'a'.repeat(20) }, { stores: { ['m'.repeat(28)]: { kind: 'postgres' } } }),
    path: `stores.${'m'.repeat(28)}`,
    message: `the identifier ${'a'.repeat(20)}-shop-dev-${'m'.repeat(28)}-primary would have 66 characters, AWS allows 63: shorten the name of the tier, the stage, the store or the server`,
  },
];
