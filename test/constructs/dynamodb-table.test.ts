import { Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import * as dynamodb from 'aws-cdk-lib/aws-dynamodb';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import { acknowledgeWildcards, DynamoDbTable } from '../../constructs';
import { checkedApp, KEY_ARN } from '../support/checked-stack';

const TABLE = 'AWS::DynamoDB::GlobalTable';
const KEY_ELSEWHERE = 'arn:aws:kms:eu-central-1:111122223333:key/11111111-1111-1111-1111-111111111111';
const string = (name: string) => ({ name, type: dynamodb.AttributeType.STRING });

const app = checkedApp();

function build(id: string, props: Partial<ConstructorParameters<typeof DynamoDbTable>[2]>, region?: string) {
  const stack = new Stack(app, id, region === undefined ? {} : { env: { account: '111122223333', region } });
  const table = new DynamoDbTable(stack, 'Table', {
    tableName: 'blog-prod-sessions',
    encryptionKey: kms.Key.fromKeyArn(stack, 'Key', KEY_ARN),
    partitionKey: string('id'),
    recoveryPeriod: Duration.days(35),
    ...props,
  });
  return { stack, table };
}

const anywhere = build('Anywhere', {
  timeToLiveAttribute: 'expiresAt',
  globalSecondaryIndexes: [{ indexName: 'byUser', partitionKey: string('user') }],
});
const reader = new iam.Role(anywhere.stack, 'Reader', { assumedBy: new iam.ServicePrincipal('lambda.amazonaws.com') });
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
    localSecondaryIndexes: [{ indexName: 'byScore', sortKey: { name: 'score', type: dynamodb.AttributeType.NUMBER } }],
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

const assembly = app.synth();
const templateOf = ({ stack }: { readonly stack: Stack }): Template =>
  Template.fromJSON(assembly.getStackByName(stack.stackName).template as Record<string, unknown>);

test('is encrypted with the given key, kept, protected, and can be put back to any second', () => {
  templateOf(anywhere).hasResource(TABLE, {
    Properties: {
      TableName: 'blog-prod-sessions',
      BillingMode: 'PAY_PER_REQUEST',
      SSESpecification: { SSEEnabled: true, SSEType: 'KMS' },
      TimeToLiveSpecification: { AttributeName: 'expiresAt', Enabled: true },
      GlobalSecondaryIndexes: [Match.objectLike({ IndexName: 'byUser' })],
      Replicas: [
        Match.objectLike({
          Region: { Ref: 'AWS::Region' },
          DeletionProtectionEnabled: true,
          PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true, RecoveryPeriodInDays: 35 },
          SSESpecification: { KMSMasterKeyId: KEY_ARN },
        }),
      ],
    },
    DeletionPolicy: 'RetainExceptOnCreate',
    UpdateReplacePolicy: 'Retain',
  });
});

test('refuses everybody who does not come over TLS, in every region', () => {
  for (const stack of [anywhere, everywhere]) {
    const [table] = Object.values(templateOf(stack).findResources(TABLE)) as {
      Properties: { Replicas: { ResourcePolicy: { PolicyDocument: { Statement: object[] } } }[] };
    }[];
    for (const { ResourcePolicy } of table?.Properties.Replicas ?? []) {
      expect(ResourcePolicy.PolicyDocument.Statement).toEqual([
        {
          Sid: 'OverTlsOnly',
          Effect: 'Deny',
          Principal: { AWS: '*' },
          Action: 'dynamodb:*',
          Resource: '*',
          Condition: { Bool: { 'aws:SecureTransport': 'false' } },
        },
      ]);
    }
  }
});

test('lets a reader use the key, also where the region is not known', () => {
  templateOf(anywhere).hasResourceProperties('AWS::IAM::Policy', {
    PolicyDocument: {
      Statement: Match.arrayWith([Match.objectLike({ Action: ['kms:Decrypt', 'kms:DescribeKey'], Resource: KEY_ARN })]),
    },
  });
});

test('can be paid by the hour and scale between two figures', () => {
  templateOf(provisioned).hasResource(TABLE, {
    Properties: {
      BillingMode: 'PROVISIONED',
      WriteProvisionedThroughputSettings: {
        WriteCapacityAutoScalingSettings: Match.objectLike({ MinCapacity: 1, MaxCapacity: 50 }),
      },
      StreamSpecification: { StreamViewType: 'NEW_IMAGE' },
      LocalSecondaryIndexes: [Match.objectLike({ IndexName: 'byScore' })],
      Replicas: [
        Match.objectLike({
          DeletionProtectionEnabled: false,
          ReadProvisionedThroughputSettings: {
            ReadCapacityAutoScalingSettings: Match.objectLike({ MinCapacity: 5, MaxCapacity: 100 }),
          },
        }),
      ],
    },
    DeletionPolicy: 'Delete',
  });
});

test('copies itself to other regions, each with its own key, and as protected there', () => {
  templateOf(everywhere).hasResourceProperties(TABLE, {
    StreamSpecification: { StreamViewType: 'NEW_AND_OLD_IMAGES' },
    Replicas: Match.arrayWith([
      Match.objectLike({
        Region: 'eu-central-1',
        DeletionProtectionEnabled: true,
        PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true, RecoveryPeriodInDays: 35 },
        SSESpecification: { KMSMasterKeyId: KEY_ELSEWHERE },
      }),
      Match.objectLike({ Region: 'eu-west-1', SSESpecification: { KMSMasterKeyId: KEY_ARN } }),
    ]),
  });
});

test('is the same as before', () => {
  expect(templateOf(anywhere).findResources(TABLE)).toMatchSnapshot();
});
