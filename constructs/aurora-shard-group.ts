import { RemovalPolicy, type Duration } from 'aws-cdk-lib';
import type * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as rds from 'aws-cdk-lib/aws-rds';
import { Construct } from 'constructs';
import { ServerPlace } from './server-place';

export interface AuroraShardGroupProps {
  readonly vpc: ec2.IVpc;
  /** At least two subnets in two zones. */
  readonly vpcSubnets: ec2.SubnetSelection;
  /** What the shards are of, as in `blog-prod-posts`; said in descriptions only. */
  readonly name: string;
  /** Name the major version only (`of('17', '17')`): see {@link AuroraShardGroup.engine}. */
  readonly engineVersion: rds.AuroraPostgresEngineVersion;
  /** Of every server alike. */
  readonly maxConnections: number;
  /** Slower statements are logged. */
  readonly slowQueryThreshold: Duration;
  /** Moving a bucket needs it, and a change restarts the shards. Aurora pauses no server that has it. @default true */
  readonly logicalReplication?: boolean;
  /** @default RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE */
  readonly removalPolicy?: RemovalPolicy;
}

/**
 * What all shards of a store share: subnets, security group and parameters. One of each however many shards there are, since an account
 * may have only fifty subnet and parameter groups.
 */
export class AuroraShardGroup extends Construct implements ec2.IConnectable {
  /** Of every shard alike. Aurora takes its default minor version of a major for a new cluster and upgrades it in the maintenance window. */
  readonly engine: rds.IClusterEngine;
  readonly subnetGroup: rds.ISubnetGroup;
  readonly securityGroup: ec2.SecurityGroup;
  readonly connections: ec2.Connections;
  readonly clusterParameters: rds.IParameterGroup;
  readonly instanceParameters: rds.IParameterGroup;

  constructor(scope: Construct, id: string, props: AuroraShardGroupProps) {
    super(scope, id);
    const removalPolicy = props.removalPolicy ?? RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE;
    this.engine = rds.DatabaseClusterEngine.auroraPostgres({ version: props.engineVersion });
    const { vpc, vpcSubnets, name } = props;
    const place = new ServerPlace(this, { vpc, vpcSubnets, name, servers: 'Shards', removalPolicy });
    this.subnetGroup = place.subnetGroup;
    this.securityGroup = place.securityGroup;
    this.connections = place.connections;
    this.clusterParameters = rds.ParameterGroup.forCluster(this, 'ClusterParameters', {
      engine: this.engine,
      description: `Shards of ${props.name}`,
      parameters: {
        'rds.force_ssl': '1',
        // On from birth, since turning it on later restarts the shard.
        'rds.logical_replication': (props.logicalReplication ?? true) ? '1' : '0',
      },
      removalPolicy,
    });
    this.instanceParameters = rds.ParameterGroup.forInstance(this, 'InstanceParameters', {
      engine: this.engine,
      description: `Servers of ${props.name}`,
      parameters: {
        max_connections: String(props.maxConnections),
        log_min_duration_statement: String(props.slowQueryThreshold.toMilliseconds()),
      },
      removalPolicy,
    });
  }
}
