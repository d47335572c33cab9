import { defineTier, directory, range, shardedPostgres } from 'cdk-polystore';

/**
 * Two stores that are not placed by hash. Visits of one time are read together, so that they lie together: by range of days, which are split while
 * the tier runs. A tenant lives where somebody says, so that a large one can have a shard to itself: by directory.
 */
export default defineTier({
  name: 'saas',
  stages: {
    dev: { profile: 'disposable' },
    prod: {
      profile: 'protected',
      zones: ['eu-west-1a', 'eu-west-1b', 'eu-west-1c'],
      env: { account: '111122223333', region: 'eu-west-1' },
    },
  },
  stores: {
    visits: shardedPostgres({
      shardKey: { column: 'day', type: 'date' },
      strategy: range({
        ranges: [
          // Nothing is older than the product; the last range is open, since days keep coming.
          { from: '2020-01-01', to: '2026-01-01', shard: 's0' },
          { from: '2026-01-01', shard: 's1' },
        ],
      }),
      shards: 2,
    }),
    tenants: shardedPostgres({
      shardKey: { column: 'tenant', type: 'text' },
      // A key that nobody assigned is an error; directory({ newKeys: leastLoaded() }) would assign it to the emptiest shard, hash() by its hash.
      strategy: directory(),
      shards: 2,
    }),
  },
  services: {
    app: { uses: { visits: 'write', tenants: 'write' } },
    report: { uses: { visits: 'read', tenants: 'read' } },
  },
});
