import { Validations } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';

/** The port of every PostgreSQL server. */
export const POSTGRES_PORT = 5432;

/** Says why a server keeps PostgreSQL's own port. */
export function acknowledgeStandardPort(server: IConstruct): void {
  Validations.of(server).acknowledge({
    id: 'AwsSolutions-RDS11',
    reason:
      'The port is no secret worth keeping: who may connect is decided by security groups that name their clients, in subnets without a route to the internet.',
  });
}
