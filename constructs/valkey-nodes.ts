import { Validations, type RemovalPolicy } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as elasticache from 'aws-cdk-lib/aws-elasticache';
import type * as kms from 'aws-cdk-lib/aws-kms';
import * as logs from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import { CACHE_PORT } from './cache-port';
import type { CacheUserGroup } from './cache-user-group';
import { ServerSecurityGroup } from './server-security-group';
import { ValkeyCacheBase, type CacheEndpoint } from './valkey-cache';

export interface ValkeyNodesProps {
  readonly vpc: ec2.IVpc;
  /** At least two subnets in two zones. */
  readonly vpcSubnets: ec2.SubnetSelection;
  /** Id of the replication group: at most 40 letters, digits and single dashes. Nodes are called after it. */
  readonly cacheName: string;
  readonly engine: 'valkey' | 'redis';
  /** As in `8.1`. */
  readonly engineVersion: string;
  /** Of the parameter group, as in `valkey8`. */
  readonly family: string;
  /** Without `cache.`, as in `r7g.large`. */
  readonly nodeType: string;
  /** Primaries that keys are spread over. @default - one that holds everything, asked without slots */
  readonly shards?: number;
  /** Of each primary, 0 to 5. */
  readonly replicas: number;
  /** Whether what a zone takes along stands in another one too; needs a replica. */
  readonly multiAz: boolean;
  /** Whether nodes keep what is used least on disks of their own: those of r6gd do. */
  readonly dataTiering: boolean;
  /** `maxmemory-policy`. */
  readonly eviction: string;
  /** Commands that take longer are logged, in microseconds. */
  readonly slowCommandMicros: number;
  /** Days that daily snapshots are kept; 0: none are taken. */
  readonly snapshotDays: number;
  readonly snapshotWindow: string;
  readonly maintenanceWindow: string;
  readonly encryptionKey: kms.IKey;
  readonly users: CacheUserGroup;
  readonly logRetention: logs.RetentionDays;
  readonly removalPolicy: RemovalPolicy;
}

/** What ElastiCache delivers logs to without a policy of its own for each: the length of that policy is limited. */
export const CACHE_LOGS = '/aws/vendedlogs/elasticache/';

/** A cache of nodes: one primary with replicas, or shards of these. TLS always, a user for everybody who logs in, logs of the engine and of slow commands. */
export class ValkeyNodes extends ValkeyCacheBase {
  readonly cacheName: string;
  readonly primaryEndpoint: CacheEndpoint;
  readonly readerEndpoint?: CacheEndpoint;
  readonly securityGroup: ec2.SecurityGroup;
  readonly connections: ec2.Connections;
  protected readonly kind = 'ReplicationGroup';

  constructor(scope: Construct, id: string, props: ValkeyNodesProps) {
    super(scope, id);
    const { cacheName, removalPolicy, shards, replicas } = props;
    this.cacheName = cacheName;
    const subnets = new elasticache.CfnSubnetGroup(this, 'Subnets', {
      description: `Data subnets of ${cacheName}`,
      subnetIds: props.vpc.selectSubnets(props.vpcSubnets).subnetIds,
    });
    const parameters = new elasticache.CfnParameterGroup(this, 'Parameters', {
      description: `Parameters of ${cacheName}`,
      cacheParameterGroupFamily: props.family,
      properties: {
        'maxmemory-policy': props.eviction,
        'slowlog-log-slower-than': String(props.slowCommandMicros),
        ...(shards === undefined ? {} : { 'cluster-enabled': 'yes' }),
      },
    });
    this.securityGroup = new ServerSecurityGroup(this, 'Servers', {
      vpc: props.vpc,
      description: `Servers of ${cacheName}`,
      removalPolicy,
    });
    this.connections = new ec2.Connections({
      securityGroups: [this.securityGroup],
      defaultPort: ec2.Port.tcp(CACHE_PORT),
    });
    const group = new elasticache.CfnReplicationGroup(this, 'Resource', {
      replicationGroupId: cacheName,
      replicationGroupDescription: cacheName,
      engine: props.engine,
      engineVersion: props.engineVersion,
      cacheNodeType: `cache.${props.nodeType}`,
      cacheParameterGroupName: parameters.ref,
      cacheSubnetGroupName: subnets.ref,
      securityGroupIds: [this.securityGroup.securityGroupId],
      port: CACHE_PORT,
      // The number of nodes can be changed without a replacement in one of the two ways only, by the shape.
      ...(shards === undefined
        ? { clusterMode: 'disabled', numCacheClusters: 1 + replicas }
        : { clusterMode: 'enabled', numNodeGroups: shards, replicasPerNodeGroup: replicas }),
      // With shards AWS wants it also where there is no replica that could take over.
      automaticFailoverEnabled: replicas > 0 || shards !== undefined,
      multiAzEnabled: props.multiAz,
      ...(props.dataTiering && { dataTieringEnabled: true }),
      autoMinorVersionUpgrade: true,
      atRestEncryptionEnabled: true,
      kmsKeyId: props.encryptionKey.keyArn,
      transitEncryptionEnabled: true,
      userGroupIds: [props.users.userGroupId],
      snapshotRetentionLimit: props.snapshotDays,
      ...(props.snapshotDays > 0 && { snapshotWindow: props.snapshotWindow }),
      preferredMaintenanceWindow: props.maintenanceWindow,
      logDeliveryConfigurations: (['slow-log', 'engine-log'] as const).map((logType) => ({
        logType,
        logFormat: 'json',
        destinationType: 'cloudwatch-logs',
        destinationDetails: { cloudWatchLogsDetails: { logGroup: this.logGroup(logType, props).logGroupName } },
      })),
    });
    for (const resource of [subnets, parameters, group]) resource.applyRemovalPolicy(removalPolicy);
    // Shards come and go while the others work, instead of a new cache in place of the old one.
    if (shards !== undefined) group.cfnOptions.updatePolicy = { useOnlineResharding: true };
    Validations.of(this).acknowledge(
      {
        id: 'AwsSolutions-AEC5',
        reason:
          'Who may reach the cache is said by its security group; a port that clients have to be told keeps nobody out.',
      },
      {
        id: 'AwsSolutions-AEC6',
        reason: 'Each client is a user with a password and rights of its own, instead of one password that all share.',
      },
      ...(props.multiAz ? [] : [NO_STANDBY]),
    );
    this.primaryEndpoint = {
      host: shards === undefined ? group.attrPrimaryEndPointAddress : group.attrConfigurationEndPointAddress,
      port: CACHE_PORT,
    };
    if (shards === undefined && replicas > 0) {
      this.readerEndpoint = { host: group.attrReaderEndPointAddress, port: CACHE_PORT };
    }
  }

  private logGroup(logType: 'slow-log' | 'engine-log', props: ValkeyNodesProps): logs.LogGroup {
    return new logs.LogGroup(this, logType === 'slow-log' ? 'SlowLog' : 'EngineLog', {
      logGroupName: `${CACHE_LOGS}${props.cacheName}/${logType}`,
      retention: props.logRetention,
      encryptionKey: props.encryptionKey,
      removalPolicy: props.removalPolicy,
    });
  }
}

const NO_STANDBY = {
  id: 'AwsSolutions-AEC4',
  reason: 'A disposable stage may be away while a zone is: it pays for no standby.',
};
