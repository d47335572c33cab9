import { App, Stage } from 'aws-cdk-lib';
import { createTierApp, synthesizeTier } from '../../lib/stacks';
import { blogTier, type BlogStage } from '../support/blog-tier';

const stacksOf = (stage: BlogStage) => createTierApp({ definition: blogTier(stage) }).synth().stacks;
const stacksOfStage = { dev: stacksOf('dev'), prod: stacksOf('prod') };

const protectedStacks = (stage: BlogStage): (string | undefined)[] =>
  stacksOfStage[stage]
    .filter(({ terminationProtection }) => terminationProtection)
    .map(({ stackName }) => stackName)
    .sort();

test('a protected stage refuses to delete every stack with data, and only those', () => {
  expect(protectedStacks('prod')).toEqual([
    'blog-prod-main',
    'blog-prod-network',
    'blog-prod-posts',
    'blog-prod-posts-shards-s0',
  ]);
});

test('a disposable stage can be deleted in one command', () => {
  expect(protectedStacks('dev')).toEqual([]);
});

test('stacks deploy network first, then stores, then access, then operations', () => {
  const stacks = stacksOfStage.dev;
  const dependencies = Object.fromEntries(
    stacks.map((stack) => [
      stack.stackName,
      stack.dependencies
        .map(({ id }) => id)
        .filter((id) => stacks.some((other) => other.id === id))
        .sort(),
    ]),
  );
  expect(dependencies).toEqual({
    'blog-dev-network': [],
    'blog-dev-main': ['blog-dev-network'],
    'blog-dev-posts': ['blog-dev-network'],
    'blog-dev-posts-shards-s0': ['blog-dev-network', 'blog-dev-posts'],
    'blog-dev-access': ['blog-dev-main', 'blog-dev-network', 'blog-dev-posts'],
    'blog-dev-operations': [
      'blog-dev-access',
      'blog-dev-main',
      'blog-dev-network',
      'blog-dev-posts',
      'blog-dev-posts-shards-s0',
    ],
  });
});

test('a tier can be put into an app of the user’s own, beside other things', () => {
  const stage = new Stage(new App(), 'Pipeline');
  const { all, stores } = synthesizeTier(stage, blogTier('dev'));
  expect(all.map(({ stackName }) => stackName)).toEqual(
    stage
      .synth()
      .stacks.map(({ stackName }) => stackName)
      .sort(byDeployment),
  );
  expect(Object.keys(stores)).toEqual(['main', 'posts']);
  expect(stores['posts']?.shardStacks).toEqual(['s0']);
});

const ORDER = ['network', 'main', 'posts', 'posts-shards-s0', 'access', 'operations'].map((name) => `blog-dev-${name}`);
const byDeployment = (one: string, other: string): number => ORDER.indexOf(one) - ORDER.indexOf(other);
