import { RemovalPolicy, Validations, type Duration } from 'aws-cdk-lib';
import type * as ec2 from 'aws-cdk-lib/aws-ec2';
import type * as kms from 'aws-cdk-lib/aws-kms';
import type * as logs from 'aws-cdk-lib/aws-logs';
import * as rds from 'aws-cdk-lib/aws-rds';
import type { Construct } from 'constructs';
import type { AuroraShardGroup } from './aurora-shard-group';
import { ExportedLogs } from './exported-logs';
import { POSTGRES_PORT } from './postgres-port';
import { checkRdsIdentifier } from './rds-identifier';
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

/** What a shard's clusters have in common, the one that takes writes and those that follow it from other regions. */
export interface AuroraServersProps {
  readonly vpc: ec2.IVpc;
  /** What it shares with the other shards; may be of another stack. */
  readonly group: AuroraShardGroup;
  /** Encrypts storage, backups, insights and exported logs. Must let CloudWatch Logs use it: see {@link StoreKey}. */
  readonly encryptionKey: kms.IKey;
  /**
   * The cluster's identifier, as in `blog-prod-posts-s0`; its servers are called `…-a`, `…-b` and so on, since Aurora swaps their roles.
   * 61 characters at most. Named for the reasons that {@link PostgresWithReplicasProps.identifier} gives.
   */
  readonly identifier: string;
  /** What all its servers are. Can be changed while the shard runs: its servers are modified one by one. */
  readonly capacity: ShardCapacity;
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
  /** @default true */
  readonly deletionProtection?: boolean;
  /** @default RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE */
  readonly removalPolicy?: RemovalPolicy;
}

const EXPORTED_LOGS = ['postgresql'] as const;
/** What servers beside the first are called. */
const READERS = 'BCDEFGHIJKLMNOP';

/** A cluster of Aurora PostgreSQL servers: what it is made with, and what belongs to it once it is there. */
export class AuroraServers {
  readonly removalPolicy: RemovalPolicy;
  /** Properties of every cluster. */
  readonly shared;

  constructor(
    private readonly scope: Construct,
    private readonly props: AuroraServersProps,
  ) {
    const { group, capacity, readers = 1 } = props;
    const removalPolicy = props.removalPolicy ?? RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE;
    this.removalPolicy = removalPolicy;
    const server = (suffix: string) => {
      const options = {
        instanceIdentifier: checkRdsIdentifier(scope, `${props.identifier}-${suffix.toLowerCase()}`),
        parameterGroup: group.instanceParameters,
        ...serverSettings(props),
      };
      if ('instanceType' in capacity) {
        return rds.ClusterInstance.provisioned(suffix, { ...options, instanceType: capacity.instanceType });
      }
      // The first reader is as large as the primary at any time, since it takes over from it.
      return rds.ClusterInstance.serverlessV2(suffix, { ...options, ...(suffix === 'B' && { scaleWithWriter: true }) });
    };
    this.shared = {
      engine: group.engine,
      clusterIdentifier: checkRdsIdentifier(scope, props.identifier),
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
  }

  /** What a cluster needs beside itself: its logs, and that its servers stay as long as it does. */
  complete(cluster: rds.DatabaseCluster | rds.DatabaseClusterFromSnapshot): void {
    const { removalPolicy, props } = this;
    // CDK hands a cluster's RETAIN on to its servers, but no other way of keeping it.
    for (const child of cluster.node.findAll()) {
      if (child instanceof rds.CfnDBInstance) child.applyRemovalPolicy(removalPolicy);
    }
    if (props.authentication !== 'iam') {
      Validations.of(cluster).acknowledge({
        id: 'AwsSolutions-RDS6',
        reason:
          'No service of this store asked for IAM: they log in as database roles with generated passwords, the same on AWS and on any other machine.',
      });
    }
    new ExportedLogs(this.scope, 'Logs', {
      server: cluster,
      source: 'cluster',
      identifier: props.identifier,
      names: EXPORTED_LOGS,
      retention: props.logRetention,
      encryptionKey: props.encryptionKey,
      removalPolicy,
    });
  }
}
