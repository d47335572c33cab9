import fc from 'fast-check';
import { shardStackOf } from '../../lib/stacks/names';
import { blogTier, shardNames } from '../support/blog-tier';
import { resourcesOf, templatesOf } from '../support/synthesized-tier';

const clustersOf = (shards: readonly string[]): Record<string, string> =>
  Object.fromEntries(
    resourcesOf(templatesOf(blogTier('dev', { shards })), 'AWS::RDS::DBCluster').map(({ stack, id, Properties }) => [
      Properties['DBClusterIdentifier'] as string,
      `${stack}/${id}`,
    ]),
  );

test.each([
  ['s0', 's0'],
  ['s9', 's0'],
  ['s10', 's1'],
  ['s299', 's29'],
  ['eu12', 'eu1'],
])('shard %s lives in stack %s', (shard, stack) => {
  expect(shardStackOf(shard)).toBe(stack);
});

test('at most ten shards share a stack, whatever they are called', () => {
  const names = fc.uniqueArray(
    fc.tuple(fc.constantFrom('s', 'eu', 'us'), fc.nat(30)).map(([letters, number]) => `${letters}${number}`),
    { minLength: 20 },
  );
  fc.assert(
    fc.property(names, (shards) => {
      const sizes = new Map<string, number>();
      for (const stack of shards.map(shardStackOf)) sizes.set(stack, (sizes.get(stack) ?? 0) + 1);
      expect(Math.max(0, ...sizes.values())).toBeLessThanOrEqual(10);
    }),
  );
});

test('a shard stays where it is, and as it is, when one in the middle leaves or others come', () => {
  const twelve = shardNames(12);
  const before = clustersOf(twelve);
  const without = clustersOf(twelve.filter((name) => name !== 's4'));
  expect(without).toEqual(Object.fromEntries(Object.entries(before).filter(([name]) => name !== 'blog-dev-posts-s4')));
  expect(clustersOf([...twelve, 's12', 'eu7'])).toMatchObject(before);
  expect(Object.values(before).map((path) => path.split('/')[0])).toEqual([
    ...new Array<string>(10).fill('posts-shards-s0'),
    ...new Array<string>(2).fill('posts-shards-s1'),
  ]);
});

test('a shard more changes its own stack and access, is watched, provisioned and proven, and changes nothing else', () => {
  const before = templatesOf(blogTier('prod', { shards: shardNames(12) }));
  const after = templatesOf(blogTier('prod', { shards: shardNames(13) }));
  const changed = Object.keys(after).filter((name) => JSON.stringify(after[name]) !== JSON.stringify(before[name]));
  expect(changed.sort()).toEqual(['operations', 'posts-alarms', 'posts-alarms-s1', 'posts-shards-s1']);
  const moreStacks = templatesOf(blogTier('prod', { shards: [...shardNames(12), 's20'] }));
  const changedToo = Object.keys(moreStacks).filter(
    (name) => JSON.stringify(moreStacks[name]) !== JSON.stringify(before[name]),
  );
  expect(changedToo.sort()).toEqual(['access', 'operations', 'posts-alarms', 'posts-alarms-s2', 'posts-shards-s2']);
});

test('three hundred shards make thirty stacks far below CloudFormation’s limits', () => {
  const templates = templatesOf(blogTier('prod', { shards: shardNames(300) }));
  const shardStacks = Object.entries(templates).filter(([name]) => name.startsWith('posts-shards-'));
  expect(shardStacks).toHaveLength(30);
  for (const [, template] of Object.entries(templates)) {
    expect(Object.keys(template.Resources).length).toBeLessThanOrEqual(500);
    expect(JSON.stringify(template).length).toBeLessThan(1_000_000);
  }
  // One of each for the whole store: an account may have fifty.
  expect(resourcesOf(templates, 'AWS::RDS::DBSubnetGroup')).toHaveLength(2);
  expect(resourcesOf(templates, 'AWS::RDS::DBClusterParameterGroup')).toHaveLength(1);
});
