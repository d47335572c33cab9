import { RemovalPolicy, Validations, type Duration } from 'aws-cdk-lib';
import type * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import type * as ec2 from 'aws-cdk-lib/aws-ec2';
import type * as kms from 'aws-cdk-lib/aws-kms';
import type * as logs from 'aws-cdk-lib/aws-logs';
import * as rds from 'aws-cdk-lib/aws-rds';
import type * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import type { AuroraShardGroup } from './aurora-shard-group';
import { ExportedLogs } from './exported-logs';
import { POSTGRES_PORT } from './postgres-port';
import { checkRdsIdentifier } from './rds-identifier';
import { ReaderAutoscaling, type ReaderAutoscalingProps } from './reader-autoscaling';
import { RoleSecret } from './role-secret';
import { insightsOf, serverSettings } from './server-settings';

/** Servers of a class, or servers that scale by themselves between two figures of ACU, and with a minimum of 0 pause while nobody is connected. */
export type ShardCapacity =
  | { readonly instanceType: ec2.InstanceType }
  | {
      readonly minAcu: number;
      readonly maxAcu: number;
      /** Only with a minimum of 0, and only in a group without logical replication, with which Aurora pauses nothing. */
      readonly autoPauseAfter?: Duration;
    };

export interface AuroraShardProps {
  readonly vpc: ec2.IVpc;
  /** What it shares with the other shards; may be of another stack. */
  readonly group: AuroraShardGroup;
  /** Encrypts storage, backups, insights, exported logs and the owner's secret. Must let CloudWatch Logs use it: see {@link StoreKey}. */
  readonly encryptionKey: kms.IKey;
  /**
   * The cluster's identifier, as in `blog-prod-posts-s0`; its servers are called `…-a`, `…-b` and so on, since Aurora swaps their roles.
   * 61 characters at most. Named for the reasons that {@link PostgresWithReplicasProps.identifier} gives.
   */
  readonly identifier: string;
  /** What all its servers are. Can be changed while the shard runs: its servers are modified one by one. */
  readonly capacity: ShardCapacity;
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
  /** Reach of point-in-time recovery, 1 to 35 days. */
  readonly backupRetention: Duration;
  /** Daily, as in `02:00-03:00`, UTC. @default - AWS picks one */
  readonly backupWindow?: string;
  /** Weekly, of the cluster and its servers, as in `sun:04:00-sun:05:00`, UTC. @default - AWS picks one */
  readonly maintenanceWindow?: string;
  /** @default rds.DBClusterStorageType.AURORA */
  readonly storageType?: rds.DBClusterStorageType;
  readonly logRetention: logs.RetentionDays;
  /** `iam`: servers take tokens of IAM from roles in `rds_iam`, and passwords from others. Changed without interruption. @default 'password' */
  readonly authentication?: 'password' | 'iam';
  /**
   * Servers beside the first, in other zones as long as there are some, which take over when it fails and serve reads until then: 0 to 15.
   * They are called `…-b` to `…-p`.
   * @default 1
   */
  readonly readers?: number;
  /** Lets Aurora add more readers, up to `maxReaders`. @default - it doesn't */
  readonly readerAutoscaling?: Pick<ReaderAutoscalingProps, 'maxReaders' | 'cpuPercent'>;
  /** @default true */
  readonly deletionProtection?: boolean;
  /** @default RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE */
  readonly removalPolicy?: RemovalPolicy;
}

const EXPORTED_LOGS = ['postgresql'] as const;
/** What servers beside the first are called. */
const READERS = 'BCDEFGHIJKLMNOP';

/** One shard: an Aurora PostgreSQL cluster, encrypted with a customer's key, reached over TLS only, backed up continuously. */
export class AuroraShard extends Construct implements ec2.IConnectable {
  readonly cluster: rds.DatabaseCluster | rds.DatabaseClusterFromSnapshot;
  /** What the owner logs in with. */
  readonly ownerSecret: secretsmanager.ISecret;
  readonly connections: ec2.Connections;

