import { ArnFormat, RemovalPolicy, Stack, type Duration } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as kms from 'aws-cdk-lib/aws-kms';
import type * as logs from 'aws-cdk-lib/aws-logs';
import * as neptune from 'aws-cdk-lib/aws-neptune';
import { Construct, type IConstruct } from 'constructs';
import { ExportedLogs } from './exported-logs';
import { checkRdsIdentifier } from './rds-identifier';
import { ServerSecurityGroup } from './server-security-group';

/** TCP port of every Neptune server, of all its protocols. */
export const NEPTUNE_PORT = 8182;

/**
 * What policies call that a reader of graphs does, and what a writer does beside it.
 * @see https://docs.aws.amazon.com/neptune/latest/userguide/iam-dp-actions.html
 */
export const NEPTUNE_ACTIONS = {
  read: [
    'neptune-db:ReadDataViaQuery',
    'neptune-db:GetEngineStatus',
    'neptune-db:GetQueryStatus',
    'neptune-db:CancelQuery',
  ],
  write: ['neptune-db:WriteDataViaQuery', 'neptune-db:DeleteDataViaQuery'],
} as const;

/** A Neptune cluster, made here or there already. */
export interface INeptuneCluster extends IConstruct, ec2.IConnectable {
  readonly clusterIdentifier: string;
  /** By which policies of `neptune-db` name it, as in `cluster-ABCD1234`. */
  readonly clusterResourceId: string;
  /** Host name of whichever server takes writes. */
  readonly endpoint: string;
  /** Host name that leads to the readers in turn. */
  readonly readerEndpoint: string;
  /** Lets somebody query the graph; the way to the servers is a matter of `connections`. */
  grantRead(grantee: iam.IGrantable): iam.Grant;
  /** Lets somebody query and change the graph. */
  grantReadWrite(grantee: iam.IGrantable): iam.Grant;
  /** A metric of the cluster; the average of the period unless said otherwise. Neptune says nothing of a figure that is zero. */
  metric(metricName: string, options?: cloudwatch.MetricOptions): cloudwatch.Metric;
  /** How far the farthest reader is behind the writer, in milliseconds; the maximum of the period. No data without a reader. */
  metricReplicaLag(options?: cloudwatch.MetricOptions): cloudwatch.Metric;
}

/** What tells of a cluster that is there already. */
export interface NeptuneClusterAttributes extends Pick<
  INeptuneCluster,
  'clusterIdentifier' | 'clusterResourceId' | 'endpoint' | 'readerEndpoint'
> {
  /** Of its servers. */
  readonly securityGroup: ec2.ISecurityGroup;
  /** @default NEPTUNE_PORT */
  readonly port?: number;
}

/** Servers of a class, or servers that scale by themselves between two figures of NCU, each 2 GiB of memory and what goes with it. */
export type NeptuneCapacity =
  { readonly instanceType: ec2.InstanceType } | { readonly minNcu: number; readonly maxNcu: number };

export interface NeptuneClusterProps {
  readonly vpc: ec2.IVpc;
  /** At least two subnets in two zones. */
  readonly vpcSubnets: ec2.SubnetSelection;
  /** The cluster's identifier, as in `blog-prod-friends`; its servers are called `…-1`, `…-2` and so on. 60 characters at most. */
  readonly identifier: string;
  /** Encrypts storage, backups and exported logs. Must let CloudWatch Logs use it: see {@link StoreKey}. */
  readonly encryptionKey: kms.IKey;
  /** As in `1.4.5.1`, 1.3 or newer. Neptune upgrades minor versions in the maintenance window. */
  readonly engineVersion: string;
  /** What all its servers are. Can be changed while the cluster runs: its servers are modified one by one. */
  readonly capacity: NeptuneCapacity;
  /** Servers beside the first, which take over when it fails and serve reads until then: 0 to 15. @default 1 */
  readonly readers?: number;
  /** Reach of point-in-time recovery, 1 to 35 days. */
  readonly backupRetention: Duration;
  /** Daily, as in `02:00-03:00`, UTC. @default - AWS picks one */
  readonly backupWindow?: string;
  /** Weekly, of the cluster and its servers, as in `sun:04:00-sun:05:00`, UTC. @default - AWS picks one */
  readonly maintenanceWindow?: string;
  /** Slower queries are logged. */
  readonly slowQueryThreshold: Duration;
  readonly logRetention: logs.RetentionDays;
  /** @default true */
  readonly deletionProtection?: boolean;
  /** With `SNAPSHOT`, a last snapshot outlives the cluster, and everything else goes. @default RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE */
  readonly removalPolicy?: RemovalPolicy;
}

