import * as ec2 from 'aws-cdk-lib/aws-ec2';
import { ClientSecurityGroup } from './client-security-group';
import { POSTGRES_PORT } from './postgres-port';

/** A client that a proxy lets in. */
export interface ProxyClient {
  /** Names the rules: unique among the clients of one proxy. */
  readonly name: string;
  readonly securityGroup: ec2.ISecurityGroup;
}

/** The security group of proxies: a client of the servers behind them, and a server to the clients that it was told of. */
export class ProxySecurityGroup extends ClientSecurityGroup {
  /** Opens the way from a client, on both sides. Both rules belong to this group's stack: a client's stack never waits for its proxies. */
  allowFrom(client: ProxyClient): void {
    const clientGroupId = client.securityGroup.securityGroupId;
    const range = { ipProtocol: 'tcp', fromPort: POSTGRES_PORT, toPort: POSTGRES_PORT };
    new ec2.CfnSecurityGroupEgress(this, `Out-of-${client.name}`, {
      ...range,
      groupId: clientGroupId,
      destinationSecurityGroupId: this.securityGroupId,
      description: `to ${this.node.id}`,
    });
    new ec2.CfnSecurityGroupIngress(this, `From-${client.name}`, {
      ...range,
      groupId: this.securityGroupId,
      sourceSecurityGroupId: clientGroupId,
      description: `from ${client.name}`,
    });
  }
}
