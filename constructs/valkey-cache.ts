import { ArnFormat, Resource, Stack, type IResource } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as iam from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';

/** Host and TCP port. */
export interface CacheEndpoint {
  readonly host: string;
  readonly port: number;
}

/** A cache of ElastiCache for Valkey or Redis OSS, of whatever shape. */
export interface IValkeyCache extends IResource, ec2.IConnectable {
  /** Id of the replication group, or name of the serverless cache. */
  readonly cacheName: string;
  readonly cacheArn: string;
  /** Takes writes; where keys are spread over slots, tells where each is. */
  readonly primaryEndpoint: CacheEndpoint;
  /** Answers reads, a little behind. Absent where nothing does, or a client finds replicas by their slots. */
  readonly readerEndpoint?: CacheEndpoint;
  /** Lets an identity log in as a user whose authentication is IAM; whoever has a password needs no grant. */
  grantConnect(grantee: iam.IGrantable, userArn: string): iam.Grant;
  /** A metric of the whole cache. Those of one node are asked by its own name: `cacheName-001`. */
  metric(metricName: string, options?: cloudwatch.MetricOptions): cloudwatch.Metric;
}

export interface ValkeyCacheAttributes {
  readonly cacheName: string;
  readonly primaryEndpoint: CacheEndpoint;
  readonly readerEndpoint?: CacheEndpoint;
  readonly securityGroup: ec2.ISecurityGroup;
  readonly isServerless: boolean;
}

/** What caches of every shape have in common. */
export abstract class ValkeyCacheBase extends Resource implements IValkeyCache {
  /** A cache that is there already. */
  static fromValkeyCacheAttributes(scope: Construct, id: string, attributes: ValkeyCacheAttributes): IValkeyCache {
    return new ImportedValkeyCache(scope, id, attributes);
  }

  abstract readonly cacheName: string;
  abstract readonly primaryEndpoint: CacheEndpoint;
  abstract readonly connections: ec2.Connections;
  /** What CloudWatch and IAM call it. */
  protected abstract readonly kind: 'ReplicationGroup' | 'ServerlessCache';

  get cacheArn(): string {
    return Stack.of(this).formatArn({
      service: 'elasticache',
      resource: this.kind.toLowerCase(),
      resourceName: this.cacheName,
      arnFormat: ArnFormat.COLON_RESOURCE_NAME,
    });
  }

  grantConnect(grantee: iam.IGrantable, userArn: string): iam.Grant {
    return iam.Grant.addToPrincipal({
      grantee,
      actions: ['elasticache:Connect'],
      resourceArns: [this.cacheArn, userArn],
    });
  }

  metric(metricName: string, options: cloudwatch.MetricOptions = {}): cloudwatch.Metric {
    const dimension = this.kind === 'ServerlessCache' ? 'ServerlessCacheName' : 'ReplicationGroupId';
    return new cloudwatch.Metric({
      namespace: 'AWS/ElastiCache',
      metricName,
      dimensionsMap: { [dimension]: this.cacheName },
      ...options,
    }).attachTo(this);
  }
}

class ImportedValkeyCache extends ValkeyCacheBase {
  readonly cacheName: string;
  readonly primaryEndpoint: CacheEndpoint;
  readonly readerEndpoint?: CacheEndpoint;
  readonly connections: ec2.Connections;
  protected readonly kind: 'ReplicationGroup' | 'ServerlessCache';

  constructor(scope: Construct, id: string, attributes: ValkeyCacheAttributes) {
    super(scope, id);
    const { cacheName, primaryEndpoint, readerEndpoint, securityGroup, isServerless } = attributes;
    this.cacheName = cacheName;
    this.primaryEndpoint = primaryEndpoint;
    if (readerEndpoint !== undefined) this.readerEndpoint = readerEndpoint;
    this.kind = isServerless ? 'ServerlessCache' : 'ReplicationGroup';
    this.connections = new ec2.Connections({
      securityGroups: [securityGroup],
      defaultPort: ec2.Port.tcp(primaryEndpoint.port),
    });
  }
}
