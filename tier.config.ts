import { defineTier, hash, newVpc, postgres, shardedPostgres } from 'cdk-polystore';

/** The database tier of a small blog: the example that `npm start` synthesizes, runs and proves. Edit it first. */
export default defineTier({
  name: 'blog',
  stages: {
    dev: { profile: 'disposable' },
    prod: {
      profile: 'protected',
      env: { account: '111122223333', region: 'eu-west-1' },
      zones: ['eu-west-1a', 'eu-west-1b', 'eu-west-1c'],
      stores: { main: { class: 'r8g.xlarge' } },
    },
  },
  network: newVpc({ cidr: '10.0.0.0/16' }),
  stores: {
    main: postgres({ replicas: { r1: {}, r2: {} } }),
    posts: shardedPostgres({ shardKey: 'user_id', strategy: hash(), shards: { s0: {}, s1: {}, s2: {}, s3: {} } }),
  },
  services: {
    users: { uses: { main: 'write' } },
    posts: { uses: { posts: 'write', main: 'read' } },
  },
});
