import { RemovalPolicy, Token, Stack, type Duration } from 'aws-cdk-lib';
import * as dynamodb from 'aws-cdk-lib/aws-dynamodb';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as kms from 'aws-cdk-lib/aws-kms';
import type { Construct } from 'constructs';

/** A copy of the table in another region, which takes reads and writes. */
export interface DynamoDbReplicaProps {
  /** As in `eu-central-1`. */
  readonly region: string;
  /** ARN of the key there that encrypts the copy. */
  readonly encryptionKeyArn: string;
}

/** What CDK itself says of a table is said in its words. */
export interface DynamoDbTableProps extends Pick<
  dynamodb.TablePropsV2,
  | 'partitionKey'
  | 'sortKey'
  | 'billing'
  | 'globalSecondaryIndexes'
  | 'localSecondaryIndexes'
  | 'timeToLiveAttribute'
  | 'dynamoStream'
  | 'contributorInsightsSpecification'
> {
  /** Name of the table in every region, as in `blog-prod-sessions`: alarms and policies know it without a reference. */
  readonly tableName: string;
  /** Encrypts items, indexes, streams and backups. */
  readonly encryptionKey: kms.IKey;
  /** Reach of point-in-time recovery, 1 to 35 days. */
  readonly recoveryPeriod: Duration;
  /** Of a stack that names its region; a stream is on where there is one. @default - none */
  readonly replicas?: readonly DynamoDbReplicaProps[];
  /** @default true */
  readonly deletionProtection?: boolean;
  /** @default RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE */
  readonly removalPolicy?: RemovalPolicy;
}

/**
 * A table that is encrypted with a customer's key, reached over TLS only, and can be put back to any second of its recovery period.
 *
 * Copies in other regions are as protected, but that no policy of theirs refuses plain HTTP: CloudFormation can't make a copy elsewhere and give it a
 * policy with one update, and no later one is told from the first. AWS's clients speak TLS unless they are told otherwise.
 *
 * By default it is paid by the request and scales by itself; `billing` says otherwise. All that CDK knows of tables, it has: grants, metrics, streams.
 *
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/rbac-considerations.html (global tables)
 */
export class DynamoDbTable extends dynamodb.TableV2 {
  override readonly encryptionKey: kms.IKey;

  constructor(scope: Construct, id: string, props: DynamoDbTableProps) {
    const {
      tableName,
      encryptionKey,
      recoveryPeriod,
      replicas = [],
      deletionProtection,
      removalPolicy,
      ...table
    } = props;
    // CDK writes a customer's key only where the region is known, since each region of a global table has its own.
    const isAnywhere = Token.isUnresolved(Stack.of(scope).region);
    const protection = {
      deletionProtection: deletionProtection ?? true,
      pointInTimeRecoverySpecification: {
        pointInTimeRecoveryEnabled: true,
        recoveryPeriodInDays: recoveryPeriod.toDays(),
      },
    };
    super(scope, id, {
      ...table,
      tableName,
      encryption: isAnywhere
        ? dynamodb.TableEncryptionV2.awsManagedKey()
        : dynamodb.TableEncryptionV2.customerManagedKey(
            encryptionKey,
            Object.fromEntries(replicas.map(({ region, encryptionKeyArn }) => [region, encryptionKeyArn])),
          ),
      ...protection,
      replicas: replicas.map(({ region }) => ({ region, ...protection })),
      resourcePolicy: overTlsOnly(),
      removalPolicy: removalPolicy ?? RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
    });
    this.encryptionKey = encryptionKey;
    const resource = this.node.defaultChild as dynamodb.CfnGlobalTable;
    // CDK gives a copy the table's own policy where the flag of a policy for each is off; it writes copies before the table.
    replicas.forEach((_, index) => resource.addPropertyDeletionOverride(`Replicas.${index}.ResourcePolicy`));
    if (isAnywhere) {
      resource.addPropertyOverride('Replicas.0.SSESpecification.KMSMasterKeyId', encryptionKey.keyArn);
    }
  }
}

/** DynamoDB answers over plain HTTP too. */
const overTlsOnly = (): iam.PolicyDocument =>
  new iam.PolicyDocument({
    statements: [
      new iam.PolicyStatement({
        sid: 'OverTlsOnly',
        effect: iam.Effect.DENY,
        principals: [new iam.AnyPrincipal()],
        actions: ['dynamodb:*'],
        // The table that has the policy: it can't name itself.
        resources: ['*'],
        conditions: { Bool: { 'aws:SecureTransport': 'false' } },
      }),
    ],
  });
