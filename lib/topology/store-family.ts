import type { StoreTopology } from './topology';

/** Kinds of stores that share a client: what talks to one of them talks to all of them, and to no other. */
export type StoreFamily = 'relational' | 'valkey' | 'dynamodb' | 'documentdb' | 'neptune';

type Kinded = { readonly kind: StoreTopology['kind'] };

/** A kind without a row does not compile. */
const FAMILIES: Readonly<Record<StoreTopology['kind'], StoreFamily>> = {
  postgres: 'relational',
  shardedPostgres: 'relational',
  valkey: 'valkey',
  dynamodb: 'dynamodb',
  documentdb: 'documentdb',
  neptune: 'neptune',
};

export const familyOf = ({ kind }: Kinded): StoreFamily => FAMILIES[kind];

/** The families of some stores, each once, in the same order whatever the order of the stores. */
export function familiesOf(stores: Iterable<Kinded>): readonly StoreFamily[] {
  const found = new Set([...stores].map(familyOf));
  return [...new Set(Object.values(FAMILIES))].filter((family) => found.has(family));
}
