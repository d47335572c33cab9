import { PolystoreError } from '../errors';
import { checkOwnersKnown, type Placement } from '../placement';
import type { PlacementStore } from '../sources';
import type {
  Access,
  DatabaseSecrets,
  ServerTopology,
  ShardedPostgresTopology,
  StoreTopology,
  Topology,
} from '../topology';

/** One database to provision: a store's, or one shard's. */
export interface TargetDatabase {
  readonly tier: string;
  readonly stage: string;
  readonly store: string;
  readonly shard?: string;
  readonly primary: ServerTopology;
  readonly database: string;
  readonly secrets: DatabaseSecrets;
  /** What each service may do here; services that don't use the store are absent. */
  readonly uses: Readonly<Record<string, Access>>;
  readonly placed?: PlacedRows;
}

/** How a sharded store places its rows. */
export interface PlacedRows {
  readonly column: string;
  readonly placement: Placement;
}

/** What this room needs of a placement store: it never changes a placement. */
export type ReadablePlacement = Pick<PlacementStore, 'read'>;

/**
 * The databases of a tier, in the order of the topology.
 * @throws {PolystoreError} SHARD_OWNS_BUCKETS where a shard map names a shard that the topology lacks, DOCUMENT_INVALID where the
 * placement is another store's or of another key type, and whatever `placementOf` throws
 */
export async function targetDatabasesOf(
  topology: Topology,
  placementOf: (store: string) => ReadablePlacement,
): Promise<readonly TargetDatabase[]> {
  const stores = Object.entries(topology.stores);
  return (await Promise.all(stores.map(([name, store]) => databasesOf(topology, name, store, placementOf)))).flat();
}

/** What each service may do in a store, by service. */
export function usesOf(topology: Topology, store: string): Readonly<Record<string, Access>> {
  return Object.fromEntries(
    Object.entries(topology.services).flatMap(([service, { uses }]) => {
      const access = uses[store];
      return access === undefined ? [] : [[service, access]];
    }),
  );
}

/**
 * Refuses a placement that does not fit its store.
 * @throws {PolystoreError} DOCUMENT_INVALID or SHARD_OWNS_BUCKETS
 */
export function checkPlacementFits(name: string, store: ShardedPostgresTopology, placement: Placement): void {
  if (placement.store !== name || placement.keyType !== store.shardKey.type) {
    throw new PolystoreError(
      'DOCUMENT_INVALID',
      `placement of "${name}": got one of store "${placement.store}" for ${placement.keyType} keys, ` +
        `must be of store "${name}" for ${store.shardKey.type} keys`,
      {
        details: { document: 'placement' },
        next: 'The topology points at another placement: deploy the store again, or start the tier again.',
      },
    );
  }
  checkOwnersKnown(name, placement.shardMap, Object.keys(store.shards));
}

type DatabasesOf<K extends StoreTopology['kind']> = (
  place: Pick<TargetDatabase, 'tier' | 'stage' | 'store' | 'uses'>,
  store: Extract<StoreTopology, { readonly kind: K }>,
  placementOf: (store: string) => ReadablePlacement,
) => Promise<readonly TargetDatabase[]>;

/** What of a store is provisioned from inside. A kind without a row does not compile. */
const DATABASES_OF: { readonly [K in StoreTopology['kind']]: DatabasesOf<K> } = {
  postgres: async (place, { database, primary, secrets }) => [{ ...place, database, primary, secrets }],
  shardedPostgres: async (place, store, placementOf) => {
    const placement = await placementOf(place.store).read();
    checkPlacementFits(place.store, store, placement);
    const placed = { column: store.shardKey.column, placement };
    return Object.entries(store.shards).map(([shard, { primary, secrets }]) => ({
      ...place,
      database: store.database,
      shard,
      primary,
      secrets,
      placed,
    }));
  },
  // Its users are made with it, from outside.
  valkey: () => Promise.resolve([]),
  // Nothing is inside but items.
  dynamodb: () => Promise.resolve([]),
  // Its users are made by its own protocol: document-users.ts.
  documentdb: () => Promise.resolve([]),
  // Nobody logs in.
  neptune: () => Promise.resolve([]),
};

function databasesOf(
  topology: Topology,
  name: string,
  store: StoreTopology,
  placementOf: (store: string) => ReadablePlacement,
): Promise<readonly TargetDatabase[]> {
  // The row of a store's own kind takes that store, which the type checker can't follow through the table.
  const databases = DATABASES_OF[store.kind] as DatabasesOf<StoreTopology['kind']>;
  const place = { tier: topology.tier, stage: topology.stage, store: name, uses: usesOf(topology, name) };
  return databases(place, store, placementOf);
}
