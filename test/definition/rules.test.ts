import { INSTANCE_CLASSES } from '../../lib/catalog';
import { readDraft } from '../../lib/definition/tier-draft';
import { RULES } from '../../lib/definition/rules';
import { parseTier } from '../../lib/definition';
import tierConfig from '../../tier.config';
import { capacityAccepted, capacityCases } from './capacity-cases';
import { alarmCases, alarmsAccepted } from './alarm-cases';
import { estateCases } from './estate-cases';
import { globalAccepted, globalCases } from './global-cases';
import { regionCases, regionsAccepted } from './region-cases';
import { scalingAccepted, scalingCases } from './scaling-cases';
import { serviceCases, servicesAccepted } from './service-cases';
import { clusterCases, clustersAccepted } from './cluster-cases';
import { tableCases, tablesAccepted } from './table-cases';
import { strategiesAccepted, strategyCases } from './strategy-cases';
import { valkeyAccepted, valkeyCases } from './valkey-cases';
import { faultsOf, minimalTier, withMain, withPosts } from './minimal-tier';
import type { RuleCase } from './rule-case';

const long = (length: number) => 'a'.repeat(length);
const spelling = 'lower-case letters, digits and single dashes, starting with a letter and not ending with a dash';
const main = { main: { kind: 'postgres' } };
const ireland = { account: '111122223333', region: 'eu-west-1' };
const inStage = (stage: object) => minimalTier({ stages: { dev: { profile: 'disposable', ...stage } } });

const offered = Object.values(INSTANCE_CLASSES).filter(({ engines }) => engines.some((each) => each === 'postgres'));

