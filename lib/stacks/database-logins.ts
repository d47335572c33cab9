import { ArnFormat, type Stack } from 'aws-cdk-lib';
import type * as iam from 'aws-cdk-lib/aws-iam';
import { statementsOn } from '../../constructs';
import { isRelational, type TierDefinition } from '../definition';

/** A database role, and the servers that it logs in to by IAM. */
export interface DatabaseLogin {
  readonly role: string;
  /** As RDS calls servers and clusters in policies: `db-ABC…`, `cluster-ABC…`. */
  readonly resourceIds: readonly string[];
}

/**
 * Every RDS Proxy of the account in the stack's region: what AWS calls one is known after access, which a proxy needs. Whom a proxy lets in is said
 * by its security group, and as whom it may log in by its own role.
 */
export const ANY_PROXY = 'prx-*';

/** Why policies name proxies by a wildcard. */
export const PROXIES_COME_LATER =
  'A proxy is made after access, with what access has. Its security group says who reaches it, its role as whom it logs in.';

/** Whether proxies stand before the primaries of a store. */
export function isPooled({ stores }: Pick<TierDefinition, 'stores'>, store: string): boolean {
  const definition = stores[store];
  return definition !== undefined && isRelational(definition) && definition.pooling !== undefined;
}

/** The right to log in to databases with tokens: as these roles, on these servers, and nowhere else. */
export function mayLogIn(stack: Stack, logins: readonly DatabaseLogin[]): readonly iam.PolicyStatement[] {
  const users = [
    ...new Set(logins.flatMap(({ role, resourceIds }) => resourceIds.map((id) => databaseUser(stack, id, role)))),
  ];
  return statementsOn({ actions: ['rds-db:connect'], resources: users });
}

/** A database role on one server, or with `*` on any server of the account in the stack's region. */
export function databaseUser(stack: Stack, resourceId: string, role: string): string {
  return stack.formatArn({
    service: 'rds-db',
    resource: 'dbuser',
    arnFormat: ArnFormat.COLON_RESOURCE_NAME,
    resourceName: `${resourceId}/${role}`,
  });
}
