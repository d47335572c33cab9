import {
  clusterMode,
  defineTier,
  hash,
  newVpc,
  postgres,
  replicationGroup,
  serverlessCache,
  shardedPostgres,
  valkey,
} from 'cdk-polystore';

/**
 * A network of people who share photographs, as Instagram was described to be built.
 *
 * Accounts stand in one PostgreSQL that is read far more than it is written, so it has replicas. What a person posts, and whom they follow, is sharded by
 * the person: everything of one is in one place, and a page of one person asks one shard. A feed is made of many people's posts, so it is written
 * when they post, into a cache whose keys are spread over shards: `{user:7}:feed` is a list of the newest, cut at some hundreds, and what is lost
 * of it is made again from the posts. Sessions are a cache of their own, since nobody should be logged out because feeds want room: nothing of
 * them is dropped. Pages that everybody sees are a serverless cache, which grows with the evening. Photographs themselves are files and
 * stand in no store of this tier; feeds move to a wide-column store once the kit has one.
 */
export default defineTier({
  name: 'instagram',
  stages: {
    dev: { profile: 'disposable', stores: { media: { shards: 2 }, feeds: { shape: clusterMode({ shards: 1 }) } } },
    live: {
      profile: 'protected',
      env: { account: '111122223333', region: 'us-east-1' },
      zones: ['us-east-1a', 'us-east-1b', 'us-east-1c'],
    },
  },
  network: newVpc({ cidr: '10.60.0.0/16' }),
  stores: {
    accounts: postgres({ replicas: 2 }),
    media: shardedPostgres({ shardKey: { column: 'user_id', type: 'bigint' }, strategy: hash(), shards: 4 }),
    feeds: valkey({ shape: clusterMode({ shards: 3 }), eviction: 'allkeys-lru' }),
    sessions: valkey({ shape: replicationGroup(), eviction: 'noeviction' }),
    pages: valkey({ shape: serverlessCache({ dataGb: { max: 50 } }) }),
  },
  services: {
    web: { uses: { accounts: 'write', media: 'write', feeds: 'read', sessions: 'write', pages: 'write' } },
    fanout: { uses: { media: 'read', feeds: 'write' } },
    search: { uses: { accounts: 'read', media: 'read' } },
  },
});
