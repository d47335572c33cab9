import { RemovalPolicy, Validations, type Duration, type Size } from 'aws-cdk-lib';
import type * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import type * as kms from 'aws-cdk-lib/aws-kms';
import type * as logs from 'aws-cdk-lib/aws-logs';
import * as rds from 'aws-cdk-lib/aws-rds';
import type * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import { PolystoreError } from '../lib/errors';
import { ExportedLogs } from './exported-logs';
import { POSTGRES_PORT } from './postgres-port';
import { checkRdsIdentifier } from './rds-identifier';
import { RoleSecret } from './role-secret';
import { ServerSecurityGroup } from './server-security-group';

export interface PostgresReplicaProps {
  /** @default - the primary's */
  readonly instanceType?: ec2.InstanceType;
}

export interface PostgresWithReplicasProps {
  readonly vpc: ec2.IVpc;
  /** At least two subnets in two zones. */
  readonly vpcSubnets: ec2.SubnetSelection;
  /** Encrypts storage, backups, insights, exported logs and the owner's secret. Must let CloudWatch Logs use it: see {@link StoreKey}. */
  readonly encryptionKey: kms.IKey;
  /**
   * First part of every server's name: `blog-prod-main` makes `blog-prod-main-primary` and `blog-prod-main-r1`, 63 characters at most.
   *
   * Servers have names of their own because their log groups must exist before them; and because CloudFormation refuses to replace a
   * named resource, so that no change of a property ever swaps a database for an empty one.
   */
  readonly identifier: string;
  /**
   * Name the major version only (`of('17', '17')`): RDS takes the newest minor version for a new database and the template never asks for
   * an older one than RDS has meanwhile upgraded to.
   */
  readonly engineVersion: rds.PostgresEngineVersion;
  readonly instanceType: ec2.InstanceType;
  /** Replicas by name; a name is part of the server's identifier and logical id, and is never reused. @default - none */
  readonly replicas?: Readonly<Record<string, PostgresReplicaProps>>;
  /** Storage at birth, of the primary and every replica. */
  readonly storage: Size;
  /** @default rds.StorageType.GP3 */
  readonly storageType?: rds.StorageType;
  /** I/O operations a second, of the primary and every replica. IO1 and IO2 need it; GP3 takes it from 400 GiB on. @default - the type's own */
  readonly iops?: number;
  /** MiB a second, of the primary and every replica. GP3 takes it from 400 GiB on. @default - the type's own */
  readonly storageThroughput?: number;
  /** Storage grows by itself up to this. */
  readonly maxStorage: Size;
  /** Of a database from a snapshot, the one that the snapshot holds. */
  readonly databaseName: string;
  /** The role that owns the database; only provisioning logs in as it. Of a database from a snapshot, the snapshot's master user. */
  readonly ownerName: string;
  /**
   * Snapshot of a DB instance that the primary starts from, for as long as it lives: CloudFormation replaces a database whose snapshot changes or
   * goes. RDS gives storage the key of the snapshot and takes no other; the owner gets a new password.
   * @default - an empty database
   */
  readonly snapshotArn?: string;
  /** Of the primary and every replica alike: a replica with fewer than its primary stops replaying. */
  readonly maxConnections: number;
  /** Slower statements are logged. */
  readonly slowQueryThreshold: Duration;
  /** Reach of point-in-time recovery, 1 to 35 days. */
  readonly backupRetention: Duration;
  /** Daily, as in `02:00-03:00`, UTC. @default - AWS picks one */
  readonly backupWindow?: string;
  /** Weekly, of the primary and every replica, as in `sun:04:00-sun:05:00`, UTC. @default - AWS picks one */
  readonly maintenanceWindow?: string;
  readonly logRetention: logs.RetentionDays;
  /** `iam`: servers take tokens of IAM from roles in `rds_iam`, and passwords from others. Changed without interruption. @default 'password' */
  readonly authentication?: 'password' | 'iam';
  /** A standby of the primary in another zone. Replicas have none: each is the others' spare. @default true */
  readonly multiAz?: boolean;
  /** @default true */
  readonly deletionProtection?: boolean;
  /** @default RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE */
  readonly removalPolicy?: RemovalPolicy;
}

const STANDARD_PORT = {
  id: 'AwsSolutions-RDS11',
  reason:
    'The port is no secret worth keeping: who may connect is decided by security groups that name their clients, in subnets without a route to the internet.',
};

