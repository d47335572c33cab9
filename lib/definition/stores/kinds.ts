import type { z } from 'zod';
import { documentdbOptions, neptuneOptions } from '../clusters/schema';
import { dynamodbOptions } from '../dynamodb/schema';
import { postgresOptions } from '../postgres/schema';
import { resolveDocumentDb, resolveNeptune } from '../clusters/resolve';
import { resolveDynamoDb } from '../dynamodb/resolve';
import { resolvePostgres } from '../postgres/resolve';
import { resolveShardedPostgres } from '../sharded-postgres/resolve';
import { shardedPostgresOptions } from '../sharded-postgres/schema';
import type { StageStoreOf } from './in-stage';
import type { StoreDefinition, StoreKind } from '../tier';
import { resolveValkey } from '../valkey/resolve';
import { valkeyOptions } from '../valkey/schema';

/** What this room knows about a kind of store. */
export interface KindRow<K extends StoreKind> {
  /** How a store of this kind is written. */
  readonly factory: string;
  readonly options: z.ZodObject;
  /** Options that decide what the store is, so that no stage may change them. */
  readonly fixed: readonly string[];
  readonly resolve: (store: StageStoreOf<K>) => Extract<StoreDefinition, { readonly kind: K }>;
}

/** A kind without a row does not compile. */
export const KINDS: { readonly [K in StoreKind]: KindRow<K> } = {
  postgres: {
    factory: 'postgres({ … })',
    options: postgresOptions,
    fixed: ['version', 'database'],
    resolve: resolvePostgres,
  },
  shardedPostgres: {
    factory: 'shardedPostgres({ … })',
    options: shardedPostgresOptions,
    fixed: ['shardKey', 'strategy', 'version', 'database'],
    resolve: resolveShardedPostgres,
  },
  valkey: {
    factory: 'valkey({ … })',
    options: valkeyOptions,
    fixed: ['engine', 'version'],
    resolve: resolveValkey,
  },
  dynamodb: {
    factory: 'dynamodb({ … })',
    options: dynamodbOptions,
    fixed: ['partitionKey', 'sortKey', 'indexes', 'timeToLive', 'stream'],
    resolve: resolveDynamoDb,
  },
  documentdb: {
    factory: 'documentdb({ … })',
    options: documentdbOptions,
    fixed: ['version'],
    resolve: resolveDocumentDb,
  },
  neptune: {
    factory: 'neptune({ … })',
    options: neptuneOptions,
    fixed: ['version'],
    resolve: resolveNeptune,
  },
};

export const isStoreKind = (kind: string): kind is StoreKind => Object.hasOwn(KINDS, kind);
