import * as ec2 from 'aws-cdk-lib/aws-ec2';
import type { Construct } from 'constructs';

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
    const serverGroupId = server.securityGroup.securityGroupId;
    const range = { ipProtocol: 'tcp', fromPort: server.port, toPort: server.port };
    // Not addEgressRule: it drops the group's closing rule for a rule of its own, and EC2 opens a group without an inline rule to everything.
    new ec2.CfnSecurityGroupEgress(this, `To-${server.name}`, {
      ...range,
      groupId: this.securityGroupId,
      destinationSecurityGroupId: serverGroupId,
      description: `to ${server.name}`,
    });
    new ec2.CfnSecurityGroupIngress(this, `Into-${server.name}`, {
      ...range,
      groupId: serverGroupId,
      sourceSecurityGroupId: this.securityGroupId,
      description: `from ${this.node.id}`,
    });
  }
}