const EXPORTED_LOGS = ['audit', 'slowquery'] as const;

abstract class NeptuneClusterBase extends Construct implements INeptuneCluster {
  abstract readonly clusterIdentifier: string;
  abstract readonly clusterResourceId: string;
  abstract readonly endpoint: string;
  abstract readonly readerEndpoint: string;
  abstract readonly connections: ec2.Connections;

  grantRead(grantee: iam.IGrantable): iam.Grant {
    return this.grant(grantee, NEPTUNE_ACTIONS.read);
  }

  grantReadWrite(grantee: iam.IGrantable): iam.Grant {
    return this.grant(grantee, [...NEPTUNE_ACTIONS.read, ...NEPTUNE_ACTIONS.write]);
  }

  private grant(grantee: iam.IGrantable, actions: readonly string[]): iam.Grant {
    return iam.Grant.addToPrincipal({
      grantee,
      actions: [...actions],
      resourceArns: [neptuneDataArn(Stack.of(this), this.clusterResourceId)],
    });
  }

  metric(metricName: string, options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return new cloudwatch.Metric({
      namespace: 'AWS/Neptune',
      metricName,
      dimensionsMap: { DBClusterIdentifier: this.clusterIdentifier },
      ...options,
    });
  }

  metricReplicaLag(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metric('ClusterReplicaLagMaximum', { statistic: 'Maximum', ...options });
  }
}

/**
 * A Neptune cluster, encrypted with a customer's key, which answers nobody but roles of IAM, over TLS, and keeps an audit of who asked what and a log of
 * slow queries. Backed up continuously.
 *
 * CDK has no construct of its own for it but an experimental one.
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-neptune-dbcluster.html
 */
export class NeptuneCluster extends NeptuneClusterBase {
  readonly clusterIdentifier: string;
  readonly clusterResourceId: string;
  readonly endpoint: string;
  readonly readerEndpoint: string;
  readonly securityGroup: ec2.SecurityGroup;
  readonly connections: ec2.Connections;

  /** A cluster that is there already. */
  static fromNeptuneClusterAttributes(
    scope: Construct,
    id: string,
    { securityGroup, port, ...attributes }: NeptuneClusterAttributes,
  ): INeptuneCluster {
    class Import extends NeptuneClusterBase {
      readonly clusterIdentifier = attributes.clusterIdentifier;
      readonly clusterResourceId = attributes.clusterResourceId;
      readonly endpoint = attributes.endpoint;
      readonly readerEndpoint = attributes.readerEndpoint;
      readonly connections = connectionsOf(securityGroup, port);
    }
    return new Import(scope, id);
  }

