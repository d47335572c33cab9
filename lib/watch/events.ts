import type { Runbook } from './runbook';
import type { Urgency } from './state-alarms';

/** Services that tell of their servers by subscriptions of RDS's sort. */
export type EventService = 'RDS' | 'DocDB' | 'Neptune';

/** Of what they tell. */
export type EventSource = 'db-instance' | 'db-cluster';

/** What AWS tells by itself, which no metric shows, or too late. */
export interface EventRow {
  /** As AWS calls it. Of a subscription: its category; of EventBridge: its detail type. */
  readonly name: string;
  readonly urgency: Urgency;
  readonly runbook: Runbook;
  /** What it means, in one sentence without its end. */
  readonly meaning: string;
}

const DELETION: EventRow = {
  name: 'deletion',
  urgency: 'page',
  runbook: 'backups',
  meaning: 'somebody deleted it: what is left are its snapshots',
};
const failover = (runbook: Runbook): EventRow => ({
  name: 'failover',
  urgency: 'ticket',
  runbook,
  meaning: 'another server took over, or could not: writes that were under way failed',
});
const failure = (runbook: Runbook): EventRow => ({
  name: 'failure',
  urgency: 'page',
  runbook,
  meaning: 'the server has failed: AWS says what of, and whether it has to be restored',
});
const recovery = (runbook: Runbook): EventRow => ({
  name: 'recovery',
  urgency: 'ticket',
  runbook,
  meaning: 'AWS brings the server back after a failure',
});

/** What each service tells of servers and of clusters, by the categories that it has for these: of another one it would refuse the subscription. */
export const SERVER_EVENTS: Readonly<Record<EventService, Readonly<Record<EventSource, readonly EventRow[]>>>> = {
  RDS: {
    'db-instance': [
      DELETION,
      failover('failover'),
      failure('failover'),
      { name: 'low storage', urgency: 'page', runbook: 'storage', meaning: 'the storage is nearly full, or is' },
      {
        name: 'read replica',
        urgency: 'ticket',
        runbook: 'replica-lag',
        meaning: 'the replica does not follow its primary any more, or does again',
      },
    ],
    'db-cluster': [DELETION, failover('failover'), failure('failover')],
  },
  DocDB: {
    'db-instance': [DELETION, failure('documents'), recovery('documents')],
    'db-cluster': [DELETION, failover('documents')],
  },
  Neptune: {
    'db-instance': [DELETION, failure('graphs'), recovery('graphs')],
    'db-cluster': [failover('graphs')],
  },
};

/** Where AWS lists the categories. */
export const SERVER_EVENT_SOURCES: Readonly<Record<EventService, string>> = {
  RDS: 'https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_Events.Messages.html',
  DocDB: 'https://docs.aws.amazon.com/documentdb/latest/developerguide/event-subscriptions.categories-messages.html',
  Neptune: 'https://docs.aws.amazon.com/neptune/latest/userguide/event-lists.html',
};

/** What a serverless cache tells, by way of EventBridge. Caches of nodes tell nothing there. */
export const CACHE_EVENTS: readonly EventRow[] = [
  {
    name: 'Cache Limit Approaching',
    urgency: 'page',
    runbook: 'cache',
    meaning: 'one slot is nearly as large as it may become: writes to it are about to fail',
  },
  {
    name: 'Cache Deleted',
    urgency: 'page',
    runbook: 'backups',
    meaning: 'somebody deleted it: what is left are its snapshots',
  },
  { name: 'Cache Update Failed', urgency: 'ticket', runbook: 'cache', meaning: 'a change of the cache was not made' },
  {
    name: 'Snapshot Creation Failed',
    urgency: 'ticket',
    runbook: 'backups',
    meaning: 'today’s snapshot was not taken: what is lost now comes back as of yesterday',
  },
];

/** Where AWS lists what it tells EventBridge. */
export const CACHE_EVENTS_SOURCE = 'https://docs.aws.amazon.com/eventbridge/latest/ref/events-ref-elasticache.html';
