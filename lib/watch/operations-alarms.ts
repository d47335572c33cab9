import type { AlarmGroup } from './alarm-row';
import { SOURCES } from './sources';
import type { WatchedMaintenance, WatchedTopic } from './watched';

/** What the topic of alarms is watched for: an alarm that reaches nobody is none. */
export const TOPIC_ALARMS: AlarmGroup<WatchedTopic> = {
  watches: 'the topic of alarms',
  namespace: 'AWS/SNS',
  dimensions: ({ identifier }) => ({ TopicName: identifier }),
  rows: [
    {
      name: 'NumberOfNotificationsFailed',
      reads: { metric: 'NumberOfNotificationsFailed', statistic: 'Sum' },
      unit: 'Count',
      periodSeconds: 60,
      datapoints: [5, 5],
      comparison: 'above',
      threshold: () => 0,
      rule: 'any, for five minutes',
      missing: 'notBreaching',
      severity: 'ticket',
      runbook: 'smoke-test',
      meaning: 'what alarms have to say does not arrive',
      source: `${SOURCES.recommended}, which says that it should be 0`,
    },
  ],
};

/** How long the other alarms of a store are silent after one data point of the kit's own metric `Maintenance`. */
const QUIET_MINUTES = 60;

/** Announced work on a store: one data point keeps the store's other alarms silent for an hour, and ends by itself. */
export const MAINTENANCE_ALARMS: AlarmGroup<WatchedMaintenance> = {
  watches: 'announced work on a store',
  namespace: 'Polystore',
  dimensions: ({ tier, stage, store }) => ({ Tier: tier, Stage: stage, Store: store }),
  rows: [
    {
      name: 'maintenance',
      reads: { metric: 'Maintenance', statistic: 'Maximum' },
      unit: 'Count',
      periodSeconds: 60,
      datapoints: [1, QUIET_MINUTES],
      comparison: 'above',
      threshold: () => 0,
      rule: `any in the last ${QUIET_MINUTES} minutes`,
      missing: 'notBreaching',
      severity: 'quiet',
      runbook: 'failover',
      meaning: 'somebody works on the store and said so: its other alarms tell nobody',
      source: 'the kit',
    },
  ],
};
