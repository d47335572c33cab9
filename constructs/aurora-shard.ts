import { Validations } from 'aws-cdk-lib';
import type * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import type * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as rds from 'aws-cdk-lib/aws-rds';
import type * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import { AuroraServers, type AuroraServersProps } from './aurora-servers';
import { ReaderAutoscaling, type ReaderAutoscalingProps } from './reader-autoscaling';
import { RoleSecret } from './role-secret';

/** The key encrypts the owner's secret too. */
export interface AuroraShardProps extends AuroraServersProps {
  /** Of a shard from a snapshot, the one that the snapshot holds. */
  readonly databaseName: string;
  /** The role that owns the database; only provisioning logs in as it. Of a shard from a snapshot, the snapshot's master user. */
  readonly ownerName: string;
  /**
   * Snapshot of a DB cluster that the shard starts from, for as long as it lives: CloudFormation replaces a cluster whose snapshot changes or
   * goes. Storage is encrypted anew with `encryptionKey`, the owner gets a new password.
   * @default - an empty database
   */
  readonly snapshotArn?: string;
  /** Lets Aurora add more readers, up to `maxReaders`. @default - it doesn't */
  readonly readerAutoscaling?: Pick<ReaderAutoscalingProps, 'maxReaders' | 'cpuPercent'>;
}

/** One shard: an Aurora PostgreSQL cluster, encrypted with a customer's key, reached over TLS only, backed up continuously. */
export class AuroraShard extends Construct implements ec2.IConnectable {
  readonly cluster: rds.DatabaseCluster | rds.DatabaseClusterFromSnapshot;
  /** What the owner logs in with. */
  readonly ownerSecret: secretsmanager.ISecret;
  readonly connections: ec2.Connections;

  constructor(scope: Construct, id: string, props: AuroraShardProps) {
    super(scope, id);
    const servers = new AuroraServers(this, props);
    this.connections = props.group.connections;
    // CDK's class and interface differ in nothing but `undefined` in optional members.
    this.ownerSecret = new RoleSecret(this, 'Owner', {
      role: props.ownerName,
      encryptionKey: props.encryptionKey,
      description: `Owner of ${props.identifier}`,
      removalPolicy: servers.removalPolicy,
    }) as secretsmanager.ISecret;
    // The same id either way: a logical id must not depend on where the first data came from.
    this.cluster =
      props.snapshotArn === undefined
        ? new rds.DatabaseCluster(this, 'Cluster', {
            ...servers.shared,
            defaultDatabaseName: props.databaseName,
            credentials: rds.Credentials.fromSecret(this.ownerSecret, props.ownerName),
          })
        : new rds.DatabaseClusterFromSnapshot(this, 'Cluster', {
            ...servers.shared,
            snapshotIdentifier: props.snapshotArn,
            snapshotCredentials: rds.SnapshotCredentials.fromSecret(this.ownerSecret),
          });
    if (props.snapshotArn !== undefined) {
      Validations.of(this.cluster).acknowledge({
        id: 'CloudFormation-Validate::F3021',
        reason:
          'A cluster from a snapshot keeps its master user, whose name may not be given; its password is set once the cluster is restored.',
      });
    }
    if (props.readerAutoscaling !== undefined) {
      new ReaderAutoscaling(this, 'Autoscaling', {
        cluster: this.cluster,
        minReaders: props.readers ?? 1,
        ...props.readerAutoscaling,
      });
    }
    servers.complete(this.cluster);
  }

  /** How far the farthest reader's cache is behind the writer, in milliseconds; the maximum of the period. No data without a reader. */
  metricReplicaLag(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.cluster.metric('AuroraReplicaLagMaximum', { statistic: 'Maximum', ...options });
  }
}
