import type { RemovalPolicy } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as logs from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';

export interface DeploymentCallerProps {
  readonly logRetention: logs.RetentionDays;
  readonly removalPolicy: RemovalPolicy;
}

/**
 * Who a function of CDK's runs as that does something during a deployment, and where it logs, made in `scope` itself: CDK's own choice is a
 * managed policy that writes every log of the account, and a log that is kept for ever.
 */
export class DeploymentCaller {
  readonly role: iam.Role;
  readonly logGroup: logs.LogGroup;

  constructor(scope: Construct, { logRetention, removalPolicy }: DeploymentCallerProps) {
    this.logGroup = new logs.LogGroup(scope, 'Logs', { retention: logRetention, removalPolicy });
    this.role = new iam.Role(scope, 'Role', { assumedBy: new iam.ServicePrincipal('lambda.amazonaws.com') });
    this.logGroup.grantWrite(this.role);
  }
}
