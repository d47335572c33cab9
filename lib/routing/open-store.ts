import { PolystoreError } from '../errors';
import type { ConnectionTarget, PoolOptions } from '../postgres';
import type { PlacementStore, SecretSource } from '../sources';
import type {
  DatabaseSecrets,
  PlacementLocation,
  ServerTopology,
  ShardTopology,
  StoreTopology,
  Topology,
} from '../topology';
import { Cluster, Replica, type ReadPolicy } from './cluster';
import type { Grant, RouterLogin } from './grant';
import type { Lifetime } from './lifetime';
import { ReplicaMonitor } from './replica-monitor';
import { ShardedStore } from './sharded-store';
import { StoreServer } from './store-server';

/** What all stores of one router share. */
export interface RouterContext {
  readonly topology: Topology;
  readonly secrets: SecretSource;
  readonly login: RouterLogin;
  readonly policy: ReadPolicy;
  readonly pool: PoolOptions & { readonly applicationName: string };
  readonly openPlacement: (store: string, location: PlacementLocation) => PlacementStore;
  readonly lifetime: Lifetime;
}

/** A store in use. Whoever opens it closes it. */
export type OpenStore = Cluster | ShardedStore;

type Openers = {
  readonly [Kind in StoreTopology['kind']]: (
    context: RouterContext,
    grant: Grant,
    store: Extract<StoreTopology, { kind: Kind }>,
  ) => Promise<OpenStore>;
};

/** One row a kind. Reads secrets and placements; opens no connection. */
const OPENERS: Openers = {
  postgres: (context, grant, store) => openCluster(context, grant, store, undefined, store),
  shardedPostgres: async (context, grant, store) => {
    const clusters = await Promise.all(
      Object.entries(store.shards).map(
        async ([name, shard]) => [name, await openCluster(context, grant, store, name, shard)] as const,
      ),
    );
    const placement = context.openPlacement(grant.store, store.placement);
    return ShardedStore.open(grant.store, store, new Map(clusters), placement, context.lifetime);
  },
};

/**
 * Makes a store ready for statements. No connection is opened before the first of them.
 * @throws {PolystoreError} DOCUMENT_MISSING, DOCUMENT_INVALID, UNKNOWN_SHARD
 */
export function openStore(context: RouterContext, grant: Grant, store: StoreTopology): Promise<OpenStore> {
  const open = OPENERS[store.kind] as (
    context: RouterContext,
    grant: Grant,
    store: StoreTopology,
  ) => Promise<OpenStore>;
  return open(context, grant, store);
}

async function openCluster(
  context: RouterContext,
  grant: Grant,
  { engine, database }: StoreTopology,
  shard: string | undefined,
  { primary, replicas, secrets }: ShardTopology,
): Promise<Cluster> {
  const credentials = await context.secrets.read(secretOf(secrets, context.login, grant.store));
  const targetOf = (server: ServerTopology): ConnectionTarget => ({
    server,
    database,
    credentials,
    trust: context.topology.trust,
  });
  // A shard's servers are named within the shard.
  const nameOf = ({ name }: ServerTopology): string => (shard === undefined ? name : `${shard}/${name}`);
  const serverOf = (server: ServerTopology, role: 'primary' | 'replica'): StoreServer =>
    new StoreServer(grant.store, nameOf(server), role, targetOf(server), context.pool);
  const watched = replicas.map(
    (replica) =>
      new Replica(
        serverOf(replica, 'replica'),
        replica.endpoint.via === 'direct'
          ? new ReplicaMonitor(targetOf(replica), engine, `${context.pool.applicationName}-monitor`)
          : undefined,
      ),
  );
  return new Cluster(shard, serverOf(primary, 'primary'), watched, context.policy, grant, context.lifetime);
}

function secretOf(secrets: DatabaseSecrets, login: RouterLogin, store: string): string {
  if (login.kind !== 'service') return secrets[login.kind];
  const { service } = login;
  const name = Object.hasOwn(secrets.services, service) ? secrets.services[service] : undefined;
  if (name !== undefined) return name;
  throw new PolystoreError(
    'DOCUMENT_MISSING',
    `the topology names no secret of service "${service}" for store "${store}"`,
    {
      details: { document: `secret of ${service}`, source: `topology of ${store}` },
      next: 'Deploy the tier again: definition and topology are of different versions.',
    },
  );
}
