import { CACHE_CLASSES } from '../../lib/catalog';
import { minimalTier } from './minimal-tier';
import type { RuleCase } from './rule-case';

const cache = (options: object, parts: Readonly<Record<string, unknown>> = {}) =>
  minimalTier({ stores: { sessions: { kind: 'valkey', ...options } }, ...parts });
const protectedStage = {
  stages: { live: { profile: 'protected', zones: ['eu-west-1a', 'eu-west-1b', 'eu-west-1c'] } },
};
const web = (parts: object = {}) => ({ services: { web: { uses: { sessions: 'read' }, ...parts } } });
const group = { kind: 'replicationGroup' };
const serverless = { kind: 'serverlessCache' };
const shards = (count: number, replicas?: number) => ({
  kind: 'clusterMode',
  shards: count,
  ...(replicas !== undefined && { replicas }),
});

/** What can be wrong with a cache, most of which AWS refuses no sooner than when it deploys it. */
export const valkeyCases: readonly RuleCase[] = [
  {
    rule: 'cache-class-exists',
    breaks: 'a node type with its prefix',
    input: cache({ class: 'cache.r7g.large' }),
    path: 'stores.sessions.class',
    message: 'unknown node type "cache.r7g.large", did you mean "r7g.large"?',
  },
  {
    rule: 'cache-class-exists',
    breaks: 'a class that only databases have',
    input: cache({ class: 'x2iedn.32xlarge' }),
    path: 'stores.sessions.class',
    message: `unknown node type "x2iedn.32xlarge", allowed: ${Object.keys(CACHE_CLASSES).length} types such as t4g.micro and r7g.large`,
  },
  {
    rule: 'cache-version-of-engine',
    breaks: 'a version of Redis OSS for Valkey',
    input: cache({ version: '7.1' }),
    path: 'stores.sessions.version',
    message: 'got 7.1, which is no version of valkey, allowed: 7.2, 8.0, 8.1, 8.2, 9.0',
  },
  {
    rule: 'cache-version-of-engine',
    breaks: 'a version of Valkey for Redis OSS',
    input: cache({ engine: 'redis', version: '8.0' }),
    path: 'stores.sessions.version',
    message: 'got 8.0, which is no version of redis, allowed: 6.2, 7.0, 7.1',
  },
  {
    rule: 'cache-nodes-only',
    breaks: 'a node type of a cache that has no nodes',
    input: cache({ shape: serverless, class: 'r7g.large' }),
    path: 'stores.sessions.class',
    message: 'a serverless cache has no class: leave it out, or take replicationGroup() or clusterMode()',
  },
  {
    rule: 'cache-serverless-version',
    breaks: 'a version that is not serverless',
    input: cache({ engine: 'redis', version: '6.2', shape: serverless }),
    path: 'stores.sessions.version',
    message: 'got 6.2, but redis is serverless with major version 7 only',
  },
  {
    rule: 'cache-serverless-range',
    breaks: 'a minimum above the maximum',
    input: cache({ shape: { ...serverless, dataGb: { min: 20, max: 10 } } }),
    path: 'stores.sessions.shape.dataGb.min',
    message: 'got 20, more than max 10: allowed: up to 10',
  },
  {
    rule: 'cache-protected-replicas',
    breaks: 'a primary without a replica in a protected stage',
    input: cache({ shape: { ...group, replicas: 0 } }, protectedStage),
    path: 'stores.sessions.shape.replicas',
    message:
      'got 0, but stage live is protected, and what a zone takes along must stand in another one too: allowed: integer 1–5',
  },
  {
    rule: 'cache-nodes',
    breaks: 'more nodes than a cache may have',
    input: cache({ shape: shards(200, 2) }),
    path: 'stores.sessions.shape',
    message: '200 shards with their replicas are 600 nodes, of which one cache has at most 500: take fewer of either',
  },
  {
    rule: 'cache-shape-of-stages',
    breaks: 'slots in one stage only',
    input: cache(
      {},
      {
        stages: {
          dev: { profile: 'disposable' },
          live: {
            profile: 'protected',
            zones: ['eu-west-1a', 'eu-west-1b', 'eu-west-1c'],
            stores: { sessions: { shape: shards(3) } },
          },
        },
      },
    ),
    path: 'stages.live.stores.sessions.shape',
    message:
      'stage live would spread keys over slots and stage dev not, or the other way round: a command that names several keys would work in one of them only',
  },
  {
    rule: 'cache-snapshot-days',
    breaks: 'snapshots that are kept for longer than AWS does',
    input: cache({ backup: { retentionDays: 36 } }),
    path: 'stores.sessions.backup.retentionDays',
    message: 'got 36, allowed: integer 0–35',
  },
  {
    rule: 'cache-window-length',
    breaks: 'a window that would do for a database',
    input: cache({ maintenance: { window: 'sun:04:00-sun:04:30' } }),
    path: 'stores.sessions.maintenance.window',
    message: 'got "sun:04:00-sun:04:30", which lasts 30 minutes, allowed for a cache: at least 60',
  },
  {
    rule: 'cache-user-length',
    breaks: 'a service whose user would have too long an id',
    input: minimalTier({
      stores: { sessions: { kind: 'valkey' } },
      services: { 'recommendations-worker-blue': { uses: { sessions: 'read' } } },
    }),
    path: 'services.recommendations-worker-blue.uses.sessions',
    message:
      'the user shop-dev-sessions-recommendations-worker-blue of a cache would have 45 characters, AWS allows 40: shorten the name of the tier, the stage, the store or the service',
  },
  {
    rule: 'cache-users-differ',
    breaks: 'users of two caches that are called alike once names are joined',
    input: minimalTier({
      stores: { a: { kind: 'valkey' }, 'a-b': { kind: 'valkey' } },
      services: { 'b-c': { uses: { a: 'read' } }, c: { uses: { 'a-b': 'read' } } },
    }),
    path: 'services.c.uses.a-b',
    message: 'the user shop-dev-a-b-c would also be one of a, since names are joined by dashes: rename one',
  },
  {
    rule: 'cache-takes-no-tokens',
    breaks: 'tokens for a cache that is too old for them',
    input: cache(
      { engine: 'redis', version: '6.2' },
      web({ principal: 'arn:aws:iam::111122223333:role/web', authentication: { kind: 'iam' } }),
    ),
    path: 'services.web.authentication',
    message:
      'got iam(), but sessions is a cache of version 6.2, which takes no tokens of IAM: give it version 7.0 or later, or use password()',
  },
  {
    rule: 'identifier-length',
    breaks: 'a cache whose name would do for a database',
    input: minimalTier({ stores: { [`a${'b'.repeat(32)}`]: { kind: 'valkey' } } }),
    path: `stores.a${'b'.repeat(32)}`,
    message: `the identifier shop-dev-a${'b'.repeat(32)} would have 42 characters, AWS allows 40: shorten the name of the tier, the stage, the store or the server`,
  },
];

export const valkeyAccepted: Readonly<Record<string, unknown>> = {
  'a cache that says nothing': cache({}),
  'a cache without a replica in a disposable stage': cache({ shape: { ...group, replicas: 0 } }),
  'shards where another stage has a serverless cache, which is asked alike': cache(
    { shape: serverless },
    {
      stages: {
        dev: { profile: 'disposable' },
        live: {
          profile: 'protected',
          zones: ['eu-west-1a', 'eu-west-1b', 'eu-west-1c'],
          stores: { sessions: { shape: shards(3), class: 'r7g.large' } },
        },
      },
    },
  ),
  'a node type beside a stage that is serverless': cache(
    { shape: shards(1), class: 'r7g.large' },
    { stages: { dev: { profile: 'disposable', stores: { sessions: { shape: serverless } } } } },
  ),
  'no snapshot of a cache': cache({ backup: { retentionDays: 0 } }),
  'nodes with disks of their own': cache({ class: 'r6gd.xlarge' }),
};
