import { App, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import * as kms from 'aws-cdk-lib/aws-kms';
import { PlacementTable } from '../../constructs';

const KEY = 'arn:aws:kms:eu-west-1:111122223333:key/k';

test('holds one item a store, encrypted with the given key, and can be put back to any second', () => {
  const stack = new Stack(new App(), 'Test');
  new PlacementTable(stack, 'Placement', {
    encryptionKey: kms.Key.fromKeyArn(stack, 'Key', KEY),
    deletionProtection: true,
    removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
  });
  Template.fromStack(stack).hasResource('AWS::DynamoDB::Table', {
    Properties: {
      KeySchema: [{ AttributeName: 'store', KeyType: 'HASH' }],
      AttributeDefinitions: [{ AttributeName: 'store', AttributeType: 'S' }],
      BillingMode: 'PAY_PER_REQUEST',
      SSESpecification: { SSEEnabled: true, SSEType: 'KMS', KMSMasterKeyId: KEY },
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
      DeletionProtectionEnabled: true,
      // A name of its own would keep a table that must be replaced from being replaced.
      TableName: Match.absent(),
    },
    DeletionPolicy: 'RetainExceptOnCreate',
  });
});
