import { minimalTier, withPosts } from './minimal-tier';
import type { RuleCase } from './rule-case';

const env = { account: '111122223333', region: 'eu-west-1' };
const AWAY = 'eu-central-1';
const regionsOf = (...names: readonly string[]) =>
  Object.fromEntries(
    names.map((name, at) => [
      name,
      { network: { kind: 'newVpc', cidr: `10.${at + 1}.0.0/16` }, zones: [`${name}a`, `${name}b`] },
    ]),
  );
const AFAR = [
  ...['us-east-1', 'us-east-2', 'us-west-1', 'us-west-2', 'ca-central-1'],
  ...['eu-north-1', 'eu-west-2', 'eu-west-3', 'sa-east-1', 'ap-southeast-2'],
];

/** With the names of its shards' copies 64 characters. */
const LONG = 'l'.repeat(36);

const inStage = (stage: object) => ({
  stages: {
    prod: {
      profile: 'protected',
      zones: ['eu-west-1a', 'eu-west-1b', 'eu-west-1c'],
      env,
      regions: regionsOf(AWAY),
      ...stage,
    },
  },
});
const follow = (...regions: readonly string[]) => Object.fromEntries(regions.map((region) => [region, {}]));
/** Shards with copies in another region, and what the store and its stage say beside them. */
const copied = (globalDatabase: object = {}, posts: object = {}, stage: object = {}) =>
  withPosts(
    { globalDatabase: { version: '17.5', secondaries: follow(AWAY), ...globalDatabase }, ...posts },
    inStage(stage),
  );

