import type { CfnResource } from 'aws-cdk-lib';
import { type RemovalPolicy } from 'aws-cdk-lib';
import type * as kms from 'aws-cdk-lib/aws-kms';
import * as logs from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';

export interface ExportedLogsProps {
  /** The instance or cluster that exports the logs. */
  readonly server: Construct;
  readonly source: 'instance' | 'cluster';
  /** The server's identifier, as written in its template. */
  readonly identifier: string;
  /** What RDS exports: `postgresql`, `upgrade`. */
  readonly names: readonly string[];
  readonly retention: logs.RetentionDays;
  /** Must let CloudWatch Logs use it: see {@link StoreKey}. */
  readonly encryptionKey: kms.IKey;
  readonly removalPolicy: RemovalPolicy;
}

/**
 * The log groups that RDS exports a server's logs to.
 *
 * They have to exist before the server: RDS makes a missing one itself, kept for ever, without the store's key and beyond the stack's reach.
 * So the server depends on them, and has an identifier that is known beforehand.
 */
export class ExportedLogs extends Construct {
  constructor(scope: Construct, id: string, props: ExportedLogsProps) {
    super(scope, id);
    for (const name of props.names) {
      const group = new logs.LogGroup(this, name, {
        logGroupName: `/aws/rds/${props.source}/${props.identifier}/${name}`,
        retention: props.retention,
        encryptionKey: props.encryptionKey,
        removalPolicy: props.removalPolicy,
      });
      (props.server.node.defaultChild as CfnResource).addResourceDependency(group.node.defaultChild as CfnResource);
    }
  }
}
