import { RemovalPolicy, Validations, type Duration, type Size } from 'aws-cdk-lib';
import type * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import type * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as rds from 'aws-cdk-lib/aws-rds';
import type * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import { PolystoreError } from '../lib/errors';
import { PostgresServers, STANDARD_PORT, type PostgresServersProps } from './postgres-servers';
import { checkRdsIdentifier } from './rds-identifier';
import { RoleSecret } from './role-secret';

export interface PostgresReplicaProps {
  /** @default - the primary's */
  readonly instanceType?: ec2.InstanceType;
}

export interface PostgresWithReplicasProps extends PostgresServersProps {
  readonly instanceType: ec2.InstanceType;
  /** Replicas by name; a name is part of the server's identifier and logical id, and is never reused. @default - none */
  readonly replicas?: Readonly<Record<string, PostgresReplicaProps>>;
  /** Storage at birth, of the primary and every replica. */
  readonly storage: Size;
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
  /** Reach of point-in-time recovery, 1 to 35 days. */
  readonly backupRetention: Duration;
  /** Daily, as in `02:00-03:00`, UTC. @default - AWS picks one */
  readonly backupWindow?: string;
  /** A standby of the primary in another zone. Replicas have none: each is the others' spare. @default true */
  readonly multiAz?: boolean;
}

const KEY_OF_SNAPSHOT = {
  id: 'AwsSolutions-RDS2',
  reason: 'Storage has the encryption and the key of the snapshot: RDS takes neither property when it restores one.',
};

const KEY_OF_PRIMARY = {
  id: 'AwsSolutions-RDS2',
  reason: "A replica has its primary's encryption and key; AWS refuses the property on a replica of the same region.",
};

const PRIMARY_LOGS = ['postgresql', 'upgrade'] as const;

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
  readonly ownerSecret: RoleSecret;
  readonly securityGroup: ec2.SecurityGroup;
  readonly connections: ec2.Connections;

  constructor(scope: Construct, id: string, props: PostgresWithReplicasProps) {
    super(scope, id);
    const servers = new PostgresServers(this, props, 'Primary and replicas');
    const { shared, engine, removalPolicy } = servers;
    this.securityGroup = servers.securityGroup;
    this.connections = servers.connections;
    this.ownerSecret = new RoleSecret(this, 'Owner', {
      role: props.ownerName,
      encryptionKey: props.encryptionKey,
      description: `Owner of ${props.identifier}`,
      removalPolicy,
    });
    // CDK's class and interface differ in nothing but `undefined` in optional members.
    const owner = this.ownerSecret as secretsmanager.ISecret;

    const primaryIdentifier = checkRdsIdentifier(this, `${props.identifier}-primary`);
    const primary = {
      ...shared,
      engine,
      instanceIdentifier: primaryIdentifier,
      instanceType: props.instanceType,
      multiAz: props.multiAz ?? true,
      allocatedStorage: props.storage.toGibibytes(),
      backupRetention: props.backupRetention,
      // Of the primary alone: RDS takes no mode of a replica, which has the standard one.
      databaseInsightsMode: rds.DatabaseInsightsMode.STANDARD,
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
            credentials: rds.Credentials.fromSecret(owner, props.ownerName),
          })
        : new rds.DatabaseInstanceFromSnapshot(this, 'Primary', {
            ...primary,
            snapshotIdentifier: props.snapshotArn,
            credentials: rds.SnapshotCredentials.fromSecret(owner),
          });
    Validations.of(this.primary).acknowledge(STANDARD_PORT);
    if (props.snapshotArn !== undefined) Validations.of(this.primary).acknowledge(KEY_OF_SNAPSHOT);
    servers.exportLogs(this, 'PrimaryLogs', this.primary, primaryIdentifier, PRIMARY_LOGS);
    this.replicas = Object.fromEntries(
      Object.entries(props.replicas ?? {}).map(([name, { instanceType = props.instanceType }]) => [
        name,
        servers.addReplica(name, { instanceType, source: this.primary, encryption: KEY_OF_PRIMARY }),
      ]),
    );
  }

  /** Ids by which policies of `rds-db:connect` name the servers, by name: `primary`, and each replica. */
  get resourceIds(): Readonly<Record<string, string>> {
    const servers = Object.entries({ primary: this.primary, ...this.replicas });
    return Object.fromEntries(servers.map(([name, server]) => [name, resourceIdOf(server)]));
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
