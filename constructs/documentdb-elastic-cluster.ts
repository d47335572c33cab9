import { RemovalPolicy, type Duration } from 'aws-cdk-lib';
import * as elastic from 'aws-cdk-lib/aws-docdbelastic';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import type * as iam from 'aws-cdk-lib/aws-iam';
import type * as kms from 'aws-cdk-lib/aws-kms';
import type * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import { DOCUMENTDB_PORT } from './documentdb-cluster';
import { checkRdsIdentifier } from './rds-identifier';
import { RoleSecret } from './role-secret';
import { ServerSecurityGroup } from './server-security-group';

export interface DocumentDbElasticClusterProps {
  readonly vpc: ec2.IVpc;
  /** At least two subnets in two zones. */
  readonly vpcSubnets: ec2.SubnetSelection;
  /** As in `blog-prod-profiles`; 63 characters at most. */
  readonly identifier: string;
  /** Encrypts storage, backups and the owner's secret. */
  readonly encryptionKey: kms.IKey;
  /** 1 to 32. DocumentDB moves documents between them by itself. */
  readonly shards: number;
  /** Of every server of every shard: 2, 4, 8, 16, 32 or 64. */
  readonly vcpuPerServer: number;
  /** Servers of a shard, the first of which takes writes. @default 2 */
  readonly serversPerShard?: number;
  /** The user that owns the databases; only provisioning logs in as it. */
  readonly ownerName: string;
  /** 1 to 35 days. */
  readonly backupRetention: Duration;
  /** Daily, as in `02:00-03:00`, UTC. @default - AWS picks one */
  readonly backupWindow?: string;
  /** Weekly, as in `sun:04:00-sun:05:00`, UTC. @default - AWS picks one */
  readonly maintenanceWindow?: string;
  /** The only protection that such a cluster has. @default RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE */
  readonly removalPolicy?: RemovalPolicy;
}

/**
 * A DocumentDB cluster that shards collections by itself, encrypted with a customer's key. It takes nothing but TLS, has no parameters, exports no logs,
 * and AWS offers no protection against its deletion.
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-docdbelastic-cluster.html
 */
export class DocumentDbElasticCluster extends Construct implements ec2.IConnectable {
  /** Host name of the cluster, which leads each operation to its shard. */
  readonly endpoint: string;
  readonly clusterArn: string;
  /** What the owner logs in with. */
  readonly ownerSecret: secretsmanager.ISecret;
  readonly securityGroup: ec2.SecurityGroup;
  readonly connections: ec2.Connections;

  constructor(scope: Construct, id: string, props: DocumentDbElasticClusterProps) {
    super(scope, id);
    const removalPolicy = props.removalPolicy ?? RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE;
    this.securityGroup = new ServerSecurityGroup(this, 'Servers', {
      vpc: props.vpc,
      description: `Shards of ${props.identifier}`,
      removalPolicy,
    });
    this.connections = new ec2.Connections({
      securityGroups: [this.securityGroup],
      defaultPort: ec2.Port.tcp(DOCUMENTDB_PORT),
    });
    this.ownerSecret = new RoleSecret(this, 'Owner', {
      role: props.ownerName,
      encryptionKey: props.encryptionKey,
      description: `Owner of ${props.identifier}`,
      removalPolicy,
    }) as secretsmanager.ISecret;
    const cluster = new elastic.CfnCluster(this, 'Cluster', {
      clusterName: checkRdsIdentifier(this, props.identifier),
      adminUserName: props.ownerName,
      // The secret's ARN: the service reads it, and no template resolves it.
      authType: 'SECRET_ARN',
      adminUserPassword: this.ownerSecret.secretArn,
      shardCount: props.shards,
      shardCapacity: props.vcpuPerServer,
      shardInstanceCount: props.serversPerShard ?? 2,
      subnetIds: props.vpc.selectSubnets(props.vpcSubnets).subnetIds,
      vpcSecurityGroupIds: [this.securityGroup.securityGroupId],
      kmsKeyId: props.encryptionKey.keyArn,
      backupRetentionPeriod: props.backupRetention.toDays(),
      ...(props.backupWindow !== undefined && { preferredBackupWindow: props.backupWindow }),
      ...(props.maintenanceWindow !== undefined && { preferredMaintenanceWindow: props.maintenanceWindow }),
    });
    cluster.applyRemovalPolicy(removalPolicy);
    this.endpoint = cluster.attrClusterEndpoint;
    this.clusterArn = cluster.attrClusterArn;
  }

  /** Lets somebody log in as the owner; the way to the shards is a matter of `connections`. */
  grantLogin(grantee: iam.IGrantable): iam.Grant {
    return this.ownerSecret.grantRead(grantee);
  }
}
