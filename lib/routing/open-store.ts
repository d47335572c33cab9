import type { PlacementStore, KeyDirectory } from '../sources';
import type { KeyDirectoryLocation, PlacementLocation, StoreTopology, Topology } from '../topology';
import type { Cluster } from './cluster';
import { DirectoryStore } from './directory-store';
import type { Grant } from './grant';
import type { KeyCacheOptions } from './key-cache';
import { openCluster, type MemberChange, type OpenClusterContext, type OpenedCluster } from './open-cluster';
import type { ShardSetParts } from './shard-set';
import { ShardedStore } from './sharded-store';
import { DocumentDbStore, type DocumentDbStoreContext } from './documentdb-store';
import { DynamoDbStore, type DynamoDbStoreContext } from './dynamodb-store';
import { NeptuneStore, type NeptuneStoreContext } from './neptune-store';
import { ValkeyStore, type ValkeyStoreContext } from './valkey-store';

/** What all stores of one router share. */
export interface RouterContext
  extends
    OpenClusterContext,
    Omit<ValkeyStoreContext, 'topology'>,
    DynamoDbStoreContext,
    Omit<DocumentDbStoreContext, 'topology'>,
    Omit<NeptuneStoreContext, 'topology'> {
  readonly topology: Topology;
  readonly openPlacement: (store: string, location: PlacementLocation) => PlacementStore;
  readonly openKeyDirectory: (store: string, location: KeyDirectoryLocation) => KeyDirectory;
  readonly keyCache: KeyCacheOptions;
}

/** A store in use. Whoever opens it closes it. */
export type OpenStore =
  Cluster | ShardedStore | DirectoryStore | ValkeyStore | DynamoDbStore | DocumentDbStore | NeptuneStore;

/** A store in use, and how it follows the topology. */
export interface OpenedStore<S extends StoreTopology = StoreTopology> {
  readonly store: OpenStore;
  /** Another topology of the same store. Shards that are gone stay open: the shard map may give them buckets still. */
  refresh(topology: S): Promise<MemberChange>;
}

type Openers = {
  readonly [Kind in StoreTopology['kind']]: (
    context: RouterContext,
    grant: Grant,
    store: Extract<StoreTopology, { kind: Kind }>,
  ) => Promise<OpenedStore<Extract<StoreTopology, { kind: Kind }>>>;
};

/** One row a kind. Reads secrets and placements; opens no connection. */
const OPENERS: Openers = {
  postgres: async (context, grant, store) => {
    const { engine, database } = store;
    const { cluster, refresh } = await openCluster(context, { grant, shard: undefined, engine, database }, store);
    return { store: cluster, refresh };
  },
  shardedPostgres: async (context, grant, store) => {
    const { engine, database } = store;
    const opened = new Map<string, OpenedCluster>();
    const clusters = new Map<string, Cluster>();
    const refresh = async ({ shards }: typeof store): Promise<MemberChange> => {
      const changes = await Promise.all(
        Object.entries(shards).map(async ([shard, servers]) => {
          const known = opened.get(shard);
          if (known) return known.refresh(servers);
          const added = await openCluster(context, { grant, shard, engine, database }, servers);
          return { shard, opened: added, added: added.cluster.servers().map(({ name }) => name), removed: [] };
        }),
      );
      // In the order of the topology, whichever was open first.
      for (const change of changes) {
        if (!('opened' in change)) continue;
        opened.set(change.shard, change.opened);
        clusters.set(change.shard, change.opened.cluster);
      }
      return {
        added: changes.flatMap(({ added }) => added),
        removed: changes.flatMap(({ removed }) => removed),
      };
    };
    await refresh(store);
    const parts: ShardSetParts = {
      grant,
      topology: store,
      clusters,
      source: context.openPlacement(grant.store, store.placement),
      lifetime: context.lifetime,
      sessions: context.sessions,
      events: context.events,
    };
    if (!store.keyDirectory) return { store: await ShardedStore.open(parts), refresh };
    const { location, newKeys } = store.keyDirectory;
    const directory = context.openKeyDirectory(grant.store, location);
    return { store: await DirectoryStore.open({ ...parts, directory, newKeys, cache: context.keyCache }), refresh };
  },
  valkey: async (context, grant, topology) => {
    const store = await ValkeyStore.open(context, grant, topology);
    return { store, refresh: (next) => store.refresh(next) };
  },
  dynamodb: async (context, grant, topology) => {
    const store = await DynamoDbStore.open(context, grant, topology);
    const refresh = (next: typeof topology): Promise<MemberChange> => {
      store.refresh(next);
      return Promise.resolve({ added: [], removed: [] });
    };
    return { store, refresh };
  },
  documentdb: async (context, grant, topology) => {
    const store = await DocumentDbStore.open(context, grant, topology);
    return { store, refresh: (next) => store.refresh(next) };
  },
  neptune: async (context, grant, topology) => {
    const store = await NeptuneStore.open(context, grant, topology);
    return { store, refresh: (next) => store.refresh(next) };
  },
};

/**
 * Makes a store ready for statements. No connection is opened before the first of them.
 * @throws {PolystoreError} DOCUMENT_MISSING, DOCUMENT_INVALID, UNKNOWN_SHARD
 */
export function openStore(context: RouterContext, grant: Grant, store: StoreTopology): Promise<OpenedStore> {
  const open = OPENERS[store.kind] as (
    context: RouterContext,
    grant: Grant,
    store: StoreTopology,
  ) => Promise<OpenedStore>;
  return open(context, grant, store);
}
