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

/**
 * Where alarms go, encrypted with a key of its own that lets CloudWatch and RDS publish: on the key that AWS manages, alarms vanish without a word.
 * Who is told is for the team to say: it subscribes what it likes.
 */
export class AlarmTopic extends Construct {
  readonly topic: sns.Topic;

  constructor(scope: Construct, id: string, props: AlarmTopicProps) {
    super(scope, id);
    const publishers = ['cloudwatch.amazonaws.com', 'events.rds.amazonaws.com'].map(
      (service) => new iam.ServicePrincipal(service),
    );
    const fromThisAccount = { StringEquals: { 'aws:SourceAccount': Stack.of(this).account } };
    const removal = props.removalPolicy === undefined ? {} : { removalPolicy: props.removalPolicy };
    const key = new kms.Key(this, 'Key', {
      description: `Alarms: ${props.displayName}`,
      enableKeyRotation: true,
      ...(props.keyPendingWindow && { pendingWindow: props.keyPendingWindow }),
      ...removal,
    });
    key.addToResourcePolicy(
      new iam.PolicyStatement({
        principals: publishers,
        actions: ['kms:Decrypt', 'kms:GenerateDataKey'],
        resources: ['*'],
        conditions: fromThisAccount,
      }),
    );
    this.topic = new sns.Topic(this, 'Topic', {
      topicName: props.topicName,
      displayName: props.displayName,
      masterKey: key,
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
}
