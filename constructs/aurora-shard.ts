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
import { RoleSecret } from './role-secret';

export interface AuroraShardProps {
  readonly vpc: ec2.IVpc;
  /** What it shares with the other shards; may be of another stack. */
  readonly group: AuroraShardGroup;
  /** Encrypts storage, backups, insights, exported logs and the owner's secret. Must let CloudWatch Logs use it: see {@link StoreKey}. */
  readonly encryptionKey: kms.IKey;
  /**
   * The cluster's identifier, as in `blog-prod-posts-s0`; its servers are called `…-a` and `…-b`, since Aurora swaps their roles.
   * 61 characters at most. Named for the reasons that {@link PostgresWithReplicasProps.identifier} gives.
   */
  readonly identifier: string;
  readonly instanceType: ec2.InstanceType;
  readonly databaseName: string;
  /** The role that owns the database; only provisioning logs in as it. */
  readonly ownerName: string;
  /** Reach of point-in-time recovery, 1 to 35 days. */
  readonly backupRetention: Duration;
  readonly logRetention: logs.RetentionDays;
  /** A second server in another zone, which takes over when the first fails and serves reads until then. @default true */
  readonly multiAz?: boolean;
  /** @default true */
  readonly deletionProtection?: boolean;
  /** @default RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE */
  readonly removalPolicy?: RemovalPolicy;
}

const EXPORTED_LOGS = ['postgresql'] as const;

/** One shard: an Aurora PostgreSQL cluster, encrypted with a customer's key, reached over TLS only, backed up continuously. */
export class AuroraShard extends Construct implements ec2.IConnectable {
  readonly cluster: rds.DatabaseCluster;
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

    const insights = {
      enablePerformanceInsights: true,
      performanceInsightRetention: rds.PerformanceInsightRetention.DEFAULT,
      performanceInsightEncryptionKey: props.encryptionKey,
    };
    const server = (suffix: 'A' | 'B') =>
      rds.ClusterInstance.provisioned(suffix, {
        instanceIdentifier: checkRdsIdentifier(this, `${props.identifier}-${suffix.toLowerCase()}`),
        instanceType: props.instanceType,
        parameterGroup: group.instanceParameters,
        publiclyAccessible: false,
        caCertificate: rds.CaCertificate.RDS_CA_RSA2048_G1,
        autoMinorVersionUpgrade: true,
        ...insights,
      });
    this.cluster = new rds.DatabaseCluster(this, 'Cluster', {
      engine: group.engine,
      clusterIdentifier: checkRdsIdentifier(this, props.identifier),
      vpc: props.vpc,
      subnetGroup: group.subnetGroup,
      securityGroups: [group.securityGroup],
      parameterGroup: group.clusterParameters,
      port: POSTGRES_PORT,
      writer: server('A'),
      readers: (props.multiAz ?? true) ? [server('B')] : [],
      defaultDatabaseName: props.databaseName,
      credentials: rds.Credentials.fromSecret(this.ownerSecret, props.ownerName),
      storageEncryptionKey: props.encryptionKey,
      backup: { retention: props.backupRetention },
      deleteAutomatedBackups: removalPolicy === RemovalPolicy.DESTROY,
      copyTagsToSnapshot: true,
      cloudwatchLogsExports: [...EXPORTED_LOGS],
      ...insights,
      databaseInsightsMode: rds.DatabaseInsightsMode.STANDARD,
      deletionProtection: props.deletionProtection ?? true,
      removalPolicy,
    });
    // CDK hands a cluster's RETAIN on to its servers, but no other way of keeping it.
    for (const child of this.cluster.node.findAll()) {
      if (child instanceof rds.CfnDBInstance) child.applyRemovalPolicy(removalPolicy);
    }
    Validations.of(this.cluster).acknowledge({
      id: 'AwsSolutions-RDS6',
      reason:
        'Services log in as database roles with generated passwords, the same on every world that the tier runs in; tokens of IAM would bind the router to AWS.',
    });
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
