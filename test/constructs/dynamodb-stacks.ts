import { Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import * as dynamodb from 'aws-cdk-lib/aws-dynamodb';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import type { Construct } from 'constructs';
import { acknowledgeWildcards, DynamoDbTable } from '../../constructs';
import { KEY_ARN } from '../support/store-stack';

export const KEY_ELSEWHERE = 'arn:aws:kms:eu-central-1:111122223333:key/11111111-1111-1111-1111-111111111111';
const string = (name: string) => ({ name, type: dynamodb.AttributeType.STRING });

/** Tables in every shape, each in a stack of its own. */
export function dynamoDbStacks(scope: Construct) {
  const build = (id: string, props: Partial<ConstructorParameters<typeof DynamoDbTable>[2]>, region?: string) => {
    const stack = new Stack(scope, id, region === undefined ? {} : { env: { account: '111122223333', region } });
    const table = new DynamoDbTable(stack, 'Table', {
      tableName: 'blog-prod-sessions',
      encryptionKey: kms.Key.fromKeyArn(stack, 'Key', KEY_ARN),
      partitionKey: string('id'),
      recoveryPeriod: Duration.days(35),
      ...props,
    });
    return { stack, table };
  };
  const anywhere = build('Anywhere', {
    timeToLiveAttribute: 'expiresAt',
    globalSecondaryIndexes: [{ indexName: 'byUser', partitionKey: string('user') }],
  });
  const reader = new iam.Role(anywhere.stack, 'Reader', {
    assumedBy: new iam.ServicePrincipal('lambda.amazonaws.com'),
  });
  anywhere.table.grantReadData(reader);
  acknowledgeWildcards(reader, [`${anywhere.table.tableArn}/index/*`], 'Indexes are read as the table is.');
  const provisioned = build(
    'Provisioned',
    {
      billing: dynamodb.Billing.provisioned({
        readCapacity: dynamodb.Capacity.autoscaled({ minCapacity: 5, maxCapacity: 100 }),
        writeCapacity: dynamodb.Capacity.autoscaled({ minCapacity: 1, maxCapacity: 50 }),
      }),
      sortKey: { name: 'at', type: dynamodb.AttributeType.NUMBER },
      localSecondaryIndexes: [
        { indexName: 'byScore', sortKey: { name: 'score', type: dynamodb.AttributeType.NUMBER } },
      ],
      dynamoStream: dynamodb.StreamViewType.NEW_IMAGE,
      deletionProtection: false,
      removalPolicy: RemovalPolicy.DESTROY,
    },
    'eu-west-1',
  );
  const everywhere = build(
    'Everywhere',
    { replicas: [{ region: 'eu-central-1', encryptionKeyArn: KEY_ELSEWHERE }] },
    'eu-west-1',
  );
  return { anywhere, provisioned, everywhere };
}
