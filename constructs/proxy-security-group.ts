import * as ec2 from 'aws-cdk-lib/aws-ec2';
import { fromGroup, tcp, type ClientGroup } from './client-rules';
import { ClientSecurityGroup } from './client-security-group';
import { POSTGRES_PORT } from './postgres-port';

/** A client that a proxy lets in. */
export interface ProxyClient {
  /** Names the rules: unique among the clients of one proxy. */
  readonly name: string;
  readonly group: ClientGroup;
}

/** The security group of proxies: a client of the servers behind them, and a server to the clients that it was told of. */
export class ProxySecurityGroup extends ClientSecurityGroup {
  /** Opens the way from a client, on both sides. Both rules belong to this group's stack: a client's stack never waits for its proxies. */
  allowFrom({ name, group }: ProxyClient): void {
    // What the owner of a group in another account opens by itself.
    if (group.ownerAccount === undefined) {
      new ec2.CfnSecurityGroupEgress(this, `Out-of-${name}`, {
        ...tcp(POSTGRES_PORT),
        groupId: group.securityGroupId,
        destinationSecurityGroupId: this.securityGroupId,
        description: `to ${this.node.id}`,
      });
    }
    new ec2.CfnSecurityGroupIngress(this, `From-${name}`, {
      ...tcp(POSTGRES_PORT),
      ...fromGroup(group),
      groupId: this.securityGroupId,
      description: `from ${name}`,
    });
  }
}
