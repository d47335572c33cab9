import { RemovalPolicy, Validations, type Duration } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as docdb from 'aws-cdk-lib/aws-docdb';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import type * as iam from 'aws-cdk-lib/aws-iam';
import type * as kms from 'aws-cdk-lib/aws-kms';
import type * as logs from 'aws-cdk-lib/aws-logs';
import * as rds from 'aws-cdk-lib/aws-rds';
import type * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import { Construct, type IConstruct } from 'constructs';
import { ExportedLogs } from './exported-logs';
import { checkRdsIdentifier } from './rds-identifier';
import { ROTATED_ELSEWHERE, RoleSecret } from './role-secret';
import { ServerSecurityGroup } from './server-security-group';

/** TCP port of every DocumentDB server. */
export const DOCUMENTDB_PORT = 27_017;

/** A DocumentDB cluster, made here or there already. */
export interface IDocumentDbCluster extends IConstruct, ec2.IConnectable {
  readonly clusterIdentifier: string;
  /** Host name of whichever server takes writes. */
  readonly endpoint: string;
  /** Host name that leads to the readers in turn. */
  readonly readerEndpoint: string;
  /** What the owner logs in with. */
  readonly ownerSecret: secretsmanager.ISecret;
  /** Lets somebody log in as the owner; the way to the servers is a matter of `connections`. */
  grantLogin(grantee: iam.IGrantable): iam.Grant;
  /** A metric of the cluster; the average of the period unless said otherwise. */
  metric(metricName: string, options?: cloudwatch.MetricOptions): cloudwatch.Metric;
  /** How far the farthest reader is behind the writer, in milliseconds; the maximum of the period. No data without a reader. */
  metricReplicaLag(options?: cloudwatch.MetricOptions): cloudwatch.Metric;
}

/** What tells of a cluster that is there already. */
export interface DocumentDbClusterAttributes extends Pick<
  IDocumentDbCluster,
  'clusterIdentifier' | 'endpoint' | 'readerEndpoint' | 'ownerSecret'
> {
  /** Of its servers. */
  readonly securityGroup: ec2.ISecurityGroup;
  /** @default DOCUMENTDB_PORT */
  readonly port?: number;
}

/** Servers of a class, or servers that scale by themselves between two figures of DCU, each 2 GiB of memory and what goes with it. */
export type DocumentDbCapacity =
  { readonly instanceType: ec2.InstanceType } | { readonly minDcu: number; readonly maxDcu: number };

export interface DocumentDbClusterProps {
  readonly vpc: ec2.IVpc;
  /** At least two subnets in two zones. */
  readonly vpcSubnets: ec2.SubnetSelection;
  /** The cluster's identifier, as in `blog-prod-profiles`; its servers are called `…-1`, `…-2` and so on. 60 characters at most. */
  readonly identifier: string;
  /** Encrypts storage, backups, the owner's secret and exported logs. Must let CloudWatch Logs use it: see {@link StoreKey}. */
  readonly encryptionKey: kms.IKey;
  /** As in `5.0.0`. A change replaces the cluster: another major version is an upgrade by hand. */
  readonly engineVersion: string;
  /** What all its servers are. Can be changed while the cluster runs: its servers are modified one by one. */
  readonly capacity: DocumentDbCapacity;
  /** Servers beside the first, which take over when it fails and serve reads until then: 0 to 15. @default 1 */
  readonly readers?: number;
  /** The user that owns the databases; only provisioning logs in as it. */
  readonly ownerName: string;
  /** Reach of point-in-time recovery, 1 to 35 days. */
  readonly backupRetention: Duration;
  /** Daily, as in `02:00-03:00`, UTC. @default - AWS picks one */
  readonly backupWindow?: string;
  /** Weekly, of the cluster and its servers, as in `sun:04:00-sun:05:00`, UTC. @default - AWS picks one */
  readonly maintenanceWindow?: string;
  /** Slower operations are logged; 50 milliseconds at least. */
  readonly slowOperationThreshold: Duration;
  readonly logRetention: logs.RetentionDays;
  /** @default docdb.StorageType.STANDARD */
  readonly storageType?: docdb.StorageType;
  /** @default true */
  readonly deletionProtection?: boolean;
  /** With `SNAPSHOT`, a last snapshot outlives the cluster, and everything else goes. @default RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE */
  readonly removalPolicy?: RemovalPolicy;
}

