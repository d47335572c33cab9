import { parseTier, postgres, shardedPostgres } from '../../lib/definition';
import { exceededQuotas, neededQuotas, renderQuotaWarning } from '../../lib/quota';
import { blogTier, shardNames } from '../support/blog-tier';

const exceeded = (tier: ReturnType<typeof blogTier>): readonly string[] =>
  exceededQuotas(neededQuotas(tier)).map(renderQuotaWarning);

test('the example needs nothing that an account does not have', () => {
  expect(exceeded(blogTier('dev'))).toEqual([]);
  expect(exceeded(blogTier('prod'))).toEqual([]);
});

test('three hundred shards need more clusters and servers than an account has, and nothing else', () => {
  expect(exceeded(blogTier('prod', { shards: shardNames(300) }))).toEqual([
    '603 DB instances are needed, the default quota is 40 a region: ask AWS for more before deploying',
    '300 DB clusters are needed, the default quota is 40 a region: ask AWS for more before deploying',
  ]);
});

test('a quota that is used up exactly is not exceeded, one more is', () => {
  const tier = (shards: number) =>
    parseTier({
      name: 'edge',
      stages: { dev: { profile: 'disposable' } },
      stores: { posts: shardedPostgres({ shardKey: 'id', shards }) },
    });
  expect(exceeded(tier(40))).toEqual([]);
  expect(exceeded(tier(41))).toHaveLength(2);
});

test('a region whose default is another has that one', () => {
  const tier = (region: string) =>
    parseTier({
      name: 'edge',
      stages: { dev: { profile: 'disposable', env: { account: '111122223333', region } } },
      stores: { main: postgres({ replicas: 10 }), other: postgres({ replicas: 9 }) },
    });
  expect(exceeded(tier('eu-west-1'))).toEqual([]);
  expect(exceeded(tier('ap-south-1'))).toEqual([
    '21 DB instances are needed, the default quota is 20 a region: ask AWS for more before deploying',
  ]);
});

test('a service too many for a security group is noticed, and what AWS never raises is said', () => {
  const services = Object.fromEntries(
    Array.from({ length: 250 }, (_, index) => [
      `service${index}`,
      { uses: { posts: 'read' as const }, connections: { poolMax: 1 } },
    ]),
  );
  expect(exceeded(blogTier('prod', { services }))).toEqual([
    '251 inbound rules are needed, the default quota is 60 a security group: ask AWS for more before deploying',
    expect.stringMatching(/^\d+ resources are needed, the default quota is 500 a stack: AWS does not raise it/),
  ]);
});

test('every default says where it was read', () => {
  for (const need of neededQuotas(blogTier('dev'))) expect(need.source).toMatch(/^(https:\/\/docs\.aws|.+ API, )/);
});
