import * as events from 'aws-cdk-lib/aws-events';
import { Construct } from 'constructs';
import { CACHE_EVENTS } from '../../lib/watch';

export interface CacheEventRuleProps {
  /** Name of the serverless cache. */
  readonly cacheName: string;
  /** Its policy and its key let rules publish: see {@link AlarmTopic.allowEventRules}. */
  readonly topicArn: string;
}

/**
 * Tells a topic what happens to a serverless cache by ElastiCache's own account. Caches of nodes say such things to a topic without encryption only.
 * @see https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/ElastiCacheSNS.html
 */
export class CacheEventRule extends Construct {
  constructor(scope: Construct, id: string, { cacheName, topicArn }: CacheEventRuleProps) {
    super(scope, id);
    // AWS does not say whether an event of a snapshot names its cache as the source, or the snapshot, whose name holds the cache's.
    const named = [{ wildcard: `*${cacheName}*` }];
    new events.CfnRule(this, 'Resource', {
      description: `What happens to ${cacheName}`,
      eventPattern: {
        source: ['aws.elasticache'],
        'detail-type': CACHE_EVENTS.map(({ name }) => name),
        $or: [{ resources: named }, { detail: { SourceIdentifier: named } }, { detail: { SourceArn: named } }],
      },
      targets: [{ id: 'Topic', arn: topicArn }],
    });
  }
}
