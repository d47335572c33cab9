import { autoscaled, parseTier, serverless, type ShardOptions, type TierDefinition } from '../../lib/definition';
import config from '../../tier.config';
import { resourcesOf, templatesOf, type TemplateJson } from '../support/synthesized-tier';

type Shards = Readonly<Record<string, ShardOptions>>;

/** Twelve shards in two stacks, some of them changed. */
function blogOf(changes: Shards = {}, without: readonly string[] = []): TierDefinition {
  const names = Array.from({ length: 12 }, (_, index) => `s${index}`).filter((name) => !without.includes(name));
  const shards = Object.fromEntries(names.map((name) => [name, changes[name] ?? {}]));
  const { posts, ...others } = config.stores;
  const { prod } = config.stages;
  return parseTier(
    { ...config, stages: { prod }, stores: { ...others, posts: { ...posts, shards } } },
    { stage: 'prod' },
  );
}

const before = templatesOf(blogOf());
const STATEFUL = ['network', 'main', 'posts', 'posts-shards-s0', 'posts-shards-s1'];

/** Stacks with data that differ from those of twelve like shards. */
const changedStacks = (after: Record<string, TemplateJson>): readonly string[] =>
  STATEFUL.filter((name) => JSON.stringify(after[name]) !== JSON.stringify(before[name]));

/** Resources of a stack of shards that differ, by logical id. */
function changedIds(after: Record<string, TemplateJson>, stack: string): readonly string[] {
  const [old, now] = [before[stack]?.Resources ?? {}, after[stack]?.Resources ?? {}];
  return [...new Set([...Object.keys(old), ...Object.keys(now)])].filter(
    (id) => JSON.stringify(old[id]) !== JSON.stringify(now[id]),
  );
}

test('a shard is resized by name: its own servers change, and nothing else anywhere', () => {
  const after = templatesOf(blogOf({ s10: { class: 'r8g.2xlarge' } }));
  expect(changedStacks(after)).toEqual(['posts-shards-s1']);
  for (const id of changedIds(after, 'posts-shards-s1')) {
    expect(id).toMatch(/^Shardss10Cluster[AB]/);
  }
});

test('a shard drains without a change to any stack with data', () => {
  expect(changedStacks(templatesOf(blogOf({ s4: { state: 'draining' } })))).toEqual([]);
});

test('a shard retires by name: what is its own goes, with its name in the topology, and the others stay as they are', () => {
  const after = templatesOf(blogOf({}, ['s4']));
  expect(changedStacks(after)).toEqual(['posts-shards-s0']);
  for (const id of changedIds(after, 'posts-shards-s0')) expect(id).toMatch(/^(Shardss4|Topology)/);
});

test('a shard becomes serverless in place: the same ids and identifiers, and no server is another’s', () => {
  const after = templatesOf(blogOf({ s10: { capacity: serverless({ minAcu: 1, maxAcu: 16 }) } }));
  const ids = (templates: Record<string, TemplateJson>) =>
    Object.keys(templates['posts-shards-s1']?.Resources ?? {}).sort();
  expect(ids(after)).toEqual(ids(before));
  const ofShard = resourcesOf(after, 'AWS::RDS::DBCluster').find(({ id }) => id.startsWith('Shardss10'));
  expect(ofShard?.Properties['ServerlessV2ScalingConfiguration']).toEqual({ MinCapacity: 1, MaxCapacity: 16 });
  const servers = resourcesOf(after, 'AWS::RDS::DBInstance').filter(({ id }) => id.startsWith('Shardss10'));
  expect(servers.map(({ Properties }) => [Properties['DBInstanceIdentifier'], Properties['DBInstanceClass']])).toEqual([
    ['blog-prod-posts-s10-a', 'db.serverless'],
    ['blog-prod-posts-s10-b', 'db.serverless'],
  ]);
  // The reader takes over, so it is as large as the primary at any time.
  expect(servers[1]?.Properties['PromotionTier']).toBe(1);
});

test('readers come in the order of their letters, and those above the fewest are Aurora’s own', () => {
  const after = templatesOf(blogOf({ s10: { readers: autoscaled({ min: 3, max: 6, cpuPercent: 70 }) } }));
  const servers = resourcesOf(after, 'AWS::RDS::DBInstance').filter(({ id }) => id.startsWith('Shardss10'));
  expect(servers.map(({ Properties }) => Properties['DBInstanceIdentifier'])).toEqual(
    ['a', 'b', 'c', 'd'].map((letter) => `blog-prod-posts-s10-${letter}`),
  );
  const [target] = resourcesOf(after, 'AWS::ApplicationAutoScaling::ScalableTarget');
  expect(target?.Properties).toMatchObject({
    MinCapacity: 3,
    MaxCapacity: 6,
    ScalableDimension: 'rds:cluster:ReadReplicaCount',
    ServiceNamespace: 'rds',
  });
  // A cluster without a reader can't be scaled.
  expect(target?.DependsOn).toEqual(expect.arrayContaining(servers.map(({ id }) => id)));
  const [policy] = resourcesOf(after, 'AWS::ApplicationAutoScaling::ScalingPolicy');
  expect(policy?.Properties['TargetTrackingScalingPolicyConfiguration']).toEqual({
    PredefinedMetricSpecification: { PredefinedMetricType: 'RDSReaderAverageCPUUtilization' },
    TargetValue: 70,
  });
  expect(changedStacks(after)).toEqual(['posts-shards-s1']);
});

test('storage, its I/O and windows are as the definition says, on the primary and every replica', () => {
  const { main, posts } = config.stores;
  const after = templatesOf(
    parseTier({
      ...config,
      stages: { prod: { profile: 'protected', zones: ['eu-west-1a', 'eu-west-1b', 'eu-west-1c'] } },
      stores: {
        main: {
          ...main,
          storage: { sizeGiB: 400, iops: 16_000, throughputMiBps: 1000 },
          maintenance: { window: 'tue:01:00-tue:01:30' },
        },
        posts: { ...posts, storageType: 'ioOptimized', backup: { window: '22:00-22:30' } },
      },
    }),
  );
  for (const { stack, Properties } of resourcesOf(after, 'AWS::RDS::DBInstance')) {
    if (stack !== 'main') continue;
    expect(Properties).toMatchObject({
      StorageType: 'gp3',
      Iops: 16_000,
      StorageThroughput: 1000,
      PreferredMaintenanceWindow: 'tue:01:00-tue:01:30',
    });
  }
  for (const { Properties } of resourcesOf(after, 'AWS::RDS::DBCluster')) {
    expect(Properties).toMatchObject({ StorageType: 'aurora-iopt1', PreferredBackupWindow: '22:00-22:30' });
  }
});
