import { App, type Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { plainApp } from '../support/plain-app';
import { KEY_ARN } from '../support/store-stack';
import { dynamoDbStacks, KEY_ELSEWHERE } from './dynamodb-stacks';

const TABLE = 'AWS::DynamoDB::GlobalTable';

// That no policy has a finding of them is asserted of the same stacks in test/stacks/validation.test.ts.
const app = plainApp();
const { anywhere, provisioned, everywhere } = dynamoDbStacks(app);
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

interface ReplicaJson {
  readonly Region: unknown;
  readonly ResourcePolicy?: { readonly PolicyDocument: { readonly Statement: readonly object[] } };
}

const replicasOf = (template: Template): readonly ReplicaJson[] =>
  Object.values(template.findResources(TABLE)).flatMap(
    ({ Properties }) => (Properties as { readonly Replicas: readonly ReplicaJson[] }).Replicas,
  );

test('refuses everybody who does not come over TLS', () => {
  for (const stack of [anywhere, everywhere]) {
    expect(replicasOf(templateOf(stack)).at(-1)?.ResourcePolicy?.PolicyDocument.Statement).toEqual([
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
});

test('asks for no policy of a copy elsewhere, which CloudFormation refuses together with the copy, whatever flags the app has', () => {
  const flagless = new App({ treeMetadata: false });
  const { everywhere: flaglessEverywhere } = dynamoDbStacks(flagless);
  const { stackName } = flaglessEverywhere.stack;
  const flaglessTemplate = Template.fromJSON(
    flagless.synth().getStackByName(stackName).template as Record<string, unknown>,
  );
  for (const template of [templateOf(everywhere), flaglessTemplate]) {
    const regions = replicasOf(template).map(({ Region, ResourcePolicy }) => [Region, ResourcePolicy !== undefined]);
    expect(regions).toEqual([
      ['eu-central-1', false],
      ['eu-west-1', true],
    ]);
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
