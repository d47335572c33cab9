import { parseTier, type TierDefinition } from '../../lib/definition';

/** A store of every kind, and of every shape that is watched otherwise. */
export const everyTier = (stage: 'dev' | 'live'): TierDefinition =>
  parseTier(
    {
      name: 'every',
      stages: {
        dev: { profile: 'disposable' },
        live: { profile: 'protected', zones: ['eu-west-1a', 'eu-west-1b', 'eu-west-1c'] },
      },
      stores: {
        main: { kind: 'postgres', replicas: 1 },
        posts: { kind: 'shardedPostgres', shardKey: 'user_id', shards: 2 },
        sessions: { kind: 'valkey' },
        feeds: { kind: 'valkey', shape: { kind: 'clusterMode', shards: 2 } },
        pages: { kind: 'valkey', shape: { kind: 'serverlessCache', dataGb: { max: 10 } } },
        carts: { kind: 'dynamodb', partitionKey: 'id' },
        profiles: { kind: 'documentdb' },
        drafts: { kind: 'documentdb', capacity: { minDcu: 1, maxDcu: 4 } },
        visits: { kind: 'documentdb', scaleOut: { shards: 2, vcpu: 2 } },
        people: { kind: 'neptune' },
        places: { kind: 'neptune', capacity: { minNcu: 1, maxNcu: 4 } },
      },
      services: {
        web: {
          uses: {
            main: 'write',
            posts: 'write',
            sessions: 'write',
            feeds: 'read',
            pages: 'write',
            carts: 'write',
            profiles: 'write',
            drafts: 'write',
            people: 'write',
            places: 'read',
          },
        },
      },
    },
    { stage },
  );
