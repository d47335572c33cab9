import { PolystoreError } from '../errors';
import type { ConnectionTarget, Login, PoolOptions } from '../postgres';
import {
  secretLogin,
  tokenLogin,
  type KeyDirectory,
  type PlacementStore,
  type SecretSource,
  type TokenSource,
} from '../sources';
import {
  credentialOf,
  type DatabaseSecrets,
  type KeyDirectoryLocation,
  type PlacementLocation,
  type ServerTopology,
  type ShardTopology,
  type StoreTopology,
  type Topology,
} from '../topology';
import { Cluster, Replica, type ReadPolicy } from './cluster';
import { DirectoryStore } from './directory-store';
import type { Grant, RouterLogin } from './grant';
import type { KeyCacheOptions } from './key-cache';
import type { Lifetime } from './lifetime';
import { ReplicaMonitor } from './replica-monitor';
import type { ShardSetParts } from './shard-set';
import { ShardedStore } from './sharded-store';
import { StoreServer } from './store-server';

/** What all stores of one router share. */
export interface RouterContext {
  readonly topology: Topology;
  readonly secrets: SecretSource;
  readonly tokens: TokenSource;
  readonly login: RouterLogin;
  readonly policy: ReadPolicy;
  readonly pool: PoolOptions & { readonly applicationName: string };
  readonly openPlacement: (store: string, location: PlacementLocation) => PlacementStore;
  readonly openKeyDirectory: (store: string, location: KeyDirectoryLocation) => KeyDirectory;
  readonly keyCache: KeyCacheOptions;
  readonly lifetime: Lifetime;
}

/** A store in use. Whoever opens it closes it. */
export type OpenStore = Cluster | ShardedStore | DirectoryStore;

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
    const parts: ShardSetParts = {
      grant,
      topology: store,
      clusters: new Map(clusters),
      source: context.openPlacement(grant.store, store.placement),
      lifetime: context.lifetime,
    };
    if (!store.keyDirectory) return ShardedStore.open(parts);
    const { location, newKeys } = store.keyDirectory;
    const directory = context.openKeyDirectory(grant.store, location);
    return DirectoryStore.open({ ...parts, directory, newKeys, cache: context.keyCache });
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
  const loginTo = await loginOf(context, secrets, grant.store);
  const targetOf = (server: ServerTopology): ConnectionTarget => ({
    server,
    database,
    credentials: loginTo(server),
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

/** How this router logs in to each server of a cluster: with one secret for all, or with tokens that are each for one. */
async function loginOf(
  { login, secrets: source, tokens }: RouterContext,
  secrets: DatabaseSecrets,
  store: string,
): Promise<(server: ServerTopology) => Login> {
  const credential =
    login.kind === 'service'
      ? credentialOf(secrets, login.service)
      : ({ kind: 'secret', secret: secrets[login.kind] } as const);
  if (credential === undefined) throw unknownLogin(login, store);
  if (credential.kind === 'iam') {
    const { role: username, region } = credential;
    return ({ endpoint: { host, port } }) => tokenLogin(tokens, { host, port, username, region });
  }
  const shared = await secretLogin(source, credential.secret);
  return () => shared;
}

function unknownLogin(login: RouterLogin, store: string): PolystoreError<'DOCUMENT_MISSING'> {
  const service = login.kind === 'service' ? login.service : login.kind;
  return new PolystoreError(
    'DOCUMENT_MISSING',
    `the topology does not say how service "${service}" logs in to store "${store}"`,
    {
      details: { document: `login of ${service}`, source: `topology of ${store}` },
      next: 'Deploy the tier again: definition and topology are of different versions.',
    },
  );
}