  constructor(scope: Construct, id: string, props: AuroraShardProps) {
    super(scope, id);
    const { group } = props;
    const removalPolicy = props.removalPolicy ?? RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE;
    this.connections = group.connections;
    // CDK's class and interface differ in nothing but `undefined` in optional members.
    this.ownerSecret = new RoleSecret(this, 'Owner', {
      role: props.ownerName,
      encryptionKey: props.encryptionKey,
      description: `Owner of ${props.identifier}`,
      removalPolicy,
    }) as secretsmanager.ISecret;

    const { capacity, readers = 1 } = props;
    const server = (suffix: string) => {
      const options = {
        instanceIdentifier: checkRdsIdentifier(this, `${props.identifier}-${suffix.toLowerCase()}`),
        parameterGroup: group.instanceParameters,
        ...serverSettings(props),
      };
      if ('instanceType' in capacity) {
        return rds.ClusterInstance.provisioned(suffix, { ...options, instanceType: capacity.instanceType });
      }
      // The first reader is as large as the primary at any time, since it takes over from it.
      return rds.ClusterInstance.serverlessV2(suffix, { ...options, ...(suffix === 'B' && { scaleWithWriter: true }) });
    };
    const cluster = {
      engine: group.engine,
      clusterIdentifier: checkRdsIdentifier(this, props.identifier),
      vpc: props.vpc,
      subnetGroup: group.subnetGroup,
      securityGroups: [group.securityGroup],
      parameterGroup: group.clusterParameters,
      port: POSTGRES_PORT,
      writer: server('A'),
      readers: [...READERS.slice(0, readers)].map(server),
      ...('minAcu' in capacity && {
        serverlessV2MinCapacity: capacity.minAcu,
        serverlessV2MaxCapacity: capacity.maxAcu,
        ...(capacity.autoPauseAfter && { serverlessV2AutoPauseDuration: capacity.autoPauseAfter }),
      }),
      storageEncryptionKey: props.encryptionKey,
      backup: {
        retention: props.backupRetention,
        ...(props.backupWindow !== undefined && { preferredWindow: props.backupWindow }),
      },
      ...(props.maintenanceWindow !== undefined && { preferredMaintenanceWindow: props.maintenanceWindow }),
      ...(props.storageType !== undefined && { storageType: props.storageType }),
      deleteAutomatedBackups: removalPolicy === RemovalPolicy.DESTROY,
      copyTagsToSnapshot: true,
      cloudwatchLogsExports: [...EXPORTED_LOGS],
      ...(props.authentication === 'iam' && { iamAuthentication: true }),
      ...insightsOf(props.encryptionKey),
      databaseInsightsMode: rds.DatabaseInsightsMode.STANDARD,
      deletionProtection: props.deletionProtection ?? true,
      removalPolicy,
    } satisfies Partial<rds.DatabaseClusterProps>;
    // The same id either way: a logical id must not depend on where the first data came from.
    this.cluster =
      props.snapshotArn === undefined
        ? new rds.DatabaseCluster(this, 'Cluster', {
            ...cluster,
            defaultDatabaseName: props.databaseName,
            credentials: rds.Credentials.fromSecret(this.ownerSecret, props.ownerName),
          })
        : new rds.DatabaseClusterFromSnapshot(this, 'Cluster', {
            ...cluster,
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
    // CDK hands a cluster's RETAIN on to its servers, but no other way of keeping it.
    for (const child of this.cluster.node.findAll()) {
      if (child instanceof rds.CfnDBInstance) child.applyRemovalPolicy(removalPolicy);
    }
    if (props.readerAutoscaling !== undefined) {
      new ReaderAutoscaling(this, 'Autoscaling', {
        cluster: this.cluster,
        minReaders: readers,
        ...props.readerAutoscaling,
      });
    }
    if (props.authentication !== 'iam') {
      Validations.of(this.cluster).acknowledge({
        id: 'AwsSolutions-RDS6',
        reason:
          'No service of this store asked for IAM: they log in as database roles with generated passwords, the same on AWS and on any other machine.',
      });
    }
    new ExportedLogs(this, 'Logs', {
      server: this.cluster,
      source: 'cluster',
      identifier: props.identifier,
      names: EXPORTED_LOGS,
      retention: props.logRetention,
      encryptionKey: props.encryptionKey,
      removalPolicy,
    });
  }

  /** How far the farthest reader's cache is behind the writer, in milliseconds; the maximum of the period. No data without a reader. */
  metricReplicaLag(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.cluster.metric('AuroraReplicaLagMaximum', { statistic: 'Maximum', ...options });
  }
}
