import { autoscaled, defineTier, shardedPostgres } from 'cdk-polystore';

export default defineTier({
  name: 'blog',
  stages: {
    dev: { profile: 'disposable' },
    prod: {
      profile: 'protected',
      zones: ['eu-west-1a', 'eu-west-1b', 'eu-west-1c'],
      stores: { posts: { readers: autoscaled({ min: 1, max: 4 }) } },
    },
  },
  stores: { posts: shardedPostgres({ shardKey: 'user_id', shards: { s0: {}, s1: {}, s2: { weight: 2 } } }) },
  services: { feed: { uses: { posts: 'write' } } },
});