const KEY_OF_SNAPSHOT = {
  id: 'AwsSolutions-RDS2',
  reason: 'Storage has the encryption and the key of the snapshot: RDS takes neither property when it restores one.',
};

const PRIMARY_LOGS = ['postgresql', 'upgrade'] as const;
const REPLICA_LOGS = ['postgresql'] as const;

/**
 * An RDS for PostgreSQL primary with named physical read replicas.
 *
 * Encrypted with a customer's key, reached over TLS only, in isolated subnets, backed up continuously, its slow statements logged and kept.
 * All servers share one parameter group, one security group and one subnet group.
 *
 * Minor versions are upgraded by RDS in the maintenance window: they carry security fixes and no behaviour that PostgreSQL promises to keep
 * stable, and a primary with a standby is away for about as long as a failover takes.
 */
export class PostgresWithReplicas extends Construct implements ec2.IConnectable {
  readonly primary: rds.DatabaseInstance | rds.DatabaseInstanceFromSnapshot;
  readonly replicas: Readonly<Record<string, rds.DatabaseInstanceReadReplica>>;
  /** What the owner logs in with. */
  readonly ownerSecret: secretsmanager.ISecret;
  readonly securityGroup: ec2.SecurityGroup;
  readonly connections: ec2.Connections;

  constructor(scope: Construct, id: string, props: PostgresWithReplicasProps) {
    super(scope, id);
    const removalPolicy = props.removalPolicy ?? RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE;
    const engine = rds.DatabaseInstanceEngine.postgres({ version: props.engineVersion });

    // A server that is kept keeps what it stands on: otherwise the stack could not be deleted at all.
    const subnetGroup = new rds.SubnetGroup(this, 'Subnets', {
      vpc: props.vpc,
      vpcSubnets: props.vpcSubnets,
      description: `Data subnets of ${props.identifier}`,
      removalPolicy,
    });
    this.securityGroup = new ServerSecurityGroup(this, 'Servers', {
      vpc: props.vpc,
      description: `Servers of ${props.identifier}`,
      removalPolicy,
    });
    this.connections = new ec2.Connections({
      securityGroups: [this.securityGroup],
      defaultPort: ec2.Port.tcp(POSTGRES_PORT),
    });
    const parameterGroup = rds.ParameterGroup.forInstance(this, 'Parameters', {
      engine,
      description: `Primary and replicas of ${props.identifier}`,
      parameters: {
        'rds.force_ssl': '1',
        max_connections: String(props.maxConnections),
        log_min_duration_statement: String(props.slowQueryThreshold.toMilliseconds()),
      },
      removalPolicy,
    });
    // CDK's class and interface differ in nothing but `undefined` in optional members.
    this.ownerSecret = new RoleSecret(this, 'Owner', {
      role: props.ownerName,
      encryptionKey: props.encryptionKey,
      description: `Owner of ${props.identifier}`,
      removalPolicy,
    }) as secretsmanager.ISecret;

    const shared = {
      vpc: props.vpc,
      subnetGroup,
      securityGroups: [this.securityGroup],
      parameterGroup,
      port: POSTGRES_PORT,
      publiclyAccessible: false,
      ...(props.authentication === 'iam' && { iamAuthentication: true }),
      storageType: props.storageType ?? rds.StorageType.GP3,
      ...(props.iops !== undefined && { iops: props.iops }),
      ...(props.storageThroughput !== undefined && { storageThroughput: props.storageThroughput }),
      maxAllocatedStorage: props.maxStorage.toGibibytes(),
      caCertificate: rds.CaCertificate.RDS_CA_RSA2048_G1,
      autoMinorVersionUpgrade: true,
      ...(props.maintenanceWindow !== undefined && { preferredMaintenanceWindow: props.maintenanceWindow }),
      copyTagsToSnapshot: true,
      enablePerformanceInsights: true,
      performanceInsightRetention: rds.PerformanceInsightRetention.DEFAULT,
      performanceInsightEncryptionKey: props.encryptionKey,
      databaseInsightsMode: rds.DatabaseInsightsMode.STANDARD,
      deletionProtection: props.deletionProtection ?? true,
      removalPolicy,
    } satisfies Partial<rds.DatabaseInstanceProps>;

    const logSettings = {
      source: 'instance',
      retention: props.logRetention,
      encryptionKey: props.encryptionKey,
      removalPolicy,
    } as const;
    const primaryIdentifier = checkRdsIdentifier(this, `${props.identifier}-primary`);
    const primary = {
      ...shared,
      engine,
      instanceIdentifier: primaryIdentifier,
      instanceType: props.instanceType,
      multiAz: props.multiAz ?? true,
      allocatedStorage: props.storage.toGibibytes(),
      backupRetention: props.backupRetention,
      ...(props.backupWindow !== undefined && { preferredBackupWindow: props.backupWindow }),
      deleteAutomatedBackups: removalPolicy === RemovalPolicy.DESTROY,
      cloudwatchLogsExports: [...PRIMARY_LOGS],
    } satisfies Partial<rds.DatabaseInstanceProps>;
    // The same id either way: a logical id must not depend on where the first data came from.
    this.primary =
      props.snapshotArn === undefined
        ? new rds.DatabaseInstance(this, 'Primary', {
            ...primary,
            storageEncryptionKey: props.encryptionKey,
            databaseName: props.databaseName,
            credentials: rds.Credentials.fromSecret(this.ownerSecret, props.ownerName),
          })
        : new rds.DatabaseInstanceFromSnapshot(this, 'Primary', {
            ...primary,
            snapshotIdentifier: props.snapshotArn,
            credentials: rds.SnapshotCredentials.fromSecret(this.ownerSecret),
          });
    Validations.of(this.primary).acknowledge(STANDARD_PORT);
    if (props.snapshotArn !== undefined) Validations.of(this.primary).acknowledge(KEY_OF_SNAPSHOT);
    new ExportedLogs(this, 'PrimaryLogs', {
      ...logSettings,
      server: this.primary,
      identifier: primaryIdentifier,
      names: PRIMARY_LOGS,
    });

    // Scopes of their own, so that no name of a replica ever meets the name of another part.
    const replicaScope = new Construct(this, 'Replicas');
    const logScope = new Construct(this, 'ReplicaLogs');
    this.replicas = Object.fromEntries(
      Object.entries(props.replicas ?? {}).map(([name, replicaProps]) => {
        const identifier = checkRdsIdentifier(replicaScope, `${props.identifier}-${name}`);
        // No storageEncrypted here: AWS refuses it on a replica of the same region, which has its primary's key.
        const replica = new rds.DatabaseInstanceReadReplica(replicaScope, name, {
          ...shared,
          sourceDatabaseInstance: this.primary,
          instanceIdentifier: identifier,
          instanceType: replicaProps.instanceType ?? props.instanceType,
          multiAz: false,
          cloudwatchLogsExports: [...REPLICA_LOGS],
        });
        Validations.of(replica).acknowledge(
          STANDARD_PORT,
          {
            id: 'AwsSolutions-RDS2',
            reason:
              "A replica has its primary's encryption and key; AWS refuses the property on a replica of the same region.",
          },
          {
            id: 'AwsSolutions-RDS3',
            reason:
              'A replica needs no standby: clients turn to another replica or the primary, and its data is the primary’s.',
          },
        );
        new ExportedLogs(logScope, name, { ...logSettings, server: replica, identifier, names: REPLICA_LOGS });
        return [name, replica];
      }),
    );
  }

  /** Ids by which policies of `rds-db:connect` name the servers, the primary's first. */
  get resourceIds(): readonly string[] {
    return [this.primary, ...Object.values(this.replicas)].map(resourceIdOf);
  }

  /** How far a replica is behind its primary, in seconds; the maximum of the period. */
  metricReplicaLag(replica: string, options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    const instance = this.replicas[replica];
    if (instance === undefined) {
      const known = Object.keys(this.replicas);
      throw new PolystoreError(
        'PROPERTY_INVALID',
        `${this.node.path}: no replica "${replica}"; there is ${known.join(', ') || 'none'}`,
        { details: { path: this.node.path, property: 'replica' } },
      );
    }
    return instance.metric('ReplicaLag', { statistic: 'Maximum', ...options });
  }
}

/** Not instanceResourceId, which depends on a feature flag of the app. */
const resourceIdOf = ({ node }: rds.IDatabaseInstance): string =>
  (node.defaultChild as rds.CfnDBInstance).attrDbiResourceId;