/** What copies of shards in other regions can make wrong. */
export const globalCases: readonly RuleCase[] = [
  {
    rule: 'global-protected',
    breaks: 'copies in a disposable stage',
    input: copied({}, { class: 'r8g.large' }, { profile: 'disposable' }),
    path: 'stores.posts.globalDatabase',
    message:
      'stage prod is disposable, and keeps nothing that a lost region would take: write globalDatabase in stages.<stage>.stores.posts of a stage that is protected',
  },
  {
    rule: 'global-version',
    breaks: 'copies of another major version',
    input: copied({ version: '16.9' }),
    path: 'stores.posts.globalDatabase.version',
    message:
      'got "16.9", but the shards are of version 17: a copy has the minor version of what it copies, such as \'17.5\'',
  },
  {
    rule: 'global-regions',
    breaks: 'copies nowhere',
    input: copied({ secondaries: {} }, {}, { regions: undefined }),
    path: 'stores.posts.globalDatabase.secondaries',
    message: 'got none: name a region, or leave globalDatabase out',
  },
  {
    rule: 'global-regions',
    breaks: 'copies in eleven regions',
    input: copied({ secondaries: follow(AWAY, ...AFAR) }, {}, { regions: regionsOf(AWAY, ...AFAR) }),
    path: 'stores.posts.globalDatabase.secondaries',
    message: 'got 11 regions, a global database has at most 10 beside that of its primary',
  },
  {
    rule: 'global-region-name',
    breaks: 'copies in a city',
    input: copied(
      { secondaries: follow('frankfurt') },
      {},
      { regions: { frankfurt: { network: { kind: 'newVpc', cidr: '10.1.0.0/16' } } } },
    ),
    path: 'stores.posts.globalDatabase.secondaries.frankfurt',
    message: 'got "frankfurt", allowed: region such as \'eu-central-1\'',
  },
  {
    rule: 'global-readers',
    breaks: 'copies beside the most readers that a shard may be given',
    input: copied({}, { readers: { kind: 'autoscaled', min: 1, max: 15 }, shards: 1 }),
    path: 'stores.posts.globalDatabase.secondaries',
    message: 'each takes the place of a reader of the primary: shard s0 has 15 readers, allowed beside these: up to 14',
  },
  {
    rule: 'global-class',
    breaks: 'copies of a shard on servers that burst',
    input: copied({}, { shards: { s0: {}, s1: { class: 't4g.large' } } }),
    path: 'stores.posts.globalDatabase',
    message:
      "shard s1 has servers of t4g.large, and a global database has none that burst: take a class such as 'r8g.large', or serverless({ … })",
  },
  {
    rule: 'identifier-length',
    breaks: 'a copy whose name, with its region, is too long',
    input: minimalTier({
      ...inStage({}),
      stores: {
        [LONG]: {
          kind: 'shardedPostgres',
          shardKey: 'id',
          shards: 1,
          database: 'posts',
          globalDatabase: { version: '17.5', secondaries: follow(AWAY) },
        },
      },
    }),
    path: `stores.${LONG}.shards.s0`,
    message: `the identifier shop-prod-${LONG}-s0-${AWAY}-a would have 64 characters, AWS allows 63: shorten the name of the tier, the stage, the store or the server`,
  },
  {
    rule: 'region-of-env',
    breaks: 'copies in a stage that is nowhere',
    input: copied({}, {}, { env: undefined }),
    path: `stores.posts.globalDatabase.secondaries.${AWAY}`,
    message:
      'got eu-central-1, but stage prod names no account and region, without which nothing can be named from one region in another: set stages.prod.env, or say globalDatabase in stages that have an env only',
  },
  {
    rule: 'region-elsewhere',
    breaks: 'copies elsewhere that are here',
    input: copied({ secondaries: follow('eu-west-1') }, {}, { regions: undefined }),
    path: 'stores.posts.globalDatabase.secondaries.eu-west-1',
    message: 'got eu-west-1, which is the region of stage prod itself: name another',
  },
  {
    rule: 'region-described',
    breaks: 'copies in a region of which nothing is said',
    input: copied({}, {}, { regions: undefined }),
    path: `stores.posts.globalDatabase.secondaries.${AWAY}`,
    message:
      "got eu-central-1, of which stage prod does not say what its secondaries stand on: write stages.prod.regions: { 'eu-central-1': { network: newVpc({ cidr: '10.1.0.0/16' }), zones: ['eu-central-1a', 'eu-central-1b'] } }",
  },
  ...['posts-eu-central-1', 'posts-global-s0', 'posts-shards-s0-eu-central-1'].map((store) => ({
    rule: 'stack-names-differ',
    breaks: `a store that is called like a stack of another’s copies, ${store}`,
    input: withPosts(
      {},
      {
        ...inStage({}),
        stores: {
          posts: {
            kind: 'shardedPostgres',
            shardKey: 'user_id',
            shards: 2,
            globalDatabase: { version: '17.5', secondaries: follow(AWAY) },
          },
          [store]: { kind: 'postgres' },
        },
      },
    ),
    path: `stores.${store}`,
    message: `the stack shop-prod-${store} would also be one of stores.posts in stage prod, since names are joined by dashes: rename one`,
  })),
];

/** The same at the edge, where it is right. */
export const globalAccepted: Readonly<Record<string, unknown>> = {
  'copies of shards in another region': copied(),
  'copies in ten regions': copied({ secondaries: follow(...AFAR) }, {}, { regions: regionsOf(...AFAR) }),
  'copies with sixteen servers': copied({ secondaries: { [AWAY]: { servers: 16 } } }),
  'copies beside fourteen readers': copied({}, { readers: 14 }),
  'copies of serverless shards': copied({}, { capacity: { kind: 'serverless', minAcu: 0.5, maxAcu: 8 } }),
  'copies in one stage only': withPosts(
    {},
    {
      stages: {
        dev: { profile: 'disposable' },
        prod: {
          profile: 'protected',
          zones: ['eu-west-1a', 'eu-west-1b', 'eu-west-1c'],
          env,
          regions: regionsOf(AWAY),
          stores: { posts: { globalDatabase: { version: '17.5', secondaries: follow(AWAY) } } },
        },
      },
    },
  ),
};