const EXPORTED_LOGS = ['audit', 'profiler'] as const;

const DEFAULT_PORT = {
  id: 'AwsSolutions-DOC2',
  reason:
    'The port is no secret worth keeping: who may connect is decided by security groups that name their clients, in subnets without a route to the internet.',
};

const PASSWORD_ONLY = {
  id: 'AwsSolutions-DOC3',
  reason: 'The password is read from Secrets Manager; the user’s name, which is the same everywhere, is no secret.',
};

/** cdk-nag looks for names of events where AWS takes names of logs. */
const EVENTS_IN_AUDIT = ['authenticate', 'createIndex', 'dropCollection'].map((event) => ({
  id: `AwsSolutions-DOC5[LogExport::${event}]`,
  reason: `The audit log, which is exported, holds events of ${event}.`,
}));

const SERVERLESS_UNLISTED = {
  id: 'CloudFormation-Validate::E3620',
  reason: 'The validator’s list of classes lacks serverless servers in regions where DocumentDB has them.',
};

abstract class DocumentDbClusterBase extends Construct implements IDocumentDbCluster {
  abstract readonly clusterIdentifier: string;
  abstract readonly endpoint: string;
  abstract readonly readerEndpoint: string;
  abstract readonly ownerSecret: secretsmanager.ISecret;
  abstract readonly connections: ec2.Connections;

  grantLogin(grantee: iam.IGrantable): iam.Grant {
    return this.ownerSecret.grantRead(grantee);
  }

  metric(metricName: string, options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return new cloudwatch.Metric({
      namespace: 'AWS/DocDB',
      metricName,
      dimensionsMap: { DBClusterIdentifier: this.clusterIdentifier },
      ...options,
    });
  }

  metricReplicaLag(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metric('DBClusterReplicaLagMaximum', { statistic: 'Maximum', ...options });
  }
}

/**
 * A DocumentDB cluster, encrypted with a customer's key, reached over TLS 1.2 or newer only, backed up continuously. It keeps an audit of who
 * logs in and changes what is stored how, and a log of slow operations.
 * @see https://docs.aws.amazon.com/documentdb/latest/developerguide/cluster_parameter_groups-list_of_parameters.html
 */
export class DocumentDbCluster extends DocumentDbClusterBase {
  readonly cluster: docdb.DatabaseCluster;
  readonly clusterIdentifier: string;
  readonly endpoint: string;
  readonly readerEndpoint: string;
  readonly ownerSecret: secretsmanager.ISecret;
  readonly securityGroup: ec2.SecurityGroup;
  readonly connections: ec2.Connections;

  /** A cluster that is there already. */
  static fromDocumentDbClusterAttributes(
    scope: Construct,
    id: string,
    { securityGroup, port, ...attributes }: DocumentDbClusterAttributes,
  ): IDocumentDbCluster {
    class Import extends DocumentDbClusterBase {
      readonly clusterIdentifier = attributes.clusterIdentifier;
      readonly endpoint = attributes.endpoint;
      readonly readerEndpoint = attributes.readerEndpoint;
      readonly ownerSecret = attributes.ownerSecret;
      readonly connections = connectionsOf(securityGroup, port);
    }
    return new Import(scope, id);
  }

