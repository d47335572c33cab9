import type { PostgresDefinition } from './postgres';
import type { ServiceDefinition } from './service';
import type { TierDefinition } from './tier';

/** Regions beside the stage's own in which replicas stand, in the order of the definition. */
export const otherRegions = ({ stage }: Pick<TierDefinition, 'stage'>): readonly string[] =>
  Object.keys(stage.regions ?? {});

/**
 * What a tier has in another region, as a definition of its own: the stores that have replicas there, with those replicas and no others, on the
 * region's network and key; services, as far as they use such a store. A service's own security group belongs to a network elsewhere and is left out.
 */
export function inRegion(tier: TierDefinition, region: string): TierDefinition {
  const { env, regions: { [region]: place } = {} } = tier.stage;
  if (env === undefined || place === undefined)
    throw new TypeError(`the tier has nothing in ${region}, and no rule noticed`);
  const stores = Object.values(tier.stores).flatMap((store) =>
    store.kind === 'postgres' && store.elsewhere?.some((replica) => replica.region === region)
      ? [storeIn(store, region, place.encryptionKeyArn)]
      : [],
  );
  const names = stores.map(({ name }) => name);
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

function storeIn(store: PostgresDefinition, region: string, encryptionKeyArn: string | undefined): PostgresDefinition {
  return {
    ...without(store, 'elsewhere', 'encryptionKeyArn', 'pooling'),
    replicas: (store.elsewhere ?? [])
      .filter((replica) => replica.region === region)
      .map(({ name, class: of }) => ({ name, class: of })),
    ...(encryptionKeyArn !== undefined && { encryptionKeyArn }),
  };
}

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
