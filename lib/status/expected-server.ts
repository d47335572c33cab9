import type {
  DocumentDbDefinition,
  NeptuneDefinition,
  RelationalDefinition,
  StoreDefinition,
  StoreKind,
  TierDefinition,
} from '../definition';
import { serverName } from '../definition/names/stacks';
import { regionInventory, type Inventory } from '../inventory';

/** What a server is to AWS: who describes it, and which metrics tell of it. */
export type ServerSort =
  | 'postgres'
  | 'aurora-postgres'
  | 'cacheNode'
  | 'serverlessCache'
  | 'table'
  | 'documentServer'
  | 'elasticCluster'
  | 'graphServer';

/** A server that the definition says there is; a table, a cache that grows by itself, or a cluster that shards by itself counts as one. */
export interface ExpectedServer {
  readonly store: string;
  /** Within the store. */
  readonly name: string;
  /** As AWS calls it. */
  readonly identifier: string;
  readonly sort: ServerSort;
  /** What it is part of, as AWS calls that; absent where it stands for itself. */
  readonly group?: string;
  /** Absent where it is the engine's own affair. */
  readonly maxConnections?: number;
}

type ServersOf<K extends StoreKind> = (
  tier: TierDefinition,
  store: Extract<StoreDefinition, { readonly kind: K }>,
  inventory: Pick<Inventory, 'servers' | 'nodes'>,
) => readonly ExpectedServer[];

const relational = (
  tier: TierDefinition,
  { name: store, maxConnections }: RelationalDefinition,
  { servers }: Pick<Inventory, 'servers'>,
): readonly ExpectedServer[] =>
  servers
    .filter((server) => server.store === store)
    .map(({ name, engine }) => ({
      store,
      name,
      identifier: serverName(tier, store, name),
      sort: engine,
      maxConnections,
    }));

/** The servers of each kind of store. A kind without a row does not compile. */
const SERVERS_OF: { readonly [K in StoreKind]: ServersOf<K> } = {
  postgres: relational,
  shardedPostgres: relational,
  valkey: (tier, { name: store, shape }, { nodes }) => {
    const group = serverName(tier, store);
    if (shape.kind === 'serverlessCache') return [{ store, name: 'cache', identifier: group, sort: 'serverlessCache' }];
    return nodes
      .filter((node) => node.store === store)
      .map(({ name }) => ({ store, name, identifier: serverName(tier, store, name), sort: 'cacheNode', group }));
  },
  dynamodb: (tier, { name: store }) => [{ store, name: 'table', identifier: serverName(tier, store), sort: 'table' }],
  documentdb: (tier, store) =>
    store.servers.kind === 'elastic'
      ? [{ store: store.name, name: 'cluster', identifier: serverName(tier, store.name), sort: 'elasticCluster' }]
      : clusterServers(tier, store, store.servers.readers, 'documentServer'),
  neptune: (tier, store) => clusterServers(tier, store, store.servers.readers, 'graphServer'),
};

/** The servers of a cluster, which are called by number. */
function clusterServers(
  tier: TierDefinition,
  { name: store }: DocumentDbDefinition | NeptuneDefinition,
  readers: number,
  sort: ServerSort,
): readonly ExpectedServer[] {
  return Array.from({ length: 1 + readers }, (_, index) => String(index + 1)).map((name) => ({
    store,
    name,
    identifier: serverName(tier, store, name),
    sort,
  }));
}

/** Every server that a stage has in its own region. */
export function expectedServers(tier: TierDefinition): readonly ExpectedServer[] {
  const inventory = regionInventory(tier);
  return Object.values(tier.stores).flatMap((store) => {
    // The row of a store's own kind takes that store, which the type checker can't follow through the table.
    const serversOf = SERVERS_OF[store.kind] as ServersOf<StoreKind>;
    return serversOf(tier, store, inventory);
  });
}
