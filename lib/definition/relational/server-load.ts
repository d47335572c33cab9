import { LIMITS } from '../../catalog';
import { resolveConnections } from '../services/connections';
import { DEFAULTS } from '../stages/profile';
import { mostReaders, readersOf } from '../sharded-postgres/servers';
import type { StageService } from '../services/in-stage';
import type { RelationalStageStore } from '../stores/in-stage';
import { replicaOptions, shardOptions } from '../stores/members';

/**
 * What the kit opens to one server beside the services: the smoke test's pool of four, its monitor, and a connection for each of the eight checks that
 * it makes at once. Provisioning is done by then, and needs one.
 */
export const KIT_CONNECTIONS = 13;

/** Connections that somebody opens to one server, and how they come about. */
export interface Asked {
  readonly connections: number;
  readonly because: string;
}

/** What is asked of servers that are alike. */
export interface ServerLoad {
  /** `pooled`: they are reached through a proxy. */
  readonly via: 'direct' | 'pooled';
  readonly servers: string;
  readonly asked: readonly Asked[];
}

/**
 * The most connections that are opened to the servers of a store.
 *
 * A primary and its replicas are asked the same: who writes may also read, reads go to the primary when no replica may answer them, and a replica may
 * be the primary tomorrow. Shards are servers of their own: a process has a pool for each. A proxy opens its share of `max_connections`, however many
 * clients it has.
 */
export function serverLoads(
  store: RelationalStageStore,
  services: readonly StageService[],
  maxConnections: number,
): ServerLoad[] {
  const { pooling } = store.options;
  const followed = isFollowed(store);
  const users = services.filter(({ uses }) => Object.hasOwn(uses, store.name));
  const direct = users.map((service) => askedBy(service, followed));
  const { primary, followers, all } = SERVERS[store.kind];
  if (pooling === undefined) return [{ via: 'direct', servers: followed ? all : primary, asked: [...direct, OWN] }];
  const { maxConnectionsPercent = DEFAULTS.pooling.maxConnectionsPercent, reads = DEFAULTS.pooling.reads } = pooling;
  const proxy: Asked = {
    connections: Math.floor((maxConnections * maxConnectionsPercent) / 100),
    because: `its proxy ${maxConnectionsPercent} %`,
  };
  const pooled = followed && reads === 'pooled' ? all : primary;
  return [
    { via: 'pooled', servers: pooled, asked: [proxy, OWN] },
    ...(followed && reads === 'direct'
      ? [{ via: 'direct', servers: followers, asked: [...direct, OWN] } satisfies ServerLoad]
      : []),
  ];
}

/** How a person calls servers. */
const SERVERS = {
  postgres: { primary: 'the primary', followers: 'each replica', all: 'the primary and each replica' },
  shardedPostgres: { primary: 'each shard', followers: 'each reader', all: 'each server of a shard' },
} as const;

const OWN: Asked = {
  connections: KIT_CONNECTIONS + LIMITS.reservedConnections.value,
  because: 'the kit, PostgreSQL and AWS themselves',
};

/** Whether a process watches servers over a connection beside its pool: replicas, and who may become one. */
function isFollowed(store: RelationalStageStore): boolean {
  switch (store.kind) {
    case 'postgres':
      return Object.keys(replicaOptions(store)).length > 0;
    case 'shardedPostgres':
      return Object.values(shardOptions(store)).some((shard) => mostReaders(readersOf(store, shard)) > 0);
  }
}

function askedBy({ name, options }: StageService, followed: boolean): Asked {
  const { processes, poolMax } = resolveConnections(options.connections);
  const each = followed ? poolMax + 1 : poolMax;
  const times = followed ? `(pool of ${poolMax} + 1 monitor)` : `pool of ${poolMax}`;
  return { connections: processes * each, because: `${name} ${processes} × ${times}` };
}
