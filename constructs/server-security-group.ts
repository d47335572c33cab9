import type { RemovalPolicy } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import type { Construct } from 'constructs';

export interface ServerSecurityGroupProps {
  readonly vpc: ec2.IVpc;
  readonly description: string;
  /** @default - deleted with the stack */
  readonly removalPolicy?: RemovalPolicy;
}

/**
 * The security group of a store's servers. It opens nothing, in or out: who may come in is said by each
 * {@link ClientSecurityGroup}, in the client's own stack.
 */
export class ServerSecurityGroup extends ec2.SecurityGroup {
  constructor(scope: Construct, id: string, props: ServerSecurityGroupProps) {
    super(scope, id, { vpc: props.vpc, description: props.description, allowAllOutbound: false });
    if (props.removalPolicy !== undefined) this.applyRemovalPolicy(props.removalPolicy);
  }
}
