import type { Construct } from 'constructs';
import type { StoreDefinition, StoreKind, TierDefinition } from '../definition';
import { synthesizeDocumentDb } from './documentdb-store';
import { synthesizeDynamoDb } from './dynamodb-store';
import { synthesizeNeptune } from './neptune-store';
import { synthesizePostgres } from './postgres-store';
import { synthesizeShardedPostgres } from './sharded-postgres-store';
import type { Store } from './store';
import type { TierNetwork } from './tier-network';
import { synthesizeValkey } from './valkey-store';

type Synthesize<K extends StoreKind> = (
  scope: Construct,
  tier: TierDefinition,
  store: Extract<StoreDefinition, { kind: K }>,
  network: TierNetwork,
) => Store;

/** How each kind of store is made. A kind without a row does not compile. */
const STORE_KINDS: { readonly [K in StoreKind]: Synthesize<K> } = {
  postgres: synthesizePostgres,
  shardedPostgres: synthesizeShardedPostgres,
  valkey: synthesizeValkey,
  dynamodb: synthesizeDynamoDb,
  documentdb: synthesizeDocumentDb,
  neptune: synthesizeNeptune,
};

/** Synthesizes the stacks of one store. */
export function synthesizeStore(
  scope: Construct,
  tier: TierDefinition,
  store: StoreDefinition,
  network: TierNetwork,
): Store {
  // The row of a store's own kind takes that store, which the type checker can't follow through the table.
  const synthesize = STORE_KINDS[store.kind] as Synthesize<StoreKind>;
  return synthesize(scope, tier, store, network);
}
