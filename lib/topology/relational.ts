import type { RelationalTopology, StoreTopology } from './topology';

/** A kind without a row does not compile. */
const IS_RELATIONAL: Readonly<Record<StoreTopology['kind'], boolean>> = {
  postgres: true,
  shardedPostgres: true,
  valkey: false,
  dynamodb: false,
  documentdb: false,
  neptune: false,
};

/** Whether a store is asked in SQL. */
export const isRelational = (store: StoreTopology): store is RelationalTopology => IS_RELATIONAL[store.kind];
