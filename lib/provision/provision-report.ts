import type { Access } from '../topology';

/** What provisioning did, database by database. Holds no secret. */
export interface ProvisionReport {
  readonly databases: readonly DatabaseReport[];
}

export interface DatabaseReport {
  readonly store: string;
  /** Absent for a store that isn't sharded. */
  readonly shard?: string;
  readonly server: string;
  readonly database: string;
  /** `created`: the database was new to the tier. `confirmed`: it says that it is what the topology says. */
  readonly identity: 'created' | 'confirmed';
  readonly roles: readonly RoleReport[];
}

/**
 * What was done to a role.
 *
 * - `created`: it is new
 * - `confirmed`: it had exactly its rights
 * - `changed`: rights were added or taken away
 * - `dropped`: its service left the definition
 * - `disabled`: its service left, but the role owns things, so it stays, without login and without rights
 */
export type RoleOutcome = 'created' | 'confirmed' | 'changed' | 'dropped' | 'disabled';

export interface RoleReport {
  readonly role: string;
  /** Absent for the smoke role. */
  readonly service?: string;
  /** `none` once the service has left the definition. */
  readonly access: Access | 'smoke' | 'none';
  readonly outcome: RoleOutcome;
  /** Number of tables, views and sequences of schema `public` that got or lost rights. */
  readonly relationsChanged: number;
  /** Tables, views and sequences of schema `public` that belong to somebody else than the owner role, which can't grant on them. */
  readonly leftAlone: readonly string[];
}
