import * as ec2 from 'aws-cdk-lib/aws-ec2';
import type { Construct } from 'constructs';
import { AWS_API_PORT } from './private-endpoints';

/** A server that a client may reach. */
export interface ServerAccess {
  /** Names the rules: unique among the servers of one client. */
  readonly name: string;
  readonly securityGroup: ec2.ISecurityGroup;
  /** TCP port. */
  readonly port: number;
  /** Where it listens on several ports in a row, the last. @default - port */
  readonly lastPort?: number;
}

/** A security group by id, and whose it is. */
export interface ClientGroup {
  readonly securityGroupId: string;
  /** Account of the group, where it is another than the stack's: only its owner can open its way out. @default - the stack's */
  readonly ownerAccount?: string;
}

/** A consumer of databases, as whoever opens ways to them sees it. */
export interface DatabaseClient extends ClientGroup {
  /**
   * Opens the way to a server, on both sides. Both rules belong to the client's stack, also where the server's group is another's:
   * a server's stack never names its clients.
   */
  allowTo(server: ServerAccess): void;
  /** Opens the way to endpoints of AWS services in the VPC: see {@link PrivateEndpoints}. */
  allowToEndpoints(endpoints: Pick<ServerAccess, 'securityGroup'>): void;
  /** Opens the way to the addresses of one AWS service, where a route leads there: see {@link DynamoDbPrefixList}. */
  allowToPrefixList(prefixListId: string): void;
}

/** The rules of one client, as resources of their own below `scope`, whose name says who it is. */
export class ClientRules {
  constructor(
    private readonly scope: Construct,
    private readonly client: ClientGroup,
  ) {}

  allowTo(server: ServerAccess): void {
    this.connect({ ...server, ids: [`To-${server.name}`, `Into-${server.name}`] });
  }

  allowToEndpoints({ securityGroup }: Pick<ServerAccess, 'securityGroup'>): void {
    this.connect({ name: 'AWS', securityGroup, port: AWS_API_PORT, ids: ['ToEndpoints', 'IntoEndpoints'] });
  }

  allowToPrefixList(prefixListId: string): void {
    this.wayOut('ToDynamoDb', tcp(AWS_API_PORT), { destinationPrefixListId: prefixListId, description: 'to DynamoDB' });
  }

  /** Opens the way to HTTPS anywhere, in a VPC whose owner says how AWS is reached, and decides what its routes lead to. */
  allowToHttps(): void {
    this.wayOut('ToHttps', tcp(AWS_API_PORT), {
      cidrIp: '0.0.0.0/0',
      description: 'to AWS, as the network provides it',
    });
  }

  private connect({
    name,
    securityGroup,
    port,
    lastPort,
    ids: [to, into],
  }: ServerAccess & { readonly ids: readonly [string, string] }): void {
    const ports = tcp(port, lastPort);
    this.wayOut(to, ports, { destinationSecurityGroupId: securityGroup.securityGroupId, description: `to ${name}` });
    new ec2.CfnSecurityGroupIngress(this.scope, into, {
      ...ports,
      ...fromGroup(this.client),
      groupId: securityGroup.securityGroupId,
      description: `from ${this.scope.node.id}`,
    });
  }

  private wayOut(id: string, ports: ReturnType<typeof tcp>, to: Partial<ec2.CfnSecurityGroupEgressProps>): void {
    if (this.client.ownerAccount !== undefined) return;
    // Not addEgressRule: it drops a group's closing rule for a rule of its own, and EC2 opens a group without an inline rule to everything.
    new ec2.CfnSecurityGroupEgress(this.scope, id, { ...ports, ...to, groupId: this.client.securityGroupId });
  }
}

/** TCP on one port, or on some in a row, as a rule says it. */
export const tcp = (port: number, lastPort = port) => ({ ipProtocol: 'tcp', fromPort: port, toPort: lastPort });

/** Where a rule lets in from. */
export const fromGroup = ({ securityGroupId, ownerAccount }: ClientGroup) => ({
  sourceSecurityGroupId: securityGroupId,
  ...(ownerAccount === undefined ? {} : { sourceSecurityGroupOwnerId: ownerAccount }),
});