const cases: readonly RuleCase[] = [
  ...capacityCases,
  ...alarmCases,
  ...estateCases,
  ...tableCases,
  ...clusterCases,
  ...globalCases,
  ...regionCases,
  ...scalingCases,
  ...serviceCases,
  ...strategyCases,
  ...valkeyCases,
  {
    rule: 'tier-name',
    breaks: 'upper case in the name of a tier',
    input: minimalTier({ name: 'Shop' }),
    path: 'name',
    message: `got "Shop", allowed: ${spelling}, at most 20 characters`,
  },
  {
    rule: 'tier-name',
    breaks: 'a tier name of 21 characters',
    input: minimalTier({ name: long(21) }),
    path: 'name',
    message: `got "${long(21)}", allowed: ${spelling}, at most 20 characters`,
  },
  {
    rule: 'stage-name-length',
    breaks: 'a stage whose functions would have too long a name',
    input: minimalTier({ stages: { [long(39)]: { profile: 'disposable' } } }),
    path: `stages.${long(39)}`,
    message: `the function shop-${long(39)}-provision-relational would have 65 characters, AWS allows 64: shorten the name of the tier or the stage`,
  },
  ...['aws', 'aws-shop', 'ssm-shop'].map((name) => ({
    rule: 'tier-name-of-parameters',
    breaks: `a tier called "${name}"`,
    input: minimalTier({ name }),
    path: 'name',
    message: `got "${name}", but AWS keeps parameters that start with "aws" or "ssm" to itself`,
  })),
  ...['1st', 'a_b', 'a--b', 'a-', 'A', '__proto', ''].map((name) => ({
    rule: 'name',
    breaks: `a stage called "${name}"`,
    input: minimalTier({ stages: { [name]: { profile: 'disposable' } } }),
    path: `stages.${name}`,
    message: `"${name}" is a name that AWS would refuse, allowed: ${spelling}`,
  })),
  {
    rule: 'name',
    breaks: 'a store name that ends with a dash',
    input: minimalTier({ stores: { 'main-': { kind: 'postgres' } } }),
    path: 'stores.main-',
    message: `"main-" is a name that AWS would refuse, allowed: ${spelling}`,
  },
  {
    rule: 'name',
    breaks: 'a service name with an underscore',
    input: minimalTier({ services: { web_app: { uses: {} } } }),
    path: 'services.web_app',
    message: `"web_app" is a name that AWS would refuse, allowed: ${spelling}`,
  },
  {
    rule: 'replica-name',
    breaks: 'a replica name with two dashes',
    input: withMain({ replicas: { 'r--1': {} } }),
    path: 'stores.main.replicas.r--1',
    message: `"r--1" is a name that AWS would refuse, allowed: ${spelling}`,
  },
  {
    rule: 'replica-called-primary',
    breaks: 'a replica called primary',
    input: withMain({ replicas: { primary: {} } }),
    path: 'stores.main.replicas.primary',
    message: `a replica can't be called "primary": that is what the store's primary is called`,
  },
  ...['s01', 's', '1', 'S1', 's-1', 's1a'].map((name) => ({
    rule: 'shard-name',
    breaks: `a shard called "${name}"`,
    input: withPosts({ shards: { [name]: {} } }),
    path: `stores.posts.shards.${name}`,
    message: `"${name}" is not a shard name, allowed: lower-case letters and a number without leading zeros, such as s0 or eu12`,
  })),
  ...['close', 'service', 'store', 'then', 'constructor', 'session', 'entries'].map((name) => ({
    rule: 'store-name-of-router',
    breaks: `a store called "${name}"`,
    input: minimalTier({ stores: { [name]: { kind: 'postgres', database: 'fine' } } }),
    path: `stores.${name}`,
    message: `a store can't be called "${name}": the router has a member of that name, call it otherwise`,
  })),
  ...['network', 'access', 'alarms', 'operations'].map((name) => ({
    rule: 'store-name-of-stack',
    breaks: `a store called "${name}"`,
    input: minimalTier({ stores: { [name]: { kind: 'postgres' } } }),
    path: `stores.${name}`,
    message: `a store can't be called "${name}": the tier has a stack of that name, call it otherwise`,
  })),
  ...['postgres', 'rdsadmin', 'public', 'pg-monitor', 'rds-iam', 'polystore', 'polystore-smoke'].map((name) => ({
    rule: 'service-name-of-role',
    breaks: `a service called "${name}"`,
    input: minimalTier({ services: { [name]: { uses: {} } } }),
    path: `services.${name}`,
    message: `a service can't be called "${name}": its database role would have a name that PostgreSQL, AWS or this kit reserves`,
  })),
  {
    rule: 'service-name-of-group',
    breaks: 'a service whose security group AWS would refuse',
    input: minimalTier({ services: { 'sg-web': { uses: {} } } }),
    path: 'services.sg-web',
    message: '"sg-web" can\'t name a security group, AWS reserves names that start with "sg-"',
  },
  {
    rule: 'service-name-length',
    breaks: 'a service whose role would be cut off',
    input: minimalTier({ services: { [long(64)]: { uses: {} } } }),
    path: `services.${long(64)}`,
    message: 'the name has 64 characters, a database role at most 63: shorten it',
  },
  {
    rule: 'identifier-length',
    breaks: 'a replica identifier of 64 characters',
    input: minimalTier({ stores: { [long(45)]: { kind: 'postgres', replicas: { r1: {}, replica10: {} } } } }),
    path: `stores.${long(45)}.replicas.replica10`,
    message: `the identifier shop-dev-${long(45)}-replica10 would have 64 characters, AWS allows 63: shorten the name of the tier, the stage, the store or the server`,
  },
  {
    rule: 'identifier-length',
    breaks: 'a primary identifier of 64 characters',
    input: minimalTier({ stores: { [long(47)]: { kind: 'postgres' } } }),
    path: `stores.${long(47)}`,
    message: `the identifier shop-dev-${long(47)}-primary would have 64 characters, AWS allows 63: shorten the name of the tier, the stage, the store or the server`,
  },
  {
    rule: 'identifier-length',
    breaks: 'an instance of a shard with an identifier of 64 characters, once for all stages',
    input: minimalTier({
      stages: {
        dev: { profile: 'disposable' },
        prod: { profile: 'protected', zones: ['eu-west-1a', 'eu-west-1b', 'eu-west-1c'] },
      },
      stores: {
        [long(50)]: { kind: 'shardedPostgres', shardKey: 'id', shards: { s0: {}, s1: {} }, database: 'posts' },
      },
    }),
    path: `stores.${long(50)}.shards.s0`,
    message: `the identifier shop-dev-${long(50)}-s0-a would have 64 characters, AWS allows 63: shorten the name of the tier, the stage, the store or the server`,
  },
  {
    rule: 'identifiers-differ',
    breaks: 'two replicas whose identifiers are the same',
    input: minimalTier({
      stores: { a: { kind: 'postgres', replicas: { 'b-c': {} } }, 'a-b': { kind: 'postgres', replicas: { c: {} } } },
    }),
    path: 'stores.a-b.replicas.c',
    message:
      'the identifier shop-dev-a-b-c would also be one of stores.a in stage dev, since names are joined by dashes: rename one',
  },
  {
    rule: 'stack-names-differ',
    breaks: 'a store called like a stack of shards',
    input: minimalTier({
      stores: {
        posts: { kind: 'shardedPostgres', shardKey: 'id', shards: { s12: {} } },
        'posts-shards-s1': { kind: 'shardedPostgres', shardKey: 'id', shards: { t0: {} } },
      },
    }),
    path: 'stores.posts-shards-s1',
    message:
      'the stack shop-dev-posts-shards-s1 would also be one of stores.posts in stage dev, since names are joined by dashes: rename one',
  },
  ...['user', 'postgres', 'admin', 'order'].map((name) => ({
    rule: 'database-name',
    breaks: `a store called "${name}" without a database name`,
    input: minimalTier({ stores: { [name]: { kind: 'postgres' } } }),
    path: `stores.${name}`,
    message: `the database would be called "${name}", a name that PostgreSQL or AWS reserves: set \`database\` to another`,
  })),
  {
    rule: 'database-name',
    breaks: 'a database called like one of PostgreSQL',
    input: withMain({ database: 'pg_main' }),
    path: 'stores.main.database',
    message:
      'the database would be called "pg_main", a name that PostgreSQL or AWS reserves: set `database` to another',
  },
  {
    rule: 'some-stage',
    breaks: 'no stage',
    input: minimalTier({ stages: {} }),
    path: 'stages',
    message: "a tier has at least one stage, as in { dev: { profile: 'disposable' } }",
  },
  {
    rule: 'override-of-known-store',
    breaks: 'overrides for a store that does not exist',
    input: inStage({ stores: { mian: {} } }),
    path: 'stages.dev.stores.mian',
    message: 'no store "mian", did you mean "main"?',
  },
  {
    rule: 'override-of-known-store',
    breaks: 'overrides for a store that nothing is called like',
    input: inStage({ stores: { payments: {} } }),
    path: 'stages.dev.stores.payments',
    message: 'no store "payments", allowed: main',
  },
  {
    rule: 'override-of-fixed-option',
    breaks: 'another version in a stage',
    input: inStage({ stores: { main: { version: '16' } } }),
    path: 'stages.dev.stores.main.version',
    message: "version can't differ between stages, it decides what the store is: set it in stores.main",
  },
  {
    rule: 'override-of-fixed-option',
    breaks: 'another kind in a stage',
    input: inStage({ stores: { main: { kind: 'shardedPostgres' } } }),
    path: 'stages.dev.stores.main.kind',
    message: "kind can't differ between stages, it decides what the store is: set it in stores.main",
  },
  {
    rule: 'override-of-fixed-option',
    breaks: 'another shard key in a stage',
    input: withPosts({}, { stages: { dev: { profile: 'disposable', stores: { posts: { shardKey: 'id' } } } } }),
    path: 'stages.dev.stores.posts.shardKey',
    message: "shardKey can't differ between stages, it decides what the store is: set it in stores.posts",
  },
  {
    rule: 'zones-of-region',
    breaks: 'a zone of another region',
    input: inStage({ env: ireland, zones: ['eu-west-1a', 'us-east-1b'] }),
    path: 'stages.dev.zones.1',
    message: 'us-east-1b is not a zone of eu-west-1; all zones of a stage belong to its region',
  },
  {
    rule: 'zones-of-region',
    breaks: 'zones of two regions where no region is given',
    input: inStage({ zones: ['eu-west-1a', 'eu-west-2b'] }),
    path: 'stages.dev.zones.1',
    message: 'eu-west-2b is not a zone of eu-west-1; all zones of a stage belong to its region',
  },
  {
    rule: 'zones-differ',
    breaks: 'a zone twice',
    input: inStage({ zones: ['eu-west-1a', 'eu-west-1b', 'eu-west-1a'] }),
    path: 'stages.dev.zones.2',
    message: 'eu-west-1a is listed twice',
  },
  {
    rule: 'zones-of-protected-stage',
    breaks: 'a protected stage without zones',
    input: minimalTier({ stages: { prod: { profile: 'protected', env: { ...ireland, region: 'us-east-1' } } } }),
    path: 'stages.prod.zones',
    message:
      "missing, and a protected stage names its zones, since a subnet in \"the first zone\" moves, with its databases, when the account gets a zone: such as ['us-east-1a', 'us-east-1b', 'us-east-1c']",
  },
  {
    rule: 'zone-count',
    breaks: 'one zone',
    input: inStage({ zones: ['eu-west-1a'] }),
    path: 'stages.dev.zones',
    message: 'got 1, a subnet group of RDS spans at least 2 zones',
  },
  {
    rule: 'zone-count',
    breaks: 'two zones of a protected stage',
    input: minimalTier({ stages: { prod: { profile: 'protected', zones: ['eu-west-1a', 'eu-west-1b'] } } }),
    path: 'stages.prod.zones',
    message: 'got 2, a protected stage spans at least 3 zones, so that losing one leaves two',
  },
  ...[
    ['10.0.0.0', "allowed: an IPv4 block such as '10.0.0.0/16'"],
    ['10.0.0.256/16', "allowed: an IPv4 block such as '10.0.0.0/16'"],
    ['10.0.0.0/15', 'allowed: /16 to /24'],
    ['10.0.0.0/25', 'allowed: /16 to /24'],
    ['8.8.0.0/16', 'allowed: a private block, within 10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16'],
    ['172.32.0.0/16', 'allowed: a private block, within 10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16'],
    ['10.0.1.0/16', 'a block starts at its own first address: 10.0.0.0/16'],
  ].map(([cidr, why]) => ({
    rule: 'cidr',
    breaks: `the block ${cidr}`,
    input: minimalTier({ network: { kind: 'newVpc', cidr } }),
    path: 'network.cidr',
    message: `got "${cidr}", ${why}`,
  })),
  {
    rule: 'cidr-room',
    breaks: 'more servers than a block holds',
    input: withPosts({ shards: 150 }, { network: { kind: 'newVpc', cidr: '10.0.0.0/24' } }),
    path: 'network.cidr',
    message:
      '10.0.0.0/24 leaves 22 addresses for data, stage dev needs 308 for 150 servers: take a larger block, /16 is the largest',
  },
  {
    rule: 'some-store',
    breaks: 'no store',
    input: minimalTier({ stores: {} }),
    path: 'stores',
    message: 'a tier has at least one store, as in { main: postgres({ … }) }',
  },
  {
    rule: 'class-exists',
    breaks: 'a misspelt class',
    input: withMain({ class: 'r8g.larg' }),
    path: 'stores.main.class',
    message: 'unknown instance class "r8g.larg", did you mean "r8g.large"?',
  },
  {
    rule: 'class-exists',
    breaks: 'a class with the prefix that AWS writes',
    input: withMain({ replicas: { r1: { class: 'db.r8g.large' } } }),
    path: 'stores.main.replicas.r1.class',
    message: 'unknown instance class "db.r8g.large", did you mean "r8g.large"?',
  },
  {
    rule: 'class-exists',
    breaks: 'a class like no other',
    input: withMain({ class: 'enormous' }),
    path: 'stores.main.class',
    message: `unknown instance class "enormous", allowed: ${offered.length} classes such as t4g.micro and r8g.large`,
  },
  {
    rule: 'class-offered',
    breaks: 'a class that Aurora does not offer',
    input: withPosts({ class: 't4g.micro' }),
    path: 'stores.posts.class',
    message: 't4g.micro is not offered for Aurora PostgreSQL, nearest in size: t3.medium, t4g.medium, t3.large',
  },
  {
    rule: 'class-offered',
    breaks: 'a shard of a class that Aurora does not offer',
    input: withPosts({ shards: { s0: {}, s1: { class: 'm5.large' } } }),
    path: 'stores.posts.shards.s1.class',
    message: 'm5.large is not offered for Aurora PostgreSQL, nearest in size: r5.large, r6g.large, r6i.large',
  },
  {
    rule: 'replica-count',
    breaks: 'sixteen replicas by name',
    input: withMain({ replicas: Object.fromEntries(Array.from({ length: 16 }, (_, i) => [`r${i}`, {}])) }),
    path: 'stores.main.replicas',
    message: 'got 16 replicas, allowed: 0–15',
  },
  {
    rule: 'storage-limit',
    breaks: 'a limit below the size',
    input: withMain({ storage: { sizeGiB: 200, maxSizeGiB: 100 } }),
    path: 'stores.main.storage.maxSizeGiB',
    message: 'got 100 with sizeGiB 200; allowed: 200 (storage never grows), or 220–65536',
  },
  {
    rule: 'storage-limit',
    breaks: 'a limit that AWS finds too close to the size',
    input: withMain({ storage: { sizeGiB: 1000, maxSizeGiB: 1099 } }),
    path: 'stores.main.storage.maxSizeGiB',
    message: 'got 1099 with sizeGiB 1000; allowed: 1000 (storage never grows), or 1100–65536',
  },
  {
    rule: 'storage-limit',
    breaks: 'a limit below the size that the profile gives',
    input: withMain(
      { storage: { maxSizeGiB: 50 } },
      { stages: { prod: { profile: 'protected', zones: ['eu-west-1a', 'eu-west-1b', 'eu-west-1c'] } } },
    ),
    path: 'stores.main.storage.maxSizeGiB',
    message:
      'got 50 with sizeGiB 100, the default of a protected stage; allowed: 100 (storage never grows), or 110–65536',
  },
  {
    rule: 'storage-limit',
    breaks: 'a limit for storage that can hardly grow',
    input: withMain({ storage: { sizeGiB: 65_000, maxSizeGiB: 65_536 } }),
    path: 'stores.main.storage.maxSizeGiB',
    message: 'got 65536 with sizeGiB 65000; allowed: 65000 (storage never grows)',
  },
  {
    rule: 'backup-retention',
    breaks: 'no backups',
    input: withPosts({ backup: { retentionDays: 0 } }),
    path: 'stores.posts.backup.retentionDays',
    message: 'got 0, allowed: integer 1–35; 0 would switch backups off',
  },
  {
    rule: 'backup-retention',
    breaks: 'replicas without backups',
    input: withMain({ replicas: 1, backup: { retentionDays: 0 } }),
    path: 'stores.main.backup.retentionDays',
    message: 'got 0, allowed: integer 1–35; 0 would switch backups off, and AWS makes replicas from them',
  },
  {
    rule: 'backup-retention',
    breaks: 'backups for 36 days',
    input: withMain({ backup: { retentionDays: 36 } }),
    path: 'stores.main.backup.retentionDays',
    message: 'got 36, allowed: integer 1–35',
  },
  {
    rule: 'max-connections',
    breaks: 'more connections than the primary holds',
    input: withMain({ class: 't4g.micro', maxConnections: 113 }),
    path: 'stores.main.maxConnections',
    message:
      'got 113, but t4g.micro, the smallest class of the store, holds at most 112; all servers of a store have the same figure',
  },
  {
    rule: 'max-connections',
    breaks: 'more connections than a small replica holds',
    input: withMain({ class: 'r8g.large', replicas: { r1: { class: 't4g.micro' } }, maxConnections: 500 }),
    path: 'stores.main.maxConnections',
    message:
      'got 500, but t4g.micro, the smallest class of the store, holds at most 112; all servers of a store have the same figure',
  },
  {
    rule: 'shard-count',
    breaks: 'zero shards',
    input: withPosts({ shards: 0 }),
    path: 'stores.posts.shards',
    message: 'a sharded store has at least one shard, allowed: integer 1–1000, or shards by name',
  },
  {
    rule: 'shard-count',
    breaks: 'an empty table of shards',
    input: withPosts({ shards: {} }),
    path: 'stores.posts.shards',
    message: 'a sharded store has at least one shard, allowed: integer 1–1000, or shards by name',
  },
  {
    rule: 'shard-count',
    breaks: '1001 shards by name',
    input: withPosts({ shards: Object.fromEntries(Array.from({ length: 1001 }, (_, i) => [`s${i}`, {}])) }),
    path: 'stores.posts.shards',
    message: 'got 1001 shards, allowed: 1–1000',
  },
  {
    rule: 'active-shard',
    breaks: 'only draining shards',
    input: withPosts({ shards: { s0: { state: 'draining' }, s1: { state: 'draining' } } }),
    path: 'stores.posts.shards',
    message: 'every shard is draining, so no shard could take their buckets: leave at least one active',
  },
  {
    rule: 'service-uses-known-store',
    breaks: 'a service that uses a store that does not exist',
    input: minimalTier({ stores: main, services: { web: { uses: { mian: 'read' } } } }),
    path: 'services.web.uses.mian',
    message: 'no store "mian", did you mean "main"?',
  },
];

