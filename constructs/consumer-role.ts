import * as iam from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import { addStatements } from './role-policies';

export interface ConsumerRoleProps {
  readonly description: string;
  /** ARNs of IAM roles, or of roots of accounts that decide by themselves: who may assume this role. At least one. */
  readonly principals: readonly string[];
  /** All that it may do. */
  readonly statements: readonly iam.PolicyStatement[];
}

/**
 * A role of the account that databases are in, for a consumer to assume: also from another account, where no policy of its own could let it read
 * a parameter or sign in to a database. Secrets, keys and tables need not name the consumer for it.
 */
export class ConsumerRole extends iam.Role {
  constructor(scope: Construct, id: string, { description, principals, statements }: ConsumerRoleProps) {
    super(scope, id, {
      description,
      assumedBy: new iam.CompositePrincipal(...principals.map((arn) => new iam.ArnPrincipal(arn))),
    });
    addStatements(this, statements);
  }
}
