import { CLUSTER_LIMITS, DOCUMENTDB_CLASSES, DOCUMENTDB_ELASTIC_SHARDS, NEPTUNE_CLASSES } from '../catalog';
import type { DocumentDbDefinition, NeptuneDefinition, TierDefinition } from '../definition';
import { serverName } from '../definition/names/stacks';
import type { GivenName, WatchUnit, WatchedIn } from './watch-unit';

export function documentUnits(
  tier: TierDefinition,
  { name: store, servers }: DocumentDbDefinition,
  givenName: GivenName,
): readonly WatchUnit[] {
  const name = serverName(tier, store);
  if (servers.kind === 'elastic') {
    const watched: WatchedIn['watched'] = {
      sort: 'elasticDocuments',
      identifier: name,
      clusterId: givenName(store, 'elasticCluster'),
      ...DOCUMENTDB_ELASTIC_SHARDS[servers.vcpu],
    };
    return [{ name, store, stack: [store, 'alarms'], watched: [{ id: 'Cluster', watched }] }];
  }
  const size =
    servers.kind === 'serverless'
      ? ({ memoryGiB: servers.capacity.maxDcu * CLUSTER_LIMITS.gibPerDcu.value, capacity: 'scaling' } as const)
      : { memoryGiB: DOCUMENTDB_CLASSES[servers.class].memoryGiB };
  const watched: readonly WatchedIn[] = [
    ...clusterServers(name, servers.readers).map(({ id, ...server }): WatchedIn => ({
      id,
      watched: { sort: 'documentServer', ...server, ...size },
    })),
    { id: 'Cluster', watched: { sort: 'documentCluster', identifier: name } },
  ];
  return [{ name, store, stack: [store, 'alarms'], watched }];
}

export function graphUnits(tier: TierDefinition, { name: store, servers }: NeptuneDefinition): readonly WatchUnit[] {
  const name = serverName(tier, store);
  const size =
    servers.kind === 'serverless'
      ? ({ memoryGiB: servers.capacity.maxNcu * CLUSTER_LIMITS.gibPerNcu.value, capacity: 'scaling' } as const)
      : { memoryGiB: NEPTUNE_CLASSES[servers.class].memoryGiB };
  const watched: readonly WatchedIn[] = [
    ...clusterServers(name, servers.readers).map(({ id, ...server }): WatchedIn => ({
      id,
      watched: { sort: 'graphServer', ...server, ...size },
    })),
    { id: 'Cluster', watched: { sort: 'graphCluster', identifier: name } },
  ];
  return [{ name, store, stack: [store, 'alarms'], watched }];
}

/** The servers of a cluster, which are called by number. */
const clusterServers = (cluster: string, readers: number) =>
  Array.from({ length: 1 + readers }, (_, index) => ({
    id: String(index + 1),
    identifier: `${cluster}-${index + 1}`,
    isFollowed: readers > 0,
  }));
