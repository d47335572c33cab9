import { existing } from './estate-cases';
import { withMain } from './minimal-tier';
import type { RuleCase } from './rule-case';

const env = { account: '111122223333', region: 'eu-west-1' };
const network = { kind: 'newVpc', cidr: '10.1.0.0/16' };
const replicas = { r1: {}, eu: { region: 'eu-central-1' } };
const regions = { 'eu-central-1': { network, zones: ['eu-central-1a', 'eu-central-1b'] } };

/** A tier whose `main` has a replica in another region, and what one stage says of it. */
const away = (stage: object, main: object = {}, parts: Readonly<Record<string, unknown>> = {}) =>
  withMain({ replicas, ...main }, { stages: { dev: { profile: 'disposable', env, regions, ...stage } }, ...parts });
const inFrankfurt = (region: object) => away({ regions: { 'eu-central-1': { network, ...region } } });

/** What replicas in other regions can make wrong. */
export const regionCases: readonly RuleCase[] = [
  {
    rule: 'region-of-env',
    breaks: 'a replica elsewhere in a stage that is nowhere',
    input: away({ env: undefined }),
    path: 'stores.main.replicas.eu.region',
    message:
      'got eu-central-1, but stage dev names no account and region, without which nothing can be named from one region in another: set stages.dev.env, or give the stage other replicas in stages.dev.stores.main.replicas',
  },
  {
    rule: 'region-elsewhere',
    breaks: 'a replica elsewhere that is here',
    input: away({ regions: undefined }, { replicas: { eu: { region: 'eu-west-1' } } }),
    path: 'stores.main.replicas.eu.region',
    message: 'got eu-west-1, which is the region of stage dev itself: leave region out',
  },
  {
    rule: 'region-described',
    breaks: 'a replica in a region of which nothing is said',
    input: away({ regions: undefined }),
    path: 'stores.main.replicas.eu.region',
    message:
      "got eu-central-1, of which stage dev does not say what its replicas stand on: write stages.dev.regions: { 'eu-central-1': { network: newVpc({ cidr: '10.1.0.0/16' }), zones: ['eu-central-1a', 'eu-central-1b'] } }",
  },
  {
    rule: 'region-used',
    breaks: 'a region in which nothing stands',
    input: away({ regions: { ...regions, 'eu-central-2': { network: { kind: 'newVpc', cidr: '10.2.0.0/16' } } } }),
    path: 'stages.dev.regions.eu-central-2',
    message: 'nothing stands in "eu-central-2", did you mean "eu-central-1"?',
  },
  {
    rule: 'region-used',
    breaks: 'a region of a tier that stays in one',
    input: away({}, { replicas: 1 }),
    path: 'stages.dev.regions.eu-central-1',
    message: 'nothing of stage dev stands in another region: leave it out',
  },
  {
    rule: 'region-zones',
    breaks: 'a zone of the stage’s own region in another',
    input: inFrankfurt({ zones: ['eu-central-1a', 'eu-west-1a'] }),
    path: 'stages.dev.regions.eu-central-1.zones.1',
    message: 'eu-west-1a is not a zone of eu-central-1',
  },
  {
    rule: 'region-zones',
    breaks: 'a zone twice',
    input: inFrankfurt({ zones: ['eu-central-1a', 'eu-central-1a'] }),
    path: 'stages.dev.regions.eu-central-1.zones.1',
    message: 'eu-central-1a is listed twice',
  },
  {
    rule: 'zones-of-protected-stage',
    breaks: 'a protected stage without zones elsewhere',
    input: away({
      profile: 'protected',
      zones: ['eu-west-1a', 'eu-west-1b', 'eu-west-1c'],
      regions: { 'eu-central-1': { network } },
    }),
    path: 'stages.dev.regions.eu-central-1.zones',
    message:
      "missing, and a protected stage names its zones, since a subnet in \"the first zone\" moves, with its databases, when the account gets a zone: such as ['eu-central-1a', 'eu-central-1b', 'eu-central-1c']",
  },
  {
    rule: 'region-zone-count',
    breaks: 'one zone',
    input: inFrankfurt({ zones: ['eu-central-1a'] }),
    path: 'stages.dev.regions.eu-central-1.zones',
    message: 'got 1, a subnet group of RDS spans at least 2 zones',
  },
  {
    rule: 'region-blocks-apart',
    breaks: 'the block of the stage’s own network in another region',
    input: inFrankfurt({ network: { kind: 'newVpc', cidr: '10.0.240.0/20' } }),
    path: 'stages.dev.regions.eu-central-1.network.cidr',
    message:
      '10.0.240.0/20 overlaps 10.0.0.0/16 of another region of the stage, so that the two networks could never be connected: take another block',
  },
  {
    rule: 'cidr',
    breaks: 'a block of another region that is too small',
    input: inFrankfurt({ network: { kind: 'newVpc', cidr: '10.1.0.0/25' } }),
    path: 'stages.dev.regions.eu-central-1.network.cidr',
    message: 'got "10.1.0.0/25", allowed: /16 to /24',
  },
  {
    rule: 'existing-vpc-zones',
    breaks: 'an existing VPC of another region without zones',
    input: inFrankfurt({ network: existing() }),
    path: 'stages.dev.regions.eu-central-1',
    message:
      'missing zones: eu-central-1 of stage dev is in a VPC that exists, so write the zones of its dataSubnetIds, in the same order',
  },
  {
    rule: 'arn-in-region',
    breaks: 'a key of the stage’s own region for another',
    input: inFrankfurt({
      encryptionKey: { kind: 'existingKey', arn: 'arn:aws:kms:eu-west-1:111122223333:key/1234abcd' },
    }),
    path: 'stages.dev.regions.eu-central-1.encryptionKey.arn',
    message:
      'arn:aws:kms:eu-west-1:111122223333:key/1234abcd is not in eu-central-1, the region that it is for: name one that is',
  },
  {
    rule: 'region-replica-count',
    breaks: 'six replicas elsewhere',
    input: away(
      {},
      {
        replicas: Object.fromEntries(Array.from({ length: 6 }, (_, i) => [`eu${i}`, { region: 'eu-central-1' }])),
      },
    ),
    path: 'stores.main.replicas',
    message: 'got 6 replicas in other regions, of which AWS guarantees no more than 5 for one primary',
  },
  {
    rule: 'region-connections',
    breaks: 'more connections than a replica elsewhere is born with',
    input: away({}, { class: 'r8g.large', maxConnections: 1600 }),
    path: 'stores.main.maxConnections',
    message:
      'got 1600, but replica eu in another region is born with the figure that AWS gives a r8g.large, and PostgreSQL refuses one with fewer than its primary: allowed: up to 1532',
  },
  {
    rule: 'region-services',
    breaks: 'a service that logs in by IAM to a store with a replica elsewhere',
    input: away(
      {},
      {},
      {
        services: {
          web: {
            uses: { main: 'read' },
            principal: 'arn:aws:iam::111122223333:role/web',
            authentication: { kind: 'iam' },
          },
        },
      },
    ),
    path: 'services.web.authentication',
    message: 'got iam(), but main has replicas in other regions, and tokens are signed for one region: use password()',
  },
  {
    rule: 'stack-names-differ',
    breaks: 'a store that is called like another store’s stack in another region',
    input: away(
      {},
      {},
      {
        stores: { main: { kind: 'postgres', replicas }, 'main-eu-central-1': { kind: 'postgres' } },
      },
    ),
    path: 'stores.main-eu-central-1',
    message:
      'the stack shop-dev-main-eu-central-1 would also be one of stores.main in stage dev, since names are joined by dashes: rename one',
  },
  {
    rule: 'store-name-of-stack',
    breaks: 'a store that is called like the tier’s network in another region',
    input: withMain({}, { stores: { 'network-eu-central-1': { kind: 'postgres' } } }),
    path: 'stores.network-eu-central-1',
    message: `a store can't be called "network-eu-central-1": the tier has a stack of that name, call it otherwise`,
  },
];

/** The same at the edge, where it is right. */
export const regionsAccepted: Readonly<Record<string, unknown>> = {
  'a replica elsewhere': away({}),
  'five replicas elsewhere, in two regions': away(
    { regions: { ...regions, 'us-east-1': { network: { kind: 'newVpc', cidr: '10.2.0.0/16' } } } },
    {
      replicas: {
        ...Object.fromEntries(Array.from({ length: 4 }, (_, i) => [`eu${i}`, { region: 'eu-central-1' }])),
        us: { region: 'us-east-1' },
      },
    },
  ),
  'the block beside that of the stage': inFrankfurt({ network: { kind: 'newVpc', cidr: '10.1.0.0/16' } }),
  'an existing VPC in another region': inFrankfurt({
    network: existing(),
    zones: ['eu-central-1a', 'eu-central-1b'],
  }),
  'another stage that stays in one region': withMain(
    { replicas },
    {
      stages: {
        prod: { profile: 'protected', zones: ['eu-west-1a', 'eu-west-1b', 'eu-west-1c'], env, regions },
        dev: { profile: 'disposable', stores: { main: { replicas: 1 } } },
      },
    },
  ),
};
