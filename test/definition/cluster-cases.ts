import { minimalTier } from './minimal-tier';
import type { RuleCase } from './rule-case';

/** A tier with one store of documents called `profiles`. */
const withDocuments = (options: object, parts: Readonly<Record<string, unknown>> = {}) =>
  minimalTier({ stores: { profiles: { kind: 'documentdb', ...options } }, ...parts });

/** A tier with one graph called `friends`. */
const withGraph = (options: object, parts: Readonly<Record<string, unknown>> = {}) =>
  minimalTier({ stores: { friends: { kind: 'neptune', ...options } }, ...parts });

const live = { stages: { live: { profile: 'protected', zones: ['eu-west-1a', 'eu-west-1b', 'eu-west-1c'] } } };
const scaleOut = { shards: 2, vcpu: 2 };

export const clusterCases: readonly RuleCase[] = [
  {
    rule: 'cluster-class',
    breaks: 'a class that DocumentDB does not offer',
    input: withDocuments({ class: 'x2g.large' }),
    path: 'stores.profiles.class',
    message: 'DocumentDB offers no class "x2g.large", did you mean "r6g.large"?',
  },
  {
    rule: 'cluster-class',
    breaks: 'a class with its prefix',
    input: withGraph({ class: 'db.r6g.large' }),
    path: 'stores.friends.class',
    message: 'Neptune offers no class "db.r6g.large", did you mean "r6g.large"?',
  },
  {
    rule: 'cluster-servers',
    breaks: 'a class and a capacity',
    input: withGraph({ class: 'r6g.large', capacity: { minNcu: 1, maxNcu: 4 } }),
    path: 'stores.friends.capacity',
    message: 'got a class and a capacity, but servers are of a class or serverless: leave one out',
  },
  {
    rule: 'cluster-scale-out',
    breaks: 'readers of an elastic cluster',
    input: withDocuments({ scaleOut, readers: 2 }),
    path: 'stores.profiles.readers',
    message: 'an elastic cluster has no readers: leave it out, or leave scaleOut out',
  },
  {
    rule: 'cluster-capacity',
    breaks: 'a least of DCU above the most',
    input: withDocuments({ capacity: { minDcu: 8, maxDcu: 4 } }),
    path: 'stores.profiles.capacity.minDcu',
    message: 'got 8, above maxDcu 4: allowed: up to 4',
  },
  {
    rule: 'cluster-capacity',
    breaks: 'a least of NCU above the most',
    input: withGraph({ capacity: { minNcu: 4, maxNcu: 2.5 } }),
    path: 'stores.friends.capacity.minNcu',
    message: 'got 4, above maxNcu 2.5: allowed: up to 2.5',
  },
  {
    rule: 'cluster-protected-readers',
    breaks: 'a protected graph without a reader',
    input: withGraph({ readers: 0 }, live),
    path: 'stores.friends.readers',
    message:
      'got 0, but stage live is protected, and what a zone takes along must stand in another one too: allowed: integer 1–15',
  },
  {
    rule: 'cluster-protected-readers',
    breaks: 'protected shards of one server',
    input: withDocuments({ scaleOut: { ...scaleOut, servers: 1 } }, live),
    path: 'stores.profiles.scaleOut.servers',
    message:
      'got 1, but stage live is protected, and what a zone takes along must stand in another one too: allowed: integer 2–16',
  },
  {
    rule: 'cluster-password-only',
    breaks: 'a service that would log in to documents by IAM',
    input: withDocuments(
      {},
      {
        services: {
          web: {
            uses: { profiles: 'read' },
            principal: 'arn:aws:iam::111122223333:role/web',
            authentication: { kind: 'iam' },
          },
        },
      },
    ),
    path: 'services.web.authentication',
    message: 'got iam(), but services log in to profiles, which holds documents, with passwords: use password()',
  },
  {
    rule: 'backup-retention',
    breaks: 'documents without backups',
    input: withDocuments({ backup: { retentionDays: 0 } }),
    path: 'stores.profiles.backup.retentionDays',
    message: 'got 0, allowed: integer 1–35; 0 would switch backups off',
  },
  {
    rule: 'windows-apart',
    breaks: 'a graph that is maintained while it is backed up',
    input: withGraph({ backup: { window: '04:00-05:00' } }),
    path: 'stores.friends.backup.window',
    message:
      'the daily backup window 04:00-05:00 and the maintenance window sun:04:00-sun:05:00 overlap, which AWS refuses: move one (all times are UTC)',
  },
];

export const clustersAccepted: Readonly<Record<string, unknown>> = {
  'documents and a graph, and nothing said of them': minimalTier({
    stores: { profiles: { kind: 'documentdb' }, friends: { kind: 'neptune' } },
  }),
  'the least and the most that serverless servers scale to': minimalTier({
    stores: {
      profiles: { kind: 'documentdb', capacity: { minDcu: 0.5, maxDcu: 256 } },
      friends: { kind: 'neptune', capacity: { minNcu: 1, maxNcu: 128 } },
    },
  }),
  'a stage that has a class in the place of a capacity': minimalTier({
    stores: { friends: { kind: 'neptune', capacity: { minNcu: 1, maxNcu: 4 } } },
    stages: {
      live: {
        profile: 'protected',
        zones: ['eu-west-1a', 'eu-west-1b', 'eu-west-1c'],
        stores: { friends: { class: 'r6g.large', readers: 15 } },
      },
    },
  }),
  'a stage that scales out what a store has of a class': minimalTier({
    stores: { profiles: { kind: 'documentdb', class: 'r6g.large', readers: 1 } },
    stages: {
      live: {
        profile: 'protected',
        zones: ['eu-west-1a', 'eu-west-1b', 'eu-west-1c'],
        stores: { profiles: { scaleOut: { shards: 32, vcpu: 64 } } },
      },
    },
  }),
};
