import { RemovalPolicy, Validations, type Acknowledgment, type Duration, type Size } from 'aws-cdk-lib';
import type * as ec2 from 'aws-cdk-lib/aws-ec2';
import type * as kms from 'aws-cdk-lib/aws-kms';
import type * as logs from 'aws-cdk-lib/aws-logs';
import * as rds from 'aws-cdk-lib/aws-rds';
import { Construct } from 'constructs';
import { ExportedLogs } from './exported-logs';
import { POSTGRES_PORT } from './postgres-port';
import { checkRdsIdentifier } from './rds-identifier';
import { ServerPlace } from './server-place';
import { serverSettings } from './server-settings';

/** What a primary and its replicas have in common, in whichever region they stand. */
export interface PostgresServersProps {
  readonly vpc: ec2.IVpc;
  /** At least two subnets in two zones. */
  readonly vpcSubnets: ec2.SubnetSelection;
  /** Encrypts storage, backups, insights and exported logs. Must let CloudWatch Logs use it: see {@link StoreKey}. */
  readonly encryptionKey: kms.IKey;
  /**
   * First part of every server's name: `blog-prod-main` makes `blog-prod-main-primary` and `blog-prod-main-r1`, 63 characters at most.
   *
   * Servers have names of their own because their log groups must exist before them; and because CloudFormation refuses to replace a
   * named resource, so that no change of a property ever swaps a database for an empty one.
   */
  readonly identifier: string;
  /**
   * Name the major version only (`of('17', '17')`): RDS takes its default minor version for a new database and the template never asks for
   * an older one than RDS has meanwhile upgraded to.
   */
  readonly engineVersion: rds.PostgresEngineVersion;
  /** @default rds.StorageType.GP3 */
  readonly storageType?: rds.StorageType;
  /** I/O operations a second of each server. IO1 and IO2 need it; GP3 takes it from 400 GiB on. @default - the type's own */
  readonly iops?: number;
  /** MiB a second of each server. GP3 takes it from 400 GiB on. @default - the type's own */
  readonly storageThroughput?: number;
  /** Storage grows by itself up to this. */
  readonly maxStorage: Size;
  /** Of the primary and every replica alike: a replica with fewer than its primary stops replaying. */
  readonly maxConnections: number;
  /** Slower statements are logged. */
  readonly slowQueryThreshold: Duration;
  /** Weekly, of every server, as in `sun:04:00-sun:05:00`, UTC. @default - AWS picks one */
  readonly maintenanceWindow?: string;
  readonly logRetention: logs.RetentionDays;
  /** `iam`: servers take tokens of IAM from roles in `rds_iam`, and passwords from others. Changed without interruption. @default 'password' */
  readonly authentication?: 'password' | 'iam';
  /** @default true */
  readonly deletionProtection?: boolean;
  /** @default RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE */
  readonly removalPolicy?: RemovalPolicy;
}

/** One replica of the servers. */
export interface ReplicaOfServers {
  readonly instanceType: ec2.InstanceType;
  readonly source: rds.IDatabaseInstance;
  /** Why nothing says that it is encrypted, which AWS refuses of any replica. */
  readonly encryption: Acknowledgment;
}

export const STANDARD_PORT = {
  id: 'AwsSolutions-RDS11',
  reason:
    'The port is no secret worth keeping: who may connect is decided by security groups that name their clients, in subnets without a route to the internet.',
};

const REPLICA_LOGS = ['postgresql'] as const;

/** What servers of RDS for PostgreSQL stand on, made in `scope` itself, and what each of them is made with. */
export class PostgresServers {
  readonly engine: rds.IInstanceEngine;
  readonly removalPolicy: RemovalPolicy;
  readonly securityGroup: ec2.SecurityGroup;
  readonly connections: ec2.Connections;
  /** Properties of every server. */
  readonly shared;

  constructor(
    private readonly scope: Construct,
    private readonly props: PostgresServersProps,
    /** Whose the parameters are, for a person. */
    whose: string,
  ) {
    const removalPolicy = props.removalPolicy ?? RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE;
    this.removalPolicy = removalPolicy;
    this.engine = rds.DatabaseInstanceEngine.postgres({ version: props.engineVersion });
    const { vpc, vpcSubnets, identifier: name } = props;
    const place = new ServerPlace(scope, { vpc, vpcSubnets, name, servers: 'Servers', removalPolicy });
    this.securityGroup = place.securityGroup;
    this.connections = place.connections;
    const parameterGroup = rds.ParameterGroup.forInstance(scope, 'Parameters', {
      engine: this.engine,
      description: `${whose} of ${props.identifier}`,
      parameters: {
        'rds.force_ssl': '1',
        max_connections: String(props.maxConnections),
        log_min_duration_statement: String(props.slowQueryThreshold.toMilliseconds()),
      },
      removalPolicy,
    });
    this.shared = {
      ...serverSettings(props),
      vpc,
      subnetGroup: place.subnetGroup,
      securityGroups: [this.securityGroup],
      parameterGroup,
      port: POSTGRES_PORT,
      ...(props.authentication === 'iam' && { iamAuthentication: true }),
      storageType: props.storageType ?? rds.StorageType.GP3,
      ...(props.iops !== undefined && { iops: props.iops }),
      ...(props.storageThroughput !== undefined && { storageThroughput: props.storageThroughput }),
      maxAllocatedStorage: props.maxStorage.toGibibytes(),
      copyTagsToSnapshot: true,
      deletionProtection: props.deletionProtection ?? true,
      removalPolicy,
    } satisfies Partial<rds.DatabaseInstanceProps>;
  }

  /** The logs that a server exports, kept as long as the others. */
  exportLogs(scope: Construct, id: string, server: Construct, identifier: string, names: readonly string[]): void {
    const { logRetention: retention, encryptionKey } = this.props;
    const { removalPolicy } = this;
    new ExportedLogs(scope, id, {
      source: 'instance',
      server,
      identifier,
      names,
      retention,
      encryptionKey,
      removalPolicy,
    });
  }

  addReplica(name: string, { instanceType, source, encryption }: ReplicaOfServers): rds.DatabaseInstanceReadReplica {
    const identifier = checkRdsIdentifier(this.scope, `${this.props.identifier}-${name}`);
    const replica = new rds.DatabaseInstanceReadReplica(this.ofReplicas('Replicas'), name, {
      ...this.shared,
      sourceDatabaseInstance: source,
      instanceIdentifier: identifier,
      instanceType,
      multiAz: false,
      cloudwatchLogsExports: [...REPLICA_LOGS],
    });
    Validations.of(replica).acknowledge(STANDARD_PORT, encryption, {
      id: 'AwsSolutions-RDS3',
      reason:
        'A replica needs no standby: clients turn to another replica or the primary, and its data is the primary’s.',
    });
    this.exportLogs(this.ofReplicas('ReplicaLogs'), name, replica, identifier, REPLICA_LOGS);
    return replica;
  }

  /** A scope of their own, so that no name of a replica ever meets the name of another part. */
  private ofReplicas(id: string): Construct {
    return (this.scope.node.tryFindChild(id) as Construct | undefined) ?? new Construct(this.scope, id);
  }
}
