import type { RemovalPolicy } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as rds from 'aws-cdk-lib/aws-rds';
import type { Construct } from 'constructs';
import { POSTGRES_PORT } from './postgres-port';
import { ServerSecurityGroup } from './server-security-group';

export interface ServerPlaceProps {
  readonly vpc: ec2.IVpc;
  /** At least two subnets in two zones. */
  readonly vpcSubnets: ec2.SubnetSelection;
  /** What the servers are of, as in `blog-prod-main`; said in descriptions only. */
  readonly name: string;
  /** What they are, in the plural: said in a description. */
  readonly servers: 'Servers' | 'Shards';
  readonly removalPolicy: RemovalPolicy;
}

/** Where servers of a store stand: their subnets and their security group, made in `scope` itself. A server that is kept keeps both. */
export class ServerPlace {
  readonly subnetGroup: rds.ISubnetGroup;
  readonly securityGroup: ec2.SecurityGroup;
  readonly connections: ec2.Connections;

  constructor(scope: Construct, { vpc, vpcSubnets, name, servers, removalPolicy }: ServerPlaceProps) {
    this.subnetGroup = new rds.SubnetGroup(scope, 'Subnets', {
      vpc,
      vpcSubnets,
      description: `Data subnets of ${name}`,
      removalPolicy,
    });
    this.securityGroup = new ServerSecurityGroup(scope, 'Servers', {
      vpc,
      description: `${servers} of ${name}`,
      removalPolicy,
    });
    this.connections = new ec2.Connections({
      securityGroups: [this.securityGroup],
      defaultPort: ec2.Port.tcp(POSTGRES_PORT),
    });
  }
}
