import { ArnFormat, Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import type { Construct } from 'constructs';

export interface StoreKeyProps {
  /** Said in the console, so that a person knows what is lost with the key. */
  readonly description: string;
  /** Name without `alias/`, as in `blog/prod/main`. */
  readonly aliasName: string;
  /**
   * Wait between asking for the deletion and the deletion, 7 to 30 days.
   * @default Duration.days(30)
   */
  readonly pendingWindow?: Duration;
  /** @default RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE */
  readonly removalPolicy?: RemovalPolicy;
  /** How the names of log groups begin that CloudWatch Logs may use the key for; `none`: the store exports no logs. @default '/aws/rds/' */
  readonly logGroupPrefix?: `/${string}` | 'none';
}

/**
 * The KMS key of one store: encrypts its storage, backups, secrets, exported logs and insights. Rotates by itself every year.
 *
 * Its policy names the account only, and CloudWatch Logs where the store exports logs; who else may use it is said by IAM policies on the consumer's side, so that no
 * consumer ever changes the store's template.
 */
export class StoreKey extends kms.Key {
  constructor(scope: Construct, id: string, props: StoreKeyProps) {
    super(scope, id, {
      description: props.description,
      alias: props.aliasName,
      enableKeyRotation: true,
      pendingWindow: props.pendingWindow ?? Duration.days(30),
      removalPolicy: props.removalPolicy ?? RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
    });
    const { logGroupPrefix = '/aws/rds/' } = props;
    if (logGroupPrefix === 'none') return;
    const stack = Stack.of(this);
    // CloudWatch Logs uses the key as itself, not on a caller's behalf: the account's IAM policies can't allow it.
    this.addToResourcePolicy(
      new iam.PolicyStatement({
        principals: [new iam.ServicePrincipal(`logs.${stack.region}.amazonaws.com`)],
        actions: ['kms:Encrypt*', 'kms:Decrypt*', 'kms:ReEncrypt*', 'kms:GenerateDataKey*', 'kms:Describe*'],
        resources: ['*'],
        conditions: {
          ArnLike: {
            'kms:EncryptionContext:aws:logs:arn': stack.formatArn({
              service: 'logs',
              resource: 'log-group',
              arnFormat: ArnFormat.COLON_RESOURCE_NAME,
              resourceName: `${logGroupPrefix}*`,
            }),
          },
        },
      }),
    );
  }
}
