import { Stack, type Duration, type RemovalPolicy } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as sns from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';

export interface AlarmTopicProps {
  readonly topicName: string;
  readonly displayName: string;
  /** Wait between asking for the key's deletion and the deletion. @default Duration.days(30) */
  readonly keyPendingWindow?: Duration;
  /** Of topic and key. @default - deleted with the stack */
  readonly removalPolicy?: RemovalPolicy;
}

/** What whoever publishes does with the key. */
const KEY_ACTIONS = ['kms:Decrypt', 'kms:GenerateDataKey'];

/**
 * Where alarms go, encrypted with a key of its own that lets CloudWatch and RDS publish, as which DocumentDB and Neptune publish too: on the key that
 * AWS manages, alarms vanish without a word. Who is told is for the team to say: it subscribes what it likes.
 */
export class AlarmTopic extends Construct {
  readonly topic: sns.Topic;
  private readonly key: kms.Key;

  constructor(scope: Construct, id: string, props: AlarmTopicProps) {
    super(scope, id);
    const publishers = ['cloudwatch.amazonaws.com', 'events.rds.amazonaws.com'].map(
      (service) => new iam.ServicePrincipal(service),
    );
    const fromThisAccount = { StringEquals: { 'aws:SourceAccount': Stack.of(this).account } };
    const removal = props.removalPolicy === undefined ? {} : { removalPolicy: props.removalPolicy };
    this.key = new kms.Key(this, 'Key', {
      description: `Alarms: ${props.displayName}`,
      enableKeyRotation: true,
      ...(props.keyPendingWindow && { pendingWindow: props.keyPendingWindow }),
      ...removal,
    });
    this.key.addToResourcePolicy(
      new iam.PolicyStatement({
        principals: publishers,
        actions: KEY_ACTIONS,
        resources: ['*'],
        conditions: fromThisAccount,
      }),
    );
    this.topic = new sns.Topic(this, 'Topic', {
      topicName: props.topicName,
      displayName: props.displayName,
      masterKey: this.key,
      enforceSSL: true,
    });
    this.topic.addToResourcePolicy(
      new iam.PolicyStatement({
        sid: 'AlarmsAndEventsOfThisAccount',
        principals: publishers,
        actions: ['sns:Publish'],
        resources: [this.topic.topicArn],
        conditions: fromThisAccount,
      }),
    );
  }

  /**
   * Lets EventBridge publish. Neither key nor topic can ask for which rule, or whose: EventBridge answers no condition of either, and the topic would get
   * no event, without a word.
   * @see https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html (event sources from AWS services and encrypted topics)
   * @see https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-resource-based.html (Amazon SNS permissions)
   */
  allowEventRules(): void {
    const principals = [new iam.ServicePrincipal('events.amazonaws.com')];
    this.key.addToResourcePolicy(
      new iam.PolicyStatement({ sid: 'EventRules', principals, actions: KEY_ACTIONS, resources: ['*'] }),
    );
    this.topic.addToResourcePolicy(
      new iam.PolicyStatement({
        sid: 'EventRules',
        principals,
        actions: ['sns:Publish'],
        resources: [this.topic.topicArn],
      }),
    );
  }
}
