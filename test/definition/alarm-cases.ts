import { minimalTier } from './minimal-tier';
import type { RuleCase } from './rule-case';

const live = {
  profile: 'protected',
  zones: ['eu-west-1a', 'eu-west-1b', 'eu-west-1c'],
  env: { account: '111122223333', region: 'eu-west-1' },
};
const withAlarms = (alarms: object, stores: object = { main: { kind: 'postgres' } }) =>
  minimalTier({ stages: { live: { ...live, alarms } }, stores });
const withThresholds = (thresholds: object) => withAlarms({ thresholds: { main: thresholds } });
const at = (...path: readonly string[]): string => ['stages', 'live', 'alarms', ...path].join('.');

/** What can be wrong with what a stage wants of its alarms. */
export const alarmCases: readonly RuleCase[] = [
  {
    rule: 'alarms-of-watched-stage',
    breaks: 'alarms of a disposable stage',
    input: minimalTier({ stages: { dev: { profile: 'disposable', alarms: {} } } }),
    path: 'stages.dev.alarms',
    message: 'a disposable stage wakes nobody and has no alarms: leave this out, or make the stage protected',
  },
  {
    rule: 'thresholds-of-known-store',
    breaks: 'thresholds of a store that there is not',
    input: withAlarms({ thresholds: { mian: { ReplicaLag: 10 } } }),
    path: at('thresholds', 'mian'),
    message: 'no store "mian", did you mean "main"?',
  },
  {
    rule: 'threshold-of-known-alarm',
    breaks: 'a threshold of a metric that no alarm reads',
    input: withThresholds({ ReplicaLagg: 10 }),
    path: at('thresholds', 'main', 'ReplicaLagg'),
    message: 'no alarm "ReplicaLagg", did you mean "ReplicaLag"?',
  },
  {
    rule: 'threshold-of-known-alarm',
    breaks: 'a threshold of a table that only its indexes have by another name',
    input: withAlarms(
      { thresholds: { sessions: { ReadThrottleEvents: 5, IndexReadThrottleEvent: 5 } } },
      { sessions: { kind: 'dynamodb', partitionKey: 'id' } },
    ),
    path: at('thresholds', 'sessions', 'IndexReadThrottleEvent'),
    message: 'no alarm "IndexReadThrottleEvent", did you mean "IndexReadThrottleEvents"?',
  },
  {
    rule: 'threshold-of-known-alarm',
    breaks: 'a threshold of a cache that is none of a cache’s',
    input: withAlarms({ thresholds: { sessions: { Evictions: 5, Eviction: 5 } } }, { sessions: { kind: 'valkey' } }),
    path: at('thresholds', 'sessions', 'Eviction'),
    message: 'no alarm "Eviction", did you mean "Evictions"?',
  },
  {
    rule: 'threshold-can-be-reached',
    breaks: 'more than all of the processors',
    input: withThresholds({ CPUUtilization: 100 }),
    path: at('thresholds', 'main', 'CPUUtilization'),
    message: 'got 100, an alarm that never fires: there are no more than 100 percent: allowed: 0 to less than 100',
  },
  {
    rule: 'threshold-can-be-reached',
    breaks: 'less than no storage',
    input: withThresholds({ FreeStorageSpace: 0 }),
    path: at('thresholds', 'main', 'FreeStorageSpace'),
    message: 'got 0, an alarm that never fires: nothing is below it: allowed: more than 0',
  },
  {
    rule: 'threshold-can-be-reached',
    breaks: 'more connections than a server takes',
    input: withAlarms(
      { thresholds: { main: { DatabaseConnections: 200 } } },
      { main: { kind: 'postgres', maxConnections: 200 } },
    ),
    path: at('thresholds', 'main', 'DatabaseConnections'),
    message: 'got 200, an alarm that never fires: there are no more than 200 connections: allowed: 0 to less than 200',
  },
  {
    rule: 'threshold-can-be-reached',
    breaks: 'more transaction ids than there are',
    input: withThresholds({ MaximumUsedTransactionIDs: 3_000_000_000 }),
    path: at('thresholds', 'main', 'MaximumUsedTransactionIDs'),
    message:
      'got 3000000000, an alarm that never fires: there are no more than 2147483648 transaction ids: allowed: 0 to less than 2147483648',
  },
  {
    rule: 'threshold-can-be-reached',
    breaks: 'more data than a cache grows to',
    input: withAlarms(
      { thresholds: { pages: { BytesUsedForCache: 5e9 } } },
      { pages: { kind: 'valkey', shape: { kind: 'serverlessCache', dataGb: { max: 5 } } } },
    ),
    path: at('thresholds', 'pages', 'BytesUsedForCache'),
    message:
      'got 5000000000, an alarm that never fires: there are no more than 5000000000 bytes: allowed: 0 to less than 5000000000',
  },
  {
    rule: 'threshold-can-be-reached',
    breaks: 'more queries than a graph lets wait',
    input: withAlarms({ thresholds: { people: { QueueNearlyFull: 8192 } } }, { people: { kind: 'neptune' } }),
    path: at('thresholds', 'people', 'QueueNearlyFull'),
    message:
      'got 8192, an alarm that never fires: there are no more than 8192 queries that wait: allowed: 0 to less than 8192',
  },
  {
    rule: 'topic-of-own-region',
    breaks: 'a topic of another region',
    input: withAlarms({ topics: { page: 'arn:aws:sns:us-east-1:111122223333:on-call' } }),
    path: at('topics', 'page'),
    message: 'a topic of us-east-1, but alarms of eu-west-1 tell topics of their own region only',
  },
];

export const alarmsAccepted: Readonly<Record<string, unknown>> = {
  'thresholds that can be reached, and topics of the region': withAlarms(
    {
      topics: { page: 'arn:aws:sns:eu-west-1:111122223333:on-call', ticket: 'arn:aws:sns:eu-west-1:999988887777:desk' },
      thresholds: { main: { CPUUtilization: 99, FreeStorageSpace: 1, DatabaseConnections: 199, Saturation: 95 } },
    },
    { main: { kind: 'postgres', maxConnections: 200 } },
  ),
};