describe('rules', () => {
  test.each(cases)('$rule refuses $breaks', ({ rule, input, path, message }) => {
    const faults = faultsOf(input);
    expect(faults).toEqual([{ path, message }]);
    // The rule of that name said so, not another.
    const { draft } = readDraft(input);
    const said = RULES.filter((each) => each.faults(draft).length > 0).map((each) => each.id);
    expect(said).toEqual([rule]);
  });

  test('each have a case', () => {
    expect([...new Set(cases.map((each) => each.rule))].sort()).toEqual(RULES.map((rule) => rule.id).sort());
  });

  test('have names of their own', () => {
    expect(new Set(RULES.map((rule) => rule.id)).size).toBe(RULES.length);
  });

  test('say nothing about a tier that keeps them all', () => {
    const broken = RULES.filter((rule) => rule.faults(readDraft(minimalTier()).draft).length > 0);
    expect(broken).toEqual([]);
  });
});

describe('at the edge of a rule, a definition is accepted', () => {
  const accepted: Readonly<Record<string, unknown>> = {
    ...capacityAccepted,
    ...alarmsAccepted,
    ...regionsAccepted,
    ...tablesAccepted,
    ...clustersAccepted,
    ...globalAccepted,
    ...scalingAccepted,
    ...servicesAccepted,
    ...strategiesAccepted,
    ...valkeyAccepted,
    'a tier name of 20 characters': minimalTier({ name: long(20) }),
    'a name with single dashes and digits': minimalTier({ stores: { 'a-1-b2': { kind: 'postgres' } } }),
    'an identifier of 63 characters': minimalTier({ stores: { [long(46)]: { kind: 'postgres' } } }),
    'names that differ once they are joined': minimalTier({
      stores: { a: { kind: 'postgres', replicas: { 'b-d': {} } }, 'a-b': { kind: 'postgres', replicas: { c: {} } } },
    }),
    'shards of one number': withPosts({ shards: { s3: {}, eu3: {} } }),
    'the example in the smallest block': { ...tierConfig, network: { kind: 'newVpc', cidr: '10.0.0.0/24' } },
    'a service name of 63 characters': minimalTier({ services: { [long(63)]: { uses: {} } } }),
    'a service whose name only starts like a reserved one': minimalTier({ services: { rdsish: { uses: {} } } }),
    'a reserved store name with a database name of its own': minimalTier({
      stores: { user: { kind: 'postgres', database: 'users' } },
    }),
    'fifteen replicas': withMain({ replicas: 15 }),
    'a thousand shards in the largest block': withPosts({ shards: 1000 }),
    'one active shard among draining ones': withPosts({ shards: { s0: { state: 'draining' }, s1: {} } }),
    'a shard name of several letters': withPosts({ shards: { eu0: {}, us12: {} } }),
    'storage that never grows': withMain({ storage: { sizeGiB: 100, maxSizeGiB: 100 } }),
    'storage that may grow by a tenth': withMain({ storage: { sizeGiB: 1000, maxSizeGiB: 1100 } }),
    'retention of 1 day': withMain({ backup: { retentionDays: 1 } }),
    'retention of 35 days': withMain({ backup: { retentionDays: 35 } }),
    'as many connections as the class holds': withMain({ class: 't4g.micro', maxConnections: 112 }),
    'a replica of another class': withMain({ class: 'r8g.large', replicas: { r1: { class: 't4g.micro' } } }),
    'two zones of a disposable stage': inStage({ env: ireland, zones: ['eu-west-1a', 'eu-west-1b'] }),
    'the smallest and the largest private block': minimalTier({ network: { kind: 'newVpc', cidr: '172.31.255.0/24' } }),
    'a stage that repeats the kind of a store': inStage({ stores: { main: { kind: 'postgres', replicas: 1 } } }),
    'a service that uses nothing': minimalTier({ services: { web: { uses: {} } } }),
    'a region with a longer name': inStage({
      env: { account: '111122223333', region: 'us-gov-west-1' },
      zones: ['us-gov-west-1a', 'us-gov-west-1b'],
    }),
  };

  test.each(Object.entries(accepted))('%s', (_, input) => {
    expect(() => parseTier(input)).not.toThrow();
  });
});
