import { isRelational, type RelationalDefinition, type TierDefinition } from '../definition';
import { publishedServices } from '../definition/services/published';
import { TOPOLOGY_VERSION, type ServerTopology, type StoreTopology, type Topology } from '../topology';
import type { OtherStores } from './other-engines';
import { LOCAL_HOST } from './server-settings';
import { keyDirectoryOf, placementOf, type TierDirectory } from './tier-directory';
import { planClusters, type PlannedCluster, type PlannedServer } from './tier-plan';

export { firstPlacements } from '../definition/sharded-postgres/first-placements';

/** Where everything of a local tier is. Engines are plain PostgreSQL, also where AWS has Aurora: lag is read from the WAL. */
export function localTopology(
  definition: TierDefinition,
  directory: TierDirectory,
  authority: string,
  portOf: (server: PlannedServer) => number,
  others: OtherStores = { planned: [], absent: {} },
): Topology {
  const clusters = planClusters(definition);
  const stores = Object.values(definition.stores)
    .filter(isRelational)
    .map((store): [string, StoreTopology] => {
      const own = clusters.filter((cluster) => cluster.store === store.name);
      return [store.name, storeTopology(store, directory, own, portOf)];
    });
  return {
    version: TOPOLOGY_VERSION,
    tier: definition.name,
    stage: definition.stage.name,
    world: 'local',
    trust: { kind: 'file', path: authority },
    stores: Object.fromEntries([
      ...stores,
      ...others.planned.map((plan): [string, StoreTopology] => [plan.store, plan.topology(portOf)]),
    ]),
    services: publishedServices(definition),
    ...(Object.keys(others.absent).length > 0 && { absent: others.absent }),
  };
}

function storeTopology(
  store: RelationalDefinition,
  directory: TierDirectory,
  clusters: readonly PlannedCluster[],
  portOf: (server: PlannedServer) => number,
): StoreTopology {
  const membersOf = ({ primary, replicas, secrets }: PlannedCluster) => ({
    primary: serverTopology('primary', portOf(primary)),
    replicas: replicas.map((replica) => ({
      ...serverTopology(replica.name, portOf(replica)),
      ...(replica.region !== undefined && { region: replica.region }),
    })),
    secrets,
  });
  switch (store.kind) {
    case 'postgres':
      return {
        kind: store.kind,
        engine: 'postgres',
        database: store.database,
        ...membersOf(clusters[0] as PlannedCluster),
      };
    case 'shardedPostgres':
      return {
        kind: store.kind,
        engine: 'postgres',
        database: store.database,
        shardKey: store.shardKey,
        shards: Object.fromEntries(clusters.map((cluster) => [cluster.shard as string, membersOf(cluster)])),
        placement: { kind: 'directory', path: placementOf(directory, store.name) },
        ...(store.strategy.type === 'directory' && {
          keyDirectory: {
            location: { kind: 'file', path: keyDirectoryOf(directory, store.name) },
            newKeys: store.strategy.newKeys,
          },
        }),
      };
  }
}

function serverTopology(name: string, port: number): ServerTopology {
  return { name, endpoint: { host: LOCAL_HOST, port, via: 'direct' } };
}
