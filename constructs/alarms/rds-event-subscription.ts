import * as rds from 'aws-cdk-lib/aws-rds';
import { Construct } from 'constructs';

/** What RDS is asked to tell of each sort of source: what alarms can't see, or see too late. */
const CATEGORIES = {
  'db-instance': ['deletion', 'failover', 'failure', 'low storage', 'read replica'],
  'db-cluster': ['deletion', 'failover', 'failure'],
} as const;

export interface RdsEventSubscriptionProps {
  readonly subscriptionName: string;
  readonly from: keyof typeof CATEGORIES;
  /** Identifiers of instances or clusters, which must be there before it. */
  readonly of: readonly string[];
  /** Its policy and its key let RDS publish: see {@link AlarmTopic}. */
  readonly topicArn: string;
}

/**
 * Tells a topic what happens to servers by RDS's own account: a failover, a failure, storage that runs out.
 * @see https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_Events.Messages.html
 */
export class RdsEventSubscription extends Construct {
  constructor(scope: Construct, id: string, { subscriptionName, from, of, topicArn }: RdsEventSubscriptionProps) {
    super(scope, id);
    new rds.CfnEventSubscription(this, 'Resource', {
      subscriptionName,
      sourceType: from,
      sourceIds: [...of],
      eventCategories: [...CATEGORIES[from]],
      snsTopicArn: topicArn,
    });
  }
}
