import {
  isRelational,
  type PostgresDefinition,
  type RelationalKind,
  type ShardedPostgresDefinition,
  type StoreDefinition,
  type TierDefinition,
} from '../definition';
import type { DatabaseSecrets } from '../topology';

/** One server to run. */
export interface PlannedServer {
  readonly store: string;
  /** Unique in its store: `primary`, a replica's name, a shard's name. */
  readonly name: string;
  /** `<store>/<name>`: unique in the tier. */
  readonly label: string;
  readonly role: 'primary' | 'replica';
  /** Region that it would stand in on AWS, where that is another than the tier's own. */
  readonly region?: string;
}

/** A primary and the replicas that stream from it: what starts, lives and fails together. */
export interface PlannedCluster {
  readonly store: string;
  /** Of a sharded store: which shard this is. */
  readonly shard?: string;
  readonly database: string;
  readonly version: string;
  readonly maxConnections: number;
  readonly slowQueryMs: number;
  readonly primary: PlannedServer;
  readonly replicas: readonly PlannedServer[];
  /** Names of the secrets, as the topology gives them. */
  readonly secrets: DatabaseSecrets;
}

/**
 * Connections of a local server at most: what RDS gives an instance by its memory would make each of seven servers on this machine
 * reserve memory for thousands.
 */
export const MOST_LOCAL_CONNECTIONS = 100;
/** Below this PostgreSQL leaves none after those that it reserves for itself. */
const FEWEST_LOCAL_CONNECTIONS = 10;

/** One row a relational kind: a new kind does not compile until it has its own. What runs stores of other kinds is in other-engines.ts. */
const CLUSTERS_OF: {
  readonly [K in RelationalKind]: (
    store: Extract<StoreDefinition, { kind: K }>,
    services: readonly string[],
  ) => readonly PlannedCluster[];
} = {
  postgres: clustersOfPostgres,
  shardedPostgres: clustersOfShardedPostgres,
};

/** Every cluster of a tier, in the order of the definition. */
export function planClusters(definition: TierDefinition): readonly PlannedCluster[] {
  return Object.values(definition.stores)
    .filter(isRelational)
    .flatMap((store) => {
      const services = servicesOf(definition, store.name);
      switch (store.kind) {
        case 'postgres':
          return CLUSTERS_OF[store.kind](store, services);
        case 'shardedPostgres':
          return CLUSTERS_OF[store.kind](store, services);
      }
    });
}

/** Every server of a cluster, the primary first. */
export function serversOf(cluster: PlannedCluster): readonly PlannedServer[] {
  return [cluster.primary, ...cluster.replicas];
}

function clustersOfPostgres(store: PostgresDefinition, services: readonly string[]): readonly PlannedCluster[] {
  return [
    {
      ...shapeOf(store),
      primary: serverOf(store.name, 'primary', 'primary'),
      replicas: [
        ...store.replicas.map(({ name }) => serverOf(store.name, name, 'replica')),
        // Here it is a replica like any other.
        ...(store.elsewhere ?? []).map(({ name, region }) => ({ ...serverOf(store.name, name, 'replica'), region })),
      ],
      secrets: secretsAt(store.name, services),
    },
  ];
}

function clustersOfShardedPostgres(
  store: ShardedPostgresDefinition,
  services: readonly string[],
): readonly PlannedCluster[] {
  return store.shards.map((shard) => ({
    ...shapeOf(store),
    shard: shard.name,
    primary: serverOf(store.name, shard.name, 'primary'),
    replicas: [],
    secrets: secretsAt(`${store.name}/${shard.name}`, services),
  }));
}

function shapeOf(store: PostgresDefinition | ShardedPostgresDefinition) {
  return {
    store: store.name,
    database: store.database,
    version: store.version,
    maxConnections: Math.min(Math.max(store.maxConnections, FEWEST_LOCAL_CONNECTIONS), MOST_LOCAL_CONNECTIONS),
    slowQueryMs: store.slowQueryMs,
  };
}

function serverOf(store: string, name: string, role: PlannedServer['role']): PlannedServer {
  return { store, name, label: `${store}/${name}`, role };
}

/** Names of the secrets of what lies at `place`: a store, or a shard of one. */
export function secretsAt(place: string, services: readonly string[]): DatabaseSecrets {
  return {
    owner: `${place}/owner`,
    smoke: `${place}/smoke`,
    services: Object.fromEntries(services.map((service) => [service, `${place}/services/${service}`])),
  };
}

/** Names of the services that use a store. */
export function servicesOf(definition: Pick<TierDefinition, 'services'>, store: string): readonly string[] {
  return Object.values(definition.services)
    .filter(({ uses }) => uses[store] !== undefined)
    .map(({ name }) => name);
}
