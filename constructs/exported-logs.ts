import { CfnResource, type RemovalPolicy } from 'aws-cdk-lib';
import type * as kms from 'aws-cdk-lib/aws-kms';
import * as logs from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';

export interface ExportedLogsProps {
  /** The instance or cluster that exports the logs. */
  readonly server: Construct;
  /** What it is: an instance or a cluster of RDS, or a cluster of another service. */
  readonly source: keyof typeof PREFIXES;
  /** The server's identifier, as written in its template. */
  readonly identifier: string;
  /** What the service exports: `postgresql` and `upgrade` of RDS, `audit` and `profiler` of DocumentDB, `audit` and `slowquery` of Neptune. */
  readonly names: readonly string[];
  readonly retention: logs.RetentionDays;
  /** Must let CloudWatch Logs use it: see {@link StoreKey}. */
  readonly encryptionKey: kms.IKey;
  readonly removalPolicy: RemovalPolicy;
}

/** Where the service of each source exports logs to. */
const PREFIXES = {
  instance: '/aws/rds/instance/',
  cluster: '/aws/rds/cluster/',
  documentdb: '/aws/docdb/',
  neptune: '/aws/neptune/',
} as const;

/**
 * The log groups that a server's logs are exported to.
 *
 * They have to exist before the server: the service makes a missing one itself, kept for ever, without the store's key and beyond the stack's reach.
 * So the server depends on them, and has an identifier that is known beforehand.
 */
export class ExportedLogs extends Construct {
  constructor(scope: Construct, id: string, props: ExportedLogsProps) {
    super(scope, id);
    const { server } = props;
    const exporter = CfnResource.isCfnResource(server) ? server : (server.node.defaultChild as CfnResource);
    for (const name of props.names) {
      const group = new logs.LogGroup(this, name, {
        logGroupName: `${PREFIXES[props.source]}${props.identifier}/${name}`,
        retention: props.retention,
        encryptionKey: props.encryptionKey,
        removalPolicy: props.removalPolicy,
      });
      exporter.addResourceDependency(group.node.defaultChild as CfnResource);
    }
  }
}
