import * as ec2 from 'aws-cdk-lib/aws-ec2';
import type { Construct } from 'constructs';
import { ClientRules, type DatabaseClient, type ServerAccess } from './client-rules';

export interface ClientSecurityGroupProps {
  readonly vpc: ec2.IVpc;
  readonly description: string;
}

/**
 * A security group that a consumer of databases puts on its tasks, functions or instances, beside its own. It reaches the servers that it was
 * allowed to and nothing else: whatever else the consumer needs, its own groups open.
 */
export class ClientSecurityGroup extends ec2.SecurityGroup implements DatabaseClient {
  private readonly rules: ClientRules;

  constructor(scope: Construct, id: string, props: ClientSecurityGroupProps) {
    super(scope, id, { vpc: props.vpc, description: props.description, allowAllOutbound: false });
    this.rules = new ClientRules(this, this);
  }

  allowTo(server: ServerAccess): void {
    this.rules.allowTo(server);
  }

  allowToEndpoints(endpoints: Pick<ServerAccess, 'securityGroup'>): void {
    this.rules.allowToEndpoints(endpoints);
  }

  allowToPrefixList(prefixListId: string): void {
    this.rules.allowToPrefixList(prefixListId);
  }

  /** Opens the way to HTTPS anywhere, in a VPC whose owner says how AWS is reached, and decides what its routes lead to. */
  allowToHttps(): void {
    this.rules.allowToHttps();
  }
}
