import * as docdb from 'aws-cdk-lib/aws-docdb';
import * as neptune from 'aws-cdk-lib/aws-neptune';
import * as rds from 'aws-cdk-lib/aws-rds';
import { Construct } from 'constructs';
import { SERVER_EVENTS, type EventService, type EventSource } from '../../lib/watch';

export interface ServerEventSubscriptionProps {
  /** No other of the account's region, of whichever service, may have it: all three share them. */
  readonly subscriptionName: string;
  readonly service: EventService;
  readonly from: EventSource;
  /** Identifiers of instances or clusters, which must be there before it. */
  readonly of: readonly string[];
  /** Its policy and its key let RDS publish, as which the others publish too: see {@link AlarmTopic}. */
  readonly topicArn: string;
}

const SUBSCRIPTIONS = {
  RDS: rds.CfnEventSubscription,
  DocDB: docdb.CfnEventSubscription,
  Neptune: neptune.CfnEventSubscription,
} as const;

/** Tells a topic what happens to servers by the account of their own service: a failover, a failure, storage that runs out. */
export class ServerEventSubscription extends Construct {
  constructor(
    scope: Construct,
    id: string,
    { subscriptionName, service, from, of, topicArn }: ServerEventSubscriptionProps,
  ) {
    super(scope, id);
    new SUBSCRIPTIONS[service](this, 'Resource', {
      subscriptionName,
      sourceType: from,
      sourceIds: [...of],
      eventCategories: SERVER_EVENTS[service][from].map(({ name }) => name),
      snsTopicArn: topicArn,
    });
  }
}
