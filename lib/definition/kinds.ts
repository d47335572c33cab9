import type { z } from 'zod';
import type { PostgresEngineOffering } from '../catalog';
import { postgresOptions } from './postgres-schema';
import { resolvePostgres } from './resolve-postgres';
import { resolveShardedPostgres } from './resolve-sharded-postgres';
import { shardedPostgresOptions } from './sharded-postgres-schema';
import type { StageStoreOf } from './stage-store';
import type { StoreDefinition, StoreKind } from './tier';

/** What this room knows about a kind of store. */
export interface KindRow<K extends StoreKind> {
  /** How a store of this kind is written. */
  readonly factory: string;
  readonly options: z.ZodObject;
  /** Options that decide what the store is, so that no stage may change them. */
  readonly fixed: readonly string[];
  /** The engine that an instance class must be offered for, and its name for a person. */
  readonly engine: { readonly offering: PostgresEngineOffering; readonly label: string };
  readonly resolve: (store: StageStoreOf<K>) => Extract<StoreDefinition, { readonly kind: K }>;
}

/** A kind without a row does not compile. */
export const KINDS: { readonly [K in StoreKind]: KindRow<K> } = {
  postgres: {
    factory: 'postgres({ … })',
    options: postgresOptions,
    fixed: ['version', 'database'],
    engine: { offering: 'postgres', label: 'RDS for PostgreSQL' },
    resolve: resolvePostgres,
  },
  shardedPostgres: {
    factory: 'shardedPostgres({ … })',
    options: shardedPostgresOptions,
    fixed: ['shardKey', 'strategy', 'version', 'database'],
    engine: { offering: 'aurora-postgres', label: 'Aurora PostgreSQL' },
    resolve: resolveShardedPostgres,
  },
};

export const isStoreKind = (kind: string): kind is StoreKind => Object.hasOwn(KINDS, kind);
