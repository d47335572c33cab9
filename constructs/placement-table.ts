import type { RemovalPolicy } from 'aws-cdk-lib';
import * as dynamodb from 'aws-cdk-lib/aws-dynamodb';
import type * as kms from 'aws-cdk-lib/aws-kms';
import type { Construct } from 'constructs';

export interface PlacementTableProps {
  readonly encryptionKey: kms.IKey;
  readonly deletionProtection: boolean;
  readonly removalPolicy: RemovalPolicy;
}

/**
 * Where a sharded store's placement lives while the system runs: one item, `store`, changed by compare-and-set only. A deployment makes
 * the table and never writes to it. Without the item no key finds its shard, so it can be put back to any second of the last 35 days.
 */
export class PlacementTable extends dynamodb.Table {
  constructor(scope: Construct, id: string, props: PlacementTableProps) {
    super(scope, id, {
      partitionKey: { name: 'store', type: dynamodb.AttributeType.STRING },
      billingMode: dynamodb.BillingMode.PAY_PER_REQUEST,
      encryption: dynamodb.TableEncryption.CUSTOMER_MANAGED,
      encryptionKey: props.encryptionKey,
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      deletionProtection: props.deletionProtection,
      removalPolicy: props.removalPolicy,
    });
  }
}
