import type { ServiceDefinition } from '../services/service';
import type { StoreDefinition, StoreKind, TierDefinition } from '../tier';

/** Regions beside the stage's own in which something stands, in the order of the definition. */
export const otherRegions = ({ stage }: Pick<TierDefinition, 'stage'>): readonly string[] =>
  Object.keys(stage.regions ?? {});

/**
 * What a tier has in another region, as a definition of its own: the stores that have replicas or copies of shards there, with those and no others,
 * on the region's network and key; services, as far as they use such a replica. A service's own security group belongs to a network elsewhere and is
 * left out.
 */
export function inRegion(tier: TierDefinition, region: string): TierDefinition {
  const { env, regions: { [region]: place } = {} } = tier.stage;
  if (env === undefined || place === undefined)
    throw new TypeError(`the tier has nothing in ${region}, and no rule noticed`);
  const stores = Object.values(tier.stores).flatMap((store) => storeIn(store, region, place.encryptionKeyArn));
  const names = stores.filter(({ kind }) => kind === 'postgres').map(({ name }) => name);
  return {
    ...tier,
    stage: {
      ...without(tier.stage, 'regions'),
      env: { account: env.account, region },
      zones: place.zones,
      awayFrom: env.region,
    },
    network: place.network,
    stores: Object.fromEntries(stores.map((store) => [store.name, store])),
    services: Object.fromEntries(
      Object.values(tier.services)
        .map((service) => serviceIn(service, names))
        .filter(({ uses }) => Object.keys(uses).length > 0)
        .map((service) => [service.name, service]),
    ),
  };
}

type InRegion<K extends StoreKind> = (
  store: Extract<StoreDefinition, { readonly kind: K }>,
  region: string,
  encryption: { readonly encryptionKeyArn?: string },
) => readonly StoreDefinition[];

/** What a store has in another region, if anything. A kind without a row does not compile. */
const IN_REGION: { readonly [K in StoreKind]: InRegion<K> } = {
  postgres: (store, region, encryption) => {
    const replicas = (store.elsewhere ?? []).filter((replica) => replica.region === region);
    if (replicas.length === 0) return [];
    return [
      {
        ...without(store, 'elsewhere', 'encryptionKeyArn', 'pooling'),
        replicas: replicas.map(({ name, class: of }) => ({ name, class: of })),
        ...encryption,
      },
    ];
  },
  shardedPostgres: (store, region, encryption) => {
    const secondary = store.globalDatabase?.secondaries.find((each) => each.region === region);
    if (secondary === undefined) return [];
    const readers = { min: secondary.servers - 1 };
    return [
      {
        ...without(store, 'encryptionKeyArn', 'pooling'),
        // A copy begins with what it copies.
        shards: store.shards.map((shard) => ({ ...without(shard, 'origin'), readers })),
        ...encryption,
      },
    ];
  },
  valkey: () => [],
  // A copy of a table belongs to the table, and is in its stack.
  dynamodb: () => [],
  documentdb: () => [],
  neptune: () => [],
};

function storeIn(store: StoreDefinition, region: string, key: string | undefined): readonly StoreDefinition[] {
  // The row of a store's own kind takes that store, which the type checker can't follow through the table.
  const inRegionOf = IN_REGION[store.kind] as InRegion<StoreKind>;
  return inRegionOf(store, region, key === undefined ? {} : { encryptionKeyArn: key });
}

/**
 * The tier with the stores that somebody logs in to in its region: all of them at home, those with replicas elsewhere. A copy of a shard waits for the
 * day on which it takes over.
 */
export function inUse(tier: TierDefinition): TierDefinition {
  if (tier.stage.awayFrom === undefined) return tier;
  const stores = Object.values(tier.stores).filter(({ kind }) => kind === 'postgres');
  return { ...tier, stores: Object.fromEntries(stores.map((store) => [store.name, store])) };
}

/** Whether anybody in the tier's region calls a store, or AWS. */
export const isInUse = (tier: TierDefinition): boolean => Object.keys(inUse(tier).stores).length > 0;

function serviceIn(service: ServiceDefinition, stores: readonly string[]): ServiceDefinition {
  const uses = Object.entries(service.uses).filter(([store]) => stores.includes(store));
  return { ...without(service, 'client'), uses: Object.fromEntries(uses) };
}

function without<T extends object, K extends keyof T & string>(from: T, ...keys: readonly K[]): Omit<T, K> {
  return Object.fromEntries(Object.entries(from).filter(([key]) => !(keys as readonly string[]).includes(key))) as Omit<
    T,
    K
  >;
}
