import type { ShardIdentity } from '../provision/shard-identity';
import type { PostgresHandle, Router } from '../routing';
import type { DatabaseSecrets, PostgresEngine, ServerTopology } from '../topology';
import { ServerUnderTest } from './server-under-test';
import type { DatabasesUnderTest } from './databases-under-test';

/** What a topology says of a primary with its replicas, a whole store or one shard. */
export interface ClusterMembers {
  readonly primary: ServerTopology;
  readonly replicas: readonly ServerTopology[];
  readonly secrets: DatabaseSecrets;
}

/** A primary with its replicas: a whole store, or one shard of it. */
export interface ClusterUnderTest {
  readonly tier: DatabasesUnderTest;
  readonly store: string;
  /** `main`, or `posts/s0`. */
  readonly label: string;
  readonly engine: PostgresEngine;
  readonly primary: ServerUnderTest;
  readonly replicas: readonly ServerUnderTest[];
  readonly secrets: DatabaseSecrets;
  /** What its database must say of itself. */
  readonly identity: ShardIdentity;
  /** The way of the router to it. */
  handle(): Promise<PostgresHandle>;
  /** The same in a session of its own. */
  handleInSession(): Promise<PostgresHandle>;
}

/** The cluster of a store that isn't sharded: its primary is `main/primary`. */
export function wholeStore(
  tier: DatabasesUnderTest,
  store: string,
  { engine, database, ...members }: ClusterMembers & { readonly engine: PostgresEngine; readonly database: string },
): ClusterUnderTest {
  return {
    ...membersOf(
      tier,
      { store, label: store, primaryLabel: `${store}/primary`, engine, database, shard: null },
      members,
    ),
    handle: async () => (await tier.router(store)).store(store) as PostgresHandle,
    handleInSession: async () => (await tier.router(store)).session().store(store) as PostgresHandle,
  };
}

/** One shard: its primary is `posts/s0`, as the shard itself. */
export function oneShard(
  tier: DatabasesUnderTest,
  place: { readonly store: string; readonly shard: string; readonly engine: PostgresEngine; readonly database: string },
  members: ClusterMembers,
): ClusterUnderTest {
  const label = `${place.store}/${place.shard}`;
  return {
    ...membersOf(tier, { ...place, label, primaryLabel: label }, members),
    handle: async () => shardOf(await tier.router(place.store), place),
    handleInSession: async () => shardOf((await tier.router(place.store)).session(), place),
  };
}

/** A shard by name, of a router or of a session. */
function shardOf(stores: Pick<Router, 'store'>, { store, shard }: { store: string; shard: string }): PostgresHandle {
  const handle = stores.store(store);
  if (handle.kind !== 'shardedPostgres') throw new TypeError(`store "${store}" is not sharded`);
  return handle.shard(shard);
}

interface ClusterPlace {
  readonly store: string;
  readonly shard: string | null;
  readonly label: string;
  readonly primaryLabel: string;
  readonly engine: PostgresEngine;
  readonly database: string;
}

function membersOf(
  tier: DatabasesUnderTest,
  { store, shard, label, primaryLabel, engine, database }: ClusterPlace,
  { primary, replicas, secrets }: ClusterMembers,
): Omit<ClusterUnderTest, 'handle' | 'handleInSession'> {
  return {
    tier,
    store,
    label,
    engine,
    secrets,
    identity: { tier: tier.topology.tier, stage: tier.topology.stage, store, shard },
    primary: new ServerUnderTest(tier, primaryLabel, 'primary', primary, database, secrets.smoke),
    replicas: replicas.map(
      (replica) => new ServerUnderTest(tier, `${label}/${replica.name}`, 'replica', replica, database, secrets.smoke),
    ),
  };
}