  constructor(scope: Construct, id: string, props: DocumentDbClusterProps) {
    super(scope, id);
    const { vpc, vpcSubnets, identifier, encryptionKey, capacity, readers = 1 } = props;
    const removalPolicy = props.removalPolicy ?? RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE;
    const beside = removalPolicy === RemovalPolicy.SNAPSHOT ? RemovalPolicy.DESTROY : removalPolicy;
    this.securityGroup = new ServerSecurityGroup(this, 'Servers', {
      vpc,
      description: `Servers of ${identifier}`,
      removalPolicy: beside,
    });
    this.connections = connectionsOf(this.securityGroup);
    const parameterGroup = new docdb.ClusterParameterGroup(this, 'Parameters', {
      family: `docdb${props.engineVersion.split('.').slice(0, 2).join('.')}`,
      description: `Servers of ${identifier}`,
      parameters: {
        tls: 'tls1.2+',
        audit_logs: 'enabled',
        profiler: 'enabled',
        profiler_threshold_ms: String(props.slowOperationThreshold.toMilliseconds()),
      },
    });
    parameterGroup.applyRemovalPolicy(beside);
    // CDK's class and interface differ in nothing but `undefined` in optional members.
    this.ownerSecret = new RoleSecret(this, 'Owner', {
      role: props.ownerName,
      encryptionKey,
      description: `Owner of ${identifier}`,
      removalPolicy: beside,
      withoutRotation: ROTATED_ELSEWHERE,
    }) as secretsmanager.ISecret;
    this.cluster = new docdb.DatabaseCluster(this, 'Cluster', {
      dbClusterName: checkRdsIdentifier(this, identifier),
      engineVersion: props.engineVersion,
      vpc,
      vpcSubnets,
      securityGroup: this.securityGroup,
      parameterGroup,
      port: DOCUMENTDB_PORT,
      masterUser: { username: props.ownerName, password: this.ownerSecret.secretValueFromJson('password') },
      ...('instanceType' in capacity
        ? {
            instanceType: capacity.instanceType,
            instances: 1 + readers,
            instanceIdentifierBase: `${identifier}-`,
            caCertificate: CERTIFICATE,
            ...(props.maintenanceWindow !== undefined && { instanceMaintenanceWindow: props.maintenanceWindow }),
          }
        : { serverlessV2ScalingConfiguration: { minCapacity: capacity.minDcu, maxCapacity: capacity.maxDcu } }),
      kmsKey: encryptionKey,
      ...(props.storageType !== undefined && { storageType: props.storageType }),
      backup: {
        retention: props.backupRetention,
        ...(props.backupWindow !== undefined && { preferredWindow: props.backupWindow }),
      },
      ...(props.maintenanceWindow !== undefined && { preferredMaintenanceWindow: props.maintenanceWindow }),
      copyTagsToSnapshot: true,
      exportAuditLogsToCloudWatch: true,
      exportProfilerLogsToCloudWatch: true,
      deletionProtection: props.deletionProtection ?? true,
      removalPolicy,
    });
    // A cluster that is kept keeps its subnets.
    (this.cluster.node.findChild('Subnets') as docdb.CfnDBSubnetGroup).applyRemovalPolicy(beside);
    if ('minDcu' in capacity) this.addServerless(1 + readers, props, beside);
    this.clusterIdentifier = this.cluster.clusterIdentifier;
    this.endpoint = this.cluster.clusterEndpoint.hostname;
    this.readerEndpoint = this.cluster.clusterReadEndpoint.hostname;
    Validations.of(this.cluster).acknowledge(DEFAULT_PORT, PASSWORD_ONLY, ...EVENTS_IN_AUDIT);
    new ExportedLogs(this, 'Logs', {
      server: this.cluster,
      source: 'documentdb',
      identifier,
      names: EXPORTED_LOGS,
      retention: props.logRetention,
      encryptionKey,
      removalPolicy: beside,
    });
  }

  /** CDK makes no servers of a serverless cluster. They stand where it makes others, so that a server stays itself when the capacity changes. */
  private addServerless(count: number, props: DocumentDbClusterProps, removalPolicy: RemovalPolicy): void {
    for (let number = 1; number <= count; number++) {
      const server = new docdb.CfnDBInstance(this.cluster, `Instance${number}`, {
        dbClusterIdentifier: this.cluster.clusterIdentifier,
        dbInstanceIdentifier: `${props.identifier}-${number}`,
        dbInstanceClass: 'db.serverless',
        caCertificateIdentifier: CERTIFICATE.toString(),
        ...(props.maintenanceWindow !== undefined && { preferredMaintenanceWindow: props.maintenanceWindow }),
      });
      server.applyRemovalPolicy(removalPolicy);
      Validations.of(server).acknowledge(SERVERLESS_UNLISTED);
    }
  }
}

const CERTIFICATE = rds.CaCertificate.RDS_CA_RSA2048_G1;

const connectionsOf = (securityGroup: ec2.ISecurityGroup, port = DOCUMENTDB_PORT): ec2.Connections =>
  new ec2.Connections({ securityGroups: [securityGroup], defaultPort: ec2.Port.tcp(port) });
