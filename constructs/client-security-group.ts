import * as ec2 from 'aws-cdk-lib/aws-ec2';
import type { Construct } from 'constructs';
import { AWS_API_PORT } from './private-endpoints';

export interface ClientSecurityGroupProps {
  readonly vpc: ec2.IVpc;
  readonly description: string;
}

/** A server that a client may reach. */
export interface ServerAccess {
  /** Names the rules: unique among the servers of one client. */
  readonly name: string;
  readonly securityGroup: ec2.ISecurityGroup;
  /** TCP port. */
  readonly port: number;
}

/**
 * A security group that a consumer of databases puts on its tasks, functions or instances, beside its own. It reaches the servers that it was
 * allowed to and nothing else: whatever else the consumer needs, its own groups open.
 */
export class ClientSecurityGroup extends ec2.SecurityGroup {
  constructor(scope: Construct, id: string, props: ClientSecurityGroupProps) {
    super(scope, id, { vpc: props.vpc, description: props.description, allowAllOutbound: false });
  }

  /**
   * Opens the way to a server, on both sides. Both rules belong to this group's stack, also where the server's group is another's:
   * a server's stack never names its clients.
   */
  allowTo(server: ServerAccess): void {
    this.connect({ ...server, ids: [`To-${server.name}`, `Into-${server.name}`] });
  }

  /** Opens the way to endpoints of AWS services in the VPC: see {@link PrivateEndpoints}. */
  allowToEndpoints(endpoints: Pick<ServerAccess, 'securityGroup'>): void {
    const { securityGroup } = endpoints;
    this.connect({ name: 'AWS', securityGroup, port: AWS_API_PORT, ids: ['ToEndpoints', 'IntoEndpoints'] });
  }

  /** Opens the way to the addresses of one AWS service, where a route leads there: see {@link DynamoDbPrefixList}. */
  allowToPrefixList(prefixListId: string): void {
    new ec2.CfnSecurityGroupEgress(this, 'ToDynamoDb', {
      ...tcp(AWS_API_PORT),
      groupId: this.securityGroupId,
      destinationPrefixListId: prefixListId,
      description: 'to DynamoDB',
    });
  }

  /** Opens the way to HTTPS anywhere, in a VPC whose owner says how AWS is reached, and decides what its routes lead to. */
  allowToHttps(): void {
    new ec2.CfnSecurityGroupEgress(this, 'ToHttps', {
      ...tcp(AWS_API_PORT),
      groupId: this.securityGroupId,
      cidrIp: '0.0.0.0/0',
      description: 'to AWS, as the network provides it',
    });
  }

  private connect({
    name,
    securityGroup,
    port,
    ids: [to, into],
  }: ServerAccess & { readonly ids: readonly [string, string] }): void {
    // Not addEgressRule: it drops the group's closing rule for a rule of its own, and EC2 opens a group without an inline rule to everything.
    new ec2.CfnSecurityGroupEgress(this, to, {
      ...tcp(port),
      groupId: this.securityGroupId,
      destinationSecurityGroupId: securityGroup.securityGroupId,
      description: `to ${name}`,
    });
    new ec2.CfnSecurityGroupIngress(this, into, {
      ...tcp(port),
      groupId: securityGroup.securityGroupId,
      sourceSecurityGroupId: this.securityGroupId,
      description: `from ${this.node.id}`,
    });
  }
}

const tcp = (port: number) => ({ ipProtocol: 'tcp', fromPort: port, toPort: port });
