import type { ConnectionsDefinition, ServiceConnections } from './connections';
import type { ExistingGroup } from './existing-group';

/** `read`: SELECT. `write`: SELECT, INSERT, UPDATE, DELETE. */
export type Access = 'read' | 'write';

/** How a service runs and logs in: what may differ between stages. */
export interface ServiceOptions {
  /**
   * ARN of the IAM role that the service runs as, or of the root of an account that decides by itself (`arn:aws:iam::111122223333:root`), or
   * several of these; also of other accounts. It may assume a role of the tier that does exactly what the service needs: find its stores, read its
   * own secrets, and ask for tokens where it logs in by IAM. A role has to exist before the tier is deployed.
   * @default - none: whoever runs the service gives it these rights
   */
  readonly principal?: string | readonly string[];
  /** The security group that the service has already, which then gets the rules. @default - one that the kit makes */
  readonly client?: ExistingGroup;
  /** How the service logs in to databases on AWS. On this machine every service has a password. @default password() */
  readonly authentication?: Authentication;
  /** How many connections it opens: a tier whose servers can't hold them is refused. @default - one process with a pool of 10 for each server */
  readonly connections?: ServiceConnections;
}

/** A consumer of stores: gets a client security group, and a database role and the means to log in with it in each store that it uses. */
export interface ServiceConfig<StoreName extends string = string> extends ServiceOptions {
  /** Stores that it uses, by name, and whether it may write; no other store lets it in. */
  readonly uses: { readonly [K in StoreName]?: Access };
}

/** A password that the kit generates, in a secret a store. */
export interface PasswordAuthentication {
  readonly kind: 'password';
}

/** Tokens that AWS signs. */
export interface IamAuthentication {
  readonly kind: 'iam';
}

export type Authentication = PasswordAuthentication | IamAuthentication;

export interface ServiceDefinition {
  readonly name: string;
  readonly uses: Readonly<Record<string, Access>>;
  /** ARNs of those that may act as the service; none where nobody was named. */
  readonly principals: readonly string[];
  /** Absent where the kit makes the group. */
  readonly client?: { readonly groupId: string; readonly account?: string };
  /** How it logs in on AWS. */
  readonly authentication: Authentication['kind'];
  readonly connections: ConnectionsDefinition;
}

/** A password in a secret, the same on AWS and on this machine: what a service has unless it says otherwise. */
export function password(): PasswordAuthentication {
  return { kind: 'password' };
}

/**
 * Tokens of IAM instead of a password: there is no secret to keep or to rotate, and who may log in is decided by IAM at each connection.
 *
 * It needs a `principal`. The servers of its stores get IAM authentication enabled, which interrupts nothing. Proxies of a store with
 * `pooling` take tokens too, and log in with tokens of their own. Caches take them from version 7.0 on, and end a connection after twelve hours, upon which
 * clients make another. Not for a database that is imported, nor for documents. AWS advises it for up to 200 new connections a second.
 */
export function iam(): IamAuthentication {
  return { kind: 'iam' };
}