  constructor(scope: Construct, id: string, props: NeptuneClusterProps) {
    super(scope, id);
    const { vpc, identifier, encryptionKey, capacity } = props;
    const removalPolicy = props.removalPolicy ?? RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE;
    const beside = removalPolicy === RemovalPolicy.SNAPSHOT ? RemovalPolicy.DESTROY : removalPolicy;
    this.securityGroup = new ServerSecurityGroup(this, 'Servers', {
      vpc,
      description: `Servers of ${identifier}`,
      removalPolicy: beside,
    });
    this.connections = connectionsOf(this.securityGroup);
    const subnets = new neptune.CfnDBSubnetGroup(this, 'Subnets', {
      dbSubnetGroupDescription: `Data subnets of ${identifier}`,
      subnetIds: vpc.selectSubnets(props.vpcSubnets).subnetIds,
    });
    subnets.applyRemovalPolicy(beside);
    const parameters = new neptune.CfnDBClusterParameterGroup(this, 'Parameters', {
      family: `neptune${props.engineVersion.split('.').slice(0, 2).join('.')}`,
      description: `Servers of ${identifier}`,
      parameters: {
        neptune_enable_audit_log: '1',
        neptune_enable_slow_query_log: 'info',
        neptune_slow_query_log_threshold: String(props.slowQueryThreshold.toMilliseconds()),
      },
    });
    parameters.applyRemovalPolicy(beside);
    const cluster = new neptune.CfnDBCluster(this, 'Cluster', {
      dbClusterIdentifier: checkRdsIdentifier(this, identifier),
      engineVersion: props.engineVersion,
      dbSubnetGroupName: subnets.ref,
      vpcSecurityGroupIds: [this.securityGroup.securityGroupId],
      dbClusterParameterGroupName: parameters.ref,
      iamAuthEnabled: true,
      storageEncrypted: true,
      kmsKeyId: encryptionKey.keyArn,
      backupRetentionPeriod: props.backupRetention.toDays(),
      ...(props.backupWindow !== undefined && { preferredBackupWindow: props.backupWindow }),
      ...(props.maintenanceWindow !== undefined && { preferredMaintenanceWindow: props.maintenanceWindow }),
      ...('minNcu' in capacity && {
        serverlessScalingConfiguration: { minCapacity: capacity.minNcu, maxCapacity: capacity.maxNcu },
      }),
      copyTagsToSnapshot: true,
      enableCloudwatchLogsExports: [...EXPORTED_LOGS],
      deletionProtection: props.deletionProtection ?? true,
    });
    cluster.applyRemovalPolicy(removalPolicy);
    this.clusterIdentifier = cluster.ref;
    this.clusterResourceId = cluster.attrClusterResourceId;
    this.endpoint = cluster.attrEndpoint;
    this.readerEndpoint = cluster.attrReadEndpoint;
    this.addServers(cluster, props, beside);
    new ExportedLogs(this, 'Logs', {
      server: cluster,
      source: 'neptune',
      identifier,
      names: EXPORTED_LOGS,
      retention: props.logRetention,
      encryptionKey,
      removalPolicy: beside,
    });
  }

  private addServers(
    cluster: neptune.CfnDBCluster,
    { identifier, capacity, maintenanceWindow, readers = 1 }: NeptuneClusterProps,
    removalPolicy: RemovalPolicy,
  ): void {
    for (let number = 1; number <= 1 + readers; number++) {
      const server = new neptune.CfnDBInstance(this, `Server${number}`, {
        dbClusterIdentifier: cluster.ref,
        dbInstanceIdentifier: `${identifier}-${number}`,
        dbInstanceClass: 'instanceType' in capacity ? `db.${capacity.instanceType.toString()}` : 'db.serverless',
        autoMinorVersionUpgrade: true,
        publiclyAccessible: false,
        ...(maintenanceWindow !== undefined && { preferredMaintenanceWindow: maintenanceWindow }),
      });
      server.applyRemovalPolicy(removalPolicy);
    }
  }
}

/** All that is stored in a cluster, as policies of `neptune-db` name it. */
export const neptuneDataArn = (stack: Stack, clusterResourceId: string): string =>
  stack.formatArn({
    service: 'neptune-db',
    resource: clusterResourceId,
    resourceName: '*',
    arnFormat: ArnFormat.SLASH_RESOURCE_NAME,
  });

const connectionsOf = (securityGroup: ec2.ISecurityGroup, port = NEPTUNE_PORT): ec2.Connections =>
  new ec2.Connections({ securityGroups: [securityGroup], defaultPort: ec2.Port.tcp(port) });
