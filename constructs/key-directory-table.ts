import type { RemovalPolicy } from 'aws-cdk-lib';
import * as dynamodb from 'aws-cdk-lib/aws-dynamodb';
import type * as kms from 'aws-cdk-lib/aws-kms';
import type { Construct } from 'constructs';

export interface KeyDirectoryTableProps {
  readonly encryptionKey: kms.IKey;
  readonly deletionProtection: boolean;
  readonly removalPolicy: RemovalPolicy;
}

/**
 * Where a sharded store of strategy `directory` keeps which bucket each key is in: an item a key, changed by compare-and-set only. A deployment makes
 * the table and never writes to it. Without an item its key is lost among the shards, so it can be put back to any second of the last 35 days.
 */
export class KeyDirectoryTable extends dynamodb.Table {
  constructor(scope: Construct, id: string, props: KeyDirectoryTableProps) {
    super(scope, id, {
      partitionKey: { name: 'key', type: dynamodb.AttributeType.STRING },
      billingMode: dynamodb.BillingMode.PAY_PER_REQUEST,
      encryption: dynamodb.TableEncryption.CUSTOMER_MANAGED,
      encryptionKey: props.encryptionKey,
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      deletionProtection: props.deletionProtection,
      removalPolicy: props.removalPolicy,
    });
  }
}
