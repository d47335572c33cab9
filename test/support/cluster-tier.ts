import { documentdb, neptune, parseTier, type TierDefinition } from '../../lib/definition';

/** A tier of documents, of documents that are sharded, and of a graph; in dev its servers scale by themselves. */
export const clusterTier = (stage: 'dev' | 'prod'): TierDefinition =>
  parseTier(
    {
      name: 'club',
      stages: {
        dev: {
          profile: 'disposable',
          stores: {
            profiles: { capacity: { minDcu: 0.5, maxDcu: 4 } },
            friends: { capacity: { minNcu: 1, maxNcu: 4 } },
          },
        },
        prod: {
          profile: 'protected',
          env: { account: '111122223333', region: 'eu-west-1' },
          zones: ['eu-west-1a', 'eu-west-1b', 'eu-west-1c'],
          stores: { visits: { scaleOut: { shards: 4, vcpu: 8 } } },
        },
      },
      stores: {
        profiles: documentdb({ slowOperationMs: 200 }),
        visits: documentdb({ scaleOut: { shards: 2, vcpu: 2 } }),
        friends: neptune({ slowQueryMs: 500 }),
      },
      services: {
        web: {
          uses: { profiles: 'write', visits: 'write', friends: 'write' },
          principal: 'arn:aws:iam::111122223333:role/web',
        },
        reports: { uses: { profiles: 'read', friends: 'read' }, principal: 'arn:aws:iam::111122223333:role/reports' },
      },
    },
    { stage },
  );
