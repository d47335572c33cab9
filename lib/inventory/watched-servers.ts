import { INSTANCE_CLASSES, LIMITS, type AcuRange, type InstanceClass } from '../catalog';
import type { RelationalDefinition, TierDefinition } from '../definition';
import { serverName, shardName, stackName } from '../definition/names/stacks';
import type { WatchedServer } from '../watch';
import { importedServers } from './imported-servers';
import type { Server } from './inventory';
import { storeInventory } from './store-inventory';
import type { WatchedIn } from './watch-unit';

/** Proxies before primaries, by what these are called in the store. */
export function proxies(
  tier: TierDefinition,
  store: RelationalDefinition,
  primaries: readonly string[],
): readonly WatchedIn[] {
  if (store.pooling === undefined) return [];
  return primaries.map((id) => ({
    id,
    watched: {
      sort: 'proxy',
      identifier: `${stackName(tier, store.name, ...(id === 'primary' ? [] : [id]))}-proxy`,
    },
  }));
}

/** A server of the kit's own, by its name in the store. */
export interface ServerIn extends WatchedIn {
  readonly watched: WatchedServer;
}

/** Servers of a store by the cluster that they are in, `s0` of `s0-a`; those of a store without clusters together, by `''`. */
export function serversOf(tier: TierDefinition, store: RelationalDefinition): ReadonlyMap<string, readonly ServerIn[]> {
  const clusters = new Map<string, Server[]>();
  for (const server of storeInventory(tier, store).servers) {
    const cluster = clusterOf(server);
    const known = clusters.get(cluster);
    if (known === undefined) clusters.set(cluster, [server]);
    else known.push(server);
  }
  const watchedIn = (servers: readonly Server[]): readonly ServerIn[] =>
    servers.map((server) => ({ id: server.name, watched: watchedServer(tier, server, servers.length, store) }));
  return new Map([...clusters].map(([cluster, servers]) => [cluster, watchedIn(servers)]));
}

const clusterOf = ({ engine, name }: Server): string => (engine === 'postgres' ? '' : name.replace(/-[^-]*$/, ''));

/** Those that CloudWatch can be asked for. */
export function importedOnes(tier: TierDefinition, store: string): readonly WatchedIn[] {
  return importedServers(tier)
    .filter((server) => server.store === store)
    .flatMap(({ name, engine, identifier, class: size, maxConnections, follows }): readonly WatchedIn[] => {
      if (identifier === undefined) return [];
      const role = !follows ? 'primary' : engine === 'postgres' ? 'replica' : 'member';
      return [
        {
          id: name,
          watched: {
            sort: 'server',
            identifier,
            engine,
            role,
            ...(size !== undefined && sizeOf(size)),
            ...(maxConnections !== undefined && { maxConnections }),
          },
        },
      ];
    });
}

function watchedServer(
  tier: TierDefinition,
  server: Server,
  beside: number,
  { maxConnections }: RelationalDefinition,
): WatchedServer {
  return {
    sort: 'server',
    identifier: identifierOf(tier, server),
    engine: server.engine,
    role:
      server.engine === 'postgres'
        ? server.name === 'primary'
          ? 'primary'
          : 'replica'
        : beside === 1
          ? 'primary'
          : 'member',
    ...(server.class === 'serverless' ? scalingSize(server.acu) : sizeOf(server.class)),
    maxConnections,
    ...(server.storage && { storageGiB: server.storage.sizeGiB }),
    ...(server.engine !== 'postgres' && { cluster: shardName(tier, server.store, clusterOf(server)) }),
  };
}

const identifierOf = (tier: TierDefinition, server: Server): string =>
  server.engine === 'postgres'
    ? serverName(tier, server.store, server.name)
    : `${shardName(tier, server.store, clusterOf(server))}-${letterOf(server.name)}`;

/** `a` of `s0-a`. */
export const letterOf = (server: string): string => server.replace(/^.*-/, '');

type Size = Pick<WatchedServer, 'memoryGiB' | 'vcpu' | 'capacity'>;

function sizeOf(name: InstanceClass): Size {
  const { vcpu, memoryGiB, burstable } = INSTANCE_CLASSES[name];
  return { vcpu, memoryGiB, ...(burstable && { capacity: 'burstable' }) };
}

const scalingSize = (acu: AcuRange | undefined): Size => ({
  memoryGiB: (acu?.maxAcu ?? 0) * LIMITS.gibPerAcu.value,
  capacity: 'scaling',
});
