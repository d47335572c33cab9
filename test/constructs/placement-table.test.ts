import { App, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import * as kms from 'aws-cdk-lib/aws-kms';
import { KeyDirectoryTable, PlacementTable } from '../../constructs';

const KEY = 'arn:aws:kms:eu-west-1:111122223333:key/k';

test.each([
  ['placement holds one item a store', PlacementTable, 'store'],
  ['key directory holds one item a key', KeyDirectoryTable, 'key'],
] as const)('a %s, encrypted with the given key, and can be put back to any second', (_, Table, key) => {
  const stack = new Stack(new App(), 'Test');
  new Table(stack, 'Table', {
    encryptionKey: kms.Key.fromKeyArn(stack, 'Key', KEY),
    deletionProtection: true,
    removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
  });
  Template.fromStack(stack).hasResource('AWS::DynamoDB::Table', {
    Properties: {
      KeySchema: [{ AttributeName: key, KeyType: 'HASH' }],
      AttributeDefinitions: [{ AttributeName: key, AttributeType: 'S' }],
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
