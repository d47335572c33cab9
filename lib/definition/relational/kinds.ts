import type { PostgresEngineOffering } from '../../catalog';
import type { StoreDefinition, StoreKind } from '../tier';

/**
 * Kinds whose stores are asked in SQL: servers with database roles, replicas, shard maps and pools of connections. What only they have is told by
 * these types; what every kind has is a table `Record<StoreKind, …>`.
 */
export const RELATIONAL_KINDS = ['postgres', 'shardedPostgres'] as const satisfies readonly StoreKind[];

export type RelationalKind = (typeof RELATIONAL_KINDS)[number];

export type RelationalDefinition = Extract<StoreDefinition, { readonly kind: RelationalKind }>;

/** Whether a store, however far it was read, is of a relational kind. */
export function isRelational<S extends { readonly kind: StoreKind }>(
  store: S,
): store is Extract<S, { readonly kind: RelationalKind }> {
  return (RELATIONAL_KINDS as readonly StoreKind[]).includes(store.kind);
}

/** The engine that an instance class must be offered for, and its name for a person. */
export const RELATIONAL_ENGINES: Readonly<
  Record<RelationalKind, { readonly offering: PostgresEngineOffering; readonly label: string }>
> = {
  postgres: { offering: 'postgres', label: 'RDS for PostgreSQL' },
  shardedPostgres: { offering: 'aurora-postgres', label: 'Aurora PostgreSQL' },
};
