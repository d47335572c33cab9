import { CLUSTER_LIMITS, DOCUMENTDB_CLASSES, NEPTUNE_CLASSES } from '../catalog';
import type { DocumentDbDefinition, NeptuneDefinition, TierDefinition } from '../definition';
import { serverName } from '../definition/stack-names';
import type { WatchUnit, WatchedIn } from './watch-unit';

/** An elastic cluster is known to CloudWatch by an id that AWS makes with it, and has no alarms. */
export function documentUnits(
  tier: TierDefinition,
  { name: store, servers }: DocumentDbDefinition,
): readonly WatchUnit[] {
  if (servers.kind === 'elastic') return [];
  const name = serverName(tier, store);
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
