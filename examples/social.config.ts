import { defineTier, documentdb, dynamodb, neptune, newVpc, replicationGroup, valkey } from 'cdk-polystore';

/**
 * A network of people in stores of four kinds, none of them relational: each holds what it is best at finding again.
 *
 * A profile is read whole and changed in parts, and no two are alike, so profiles are documents: settings, schools and posts are inside the one that
 * they belong to. Who knows whom is a graph, since the questions are about ways: friends of friends, who works where a friend works,
 * whom one might know. What happened to a person lately is a table of items by person and time, which expire after some weeks. Sessions
 * are a cache. Nothing holds the same fact twice but names: the graph knows a person by the id of the profile.
 *
 * The recommender reads the graph, and from readers, so that no question of it makes a person wait; only `web` writes there. Analysts are
 * none of the tier's services: they get exports.
 */
export default defineTier({
  name: 'social',
  stages: {
    dev: {
      profile: 'disposable',
      stores: {
        profiles: { capacity: { minDcu: 0.5, maxDcu: 2 } },
        people: { capacity: { minNcu: 1, maxNcu: 2.5 } },
      },
    },
    live: {
      profile: 'protected',
      env: { account: '111122223333', region: 'eu-west-1' },
      zones: ['eu-west-1a', 'eu-west-1b', 'eu-west-1c'],
      stores: { people: { readers: 2 } },
    },
  },
  network: newVpc({ cidr: '10.70.0.0/16' }),
  stores: {
    profiles: documentdb({ slowOperationMs: 200 }),
    people: neptune(),
    happenings: dynamodb({
      partitionKey: 'person',
      sortKey: { name: 'at', type: 'number' },
      indexes: { byKind: { partitionKey: 'kind', sortKey: { name: 'at', type: 'number' }, projection: 'keys' } },
      timeToLive: 'expiresAt',
    }),
    sessions: valkey({ shape: replicationGroup(), eviction: 'noeviction' }),
  },
  services: {
    web: {
      uses: { profiles: 'write', people: 'write', happenings: 'write', sessions: 'write' },
      principal: 'arn:aws:iam::111122223333:role/social-web',
    },
    recommender: {
      uses: { people: 'read', profiles: 'read' },
      principal: 'arn:aws:iam::111122223333:role/social-recommender',
    },
  },
});
