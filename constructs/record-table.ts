import type { RemovalPolicy } from 'aws-cdk-lib';
import * as dynamodb from 'aws-cdk-lib/aws-dynamodb';
import type * as kms from 'aws-cdk-lib/aws-kms';
import type { Construct } from 'constructs';

export interface RecordTableProps {
  readonly encryptionKey: kms.IKey;
  readonly deletionProtection: boolean;
  readonly removalPolicy: RemovalPolicy;
}

/**
 * What a store keeps of itself while the system runs, changed by compare-and-set only: an item for each value of `partitionKey`, which is text. A
 * deployment makes the table and never writes to it. It can be put back to any second of the last 35 days.
 */
export abstract class RecordTable extends dynamodb.Table {
  constructor(scope: Construct, id: string, partitionKey: string, props: RecordTableProps) {
    super(scope, id, {
      partitionKey: { name: partitionKey, type: dynamodb.AttributeType.STRING },
      billingMode: dynamodb.BillingMode.PAY_PER_REQUEST,
      encryption: dynamodb.TableEncryption.CUSTOMER_MANAGED,
      encryptionKey: props.encryptionKey,
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      deletionProtection: props.deletionProtection,
      removalPolicy: props.removalPolicy,
    });
  }
}
