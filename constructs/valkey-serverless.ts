import type { RemovalPolicy } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as elasticache from 'aws-cdk-lib/aws-elasticache';
import type * as kms from 'aws-cdk-lib/aws-kms';
import type { Construct } from 'constructs';
import { CACHE_PORT, CACHE_READER_PORT } from './cache-port';
import type { CacheUserGroup } from './cache-user-group';
import { ServerSecurityGroup } from './server-security-group';
import { ValkeyCacheBase, type CacheEndpoint } from './valkey-cache';

/** From, and up to. */
export interface CacheRange {
  readonly min?: number;
  readonly max?: number;
}

export interface ValkeyServerlessProps {
  readonly vpc: ec2.IVpc;
  /** Two or three subnets in as many zones. */
  readonly vpcSubnets: ec2.SubnetSelection;
  /** At most 40 letters, digits and single dashes. */
  readonly cacheName: string;
  readonly engine: 'valkey' | 'redis';
  /** As in `8`. */
  readonly majorVersion: string;
  /** GB. */
  readonly dataGb: CacheRange;
  /** ElastiCache processing units. */
  readonly ecpuPerSecond: CacheRange;
  /** Days that daily snapshots are kept; 0: none are taken. */
  readonly snapshotDays: number;
  /** `HH:MM`, UTC. */
  readonly snapshotTime: string;
  /** Taken before the cache is deleted. @default - none */
  readonly finalSnapshotName?: string;
  readonly encryptionKey: kms.IKey;
  readonly users: CacheUserGroup;
  readonly removalPolicy: RemovalPolicy;
}

/** A cache that grows by itself, in several zones always. TLS always, a user for everybody who logs in. */
export class ValkeyServerless extends ValkeyCacheBase {
  readonly cacheName: string;
  readonly primaryEndpoint: CacheEndpoint;
  readonly readerEndpoint: CacheEndpoint;
  readonly securityGroup: ec2.SecurityGroup;
  readonly connections: ec2.Connections;
  protected readonly kind = 'ServerlessCache';

  constructor(scope: Construct, id: string, props: ValkeyServerlessProps) {
    super(scope, id);
    const { cacheName, removalPolicy, snapshotDays, finalSnapshotName } = props;
    this.cacheName = cacheName;
    this.securityGroup = new ServerSecurityGroup(this, 'Servers', {
      vpc: props.vpc,
      description: `Servers of ${cacheName}`,
      removalPolicy,
    });
    this.connections = new ec2.Connections({
      securityGroups: [this.securityGroup],
      defaultPort: ec2.Port.tcpRange(CACHE_PORT, CACHE_READER_PORT),
    });
    const dataStorage = limitOf(props.dataGb);
    const ecpuPerSecond = limitOf(props.ecpuPerSecond);
    const cache = new elasticache.CfnServerlessCache(this, 'Resource', {
      serverlessCacheName: cacheName,
      description: cacheName,
      engine: props.engine,
      majorEngineVersion: props.majorVersion,
      ...((dataStorage !== undefined || ecpuPerSecond !== undefined) && {
        cacheUsageLimits: {
          ...(dataStorage && { dataStorage: { ...dataStorage, unit: 'GB' } }),
          ...(ecpuPerSecond && { ecpuPerSecond }),
        },
      }),
      subnetIds: props.vpc.selectSubnets(props.vpcSubnets).subnetIds,
      securityGroupIds: [this.securityGroup.securityGroupId],
      kmsKeyId: props.encryptionKey.keyArn,
      userGroupId: props.users.userGroupId,
      snapshotRetentionLimit: snapshotDays,
      ...(snapshotDays > 0 && { dailySnapshotTime: props.snapshotTime }),
      ...(finalSnapshotName !== undefined && { finalSnapshotName }),
    });
    cache.applyRemovalPolicy(removalPolicy);
    this.primaryEndpoint = { host: cache.attrEndpointAddress, port: CACHE_PORT };
    this.readerEndpoint = { host: cache.attrReaderEndpointAddress, port: CACHE_READER_PORT };
  }
}

function limitOf({ min, max }: CacheRange): { readonly minimum?: number; readonly maximum?: number } | undefined {
  if (min === undefined && max === undefined) return undefined;
  return { ...(min !== undefined && { minimum: min }), ...(max !== undefined && { maximum: max }) };
}
