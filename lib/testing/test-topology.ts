import {
  firstRanges,
  hash,
  PLACEMENT_VERSION,
  seedShardMap,
  type Placement,
  type PlacementStrategy,
} from '../placement';
import {
  TOPOLOGY_VERSION,
  type DatabaseSecrets,
  type ServerTopology,
  type ServiceTopology,
  type ShardKeyTopology,
  type ShardTopology,
  type StoreTopology,
  type Topology,
} from '../topology';
import type { TestDatabase } from './connection-string';
import type { TestShard, TestStore, TestTier } from './test-tier';

/** A tier of which every server is the same one. */
export interface TestWorld {
  readonly topology: Topology;
  /** The first placement of each sharded store. */
  readonly placements: ReadonlyMap<string, Placement>;
}

/** The only secret there is. */
export const ONLY_SECRET = 'connectionString';

/** What stands in a topology where memory takes its place. */
const NOWHERE = 'memory';

/** @throws {RangeError} where a sharded store is written as none can be */
export function testWorld(tier: TestTier, { endpoint, database }: TestDatabase): TestWorld {
  const services = servicesOf(tier);
  const secrets: DatabaseSecrets = {
    owner: ONLY_SECRET,
    smoke: ONLY_SECRET,
    services: Object.fromEntries(Object.keys(services).map((service) => [service, ONLY_SECRET])),
  };
  const server = (name: string): ServerTopology => ({ name, endpoint });
  const clusterOf = (replica: string | undefined): ShardTopology => ({
    primary: server('primary'),
    replicas: replica === undefined ? [] : [server(replica)],
    secrets,
  });
  const common = { engine: 'postgres', database } as const;
  const placements = new Map<string, Placement>();
  const stores = Object.entries(tier.stores).flatMap(([name, store]): [string, StoreTopology][] => {
    switch (store.kind) {
      case 'postgres':
        return [[name, { kind: 'postgres', ...common, ...clusterOf(firstReplica(store)) }]];
      case 'shardedPostgres': {
        const shards = shardsOf(name, store);
        const shardKey = shardKeyOf(name, store);
        const placement = firstPlacement(name, shardKey, store, shards);
        placements.set(name, placement);
        return [
          [
            name,
            {
              kind: 'shardedPostgres',
              ...common,
              shardKey,
              // Of every shard, as in a protected stage: what only reads is refused a write there.
              shards: Object.fromEntries(Object.keys(shards).map((shard) => [shard, clusterOf('r1')])),
              placement: { kind: 'directory', path: NOWHERE },
              ...(placement.strategy.type === 'directory' && {
                keyDirectory: {
                  location: { kind: 'file', path: NOWHERE },
                  newKeys: store.strategy?.newKeys?.type ?? 'refuse',
                },
              }),
            },
          ],
        ];
      }
      default:
        return [];
    }
  });
  const topology: Topology = {
    version: TOPOLOGY_VERSION,
    tier: tier.name ?? 'test',
    stage: 'test',
    world: 'local',
    // The connection string says it.
    trust: { kind: 'file', path: NOWHERE },
    stores: Object.fromEntries(stores),
    services,
  };
  return { topology, placements };
}

function servicesOf({ services = {} }: TestTier): Readonly<Record<string, ServiceTopology>> {
  return Object.fromEntries(
    Object.entries(services).map(([name, { uses }]) => [
      name,
      {
        uses: Object.fromEntries(Object.entries(uses).flatMap(([store, access]) => (access ? [[store, access]] : []))),
      },
    ]),
  );
}

function firstReplica({ replicas = 0 }: TestStore): string | undefined {
  return typeof replicas === 'number' ? (replicas > 0 ? 'r1' : undefined) : Object.keys(replicas)[0];
}

function shardsOf(name: string, { shards = 1 }: TestStore): Readonly<Record<string, TestShard>> {
  const table =
    typeof shards === 'number'
      ? Object.fromEntries(Array.from({ length: shards }, (_, index) => [`s${index}`, {}]))
      : shards;
  if (Object.keys(table).length === 0) throw new RangeError(`stores.${name}.shards: a sharded store has at least one`);
  return table;
}

function shardKeyOf(name: string, { shardKey }: TestStore): ShardKeyTopology {
  if (shardKey === undefined) throw new RangeError(`stores.${name}.shardKey: got none, allowed: the name of a column`);
  return typeof shardKey === 'string' ? { column: shardKey, type: 'bigint' } : shardKey;
}

function firstPlacement(
  store: string,
  { type: keyType }: ShardKeyTopology,
  { strategy }: TestStore,
  shards: Readonly<Record<string, TestShard>>,
): Placement {
  const seed = (): Placement['shardMap'] =>
    seedShardMap(
      Object.entries(shards).map(([name, { weight = 1, state }]) => ({
        name,
        weight: state === 'draining' ? 0 : weight,
      })),
    );
  const placed = (placementStrategy: PlacementStrategy, shardMap: Placement['shardMap']): Placement => ({
    version: PLACEMENT_VERSION,
    store,
    keyType,
    strategy: placementStrategy,
    shardMap,
  });
  switch (strategy?.type) {
    case undefined:
    case 'hash':
      return placed(hash(), seed());
    case 'directory':
      return placed({ type: 'directory' }, seed());
    case 'range': {
      const ranges = strategy.ranges ?? [];
      const owners = ranges.map(({ shard }) => shard);
      return placed(
        { type: 'range', order: 'postgres-c' },
        { version: 1, owners, ranges: firstRanges(keyType, ranges) },
      );
    }
    default:
      throw new RangeError(
        `stores.${store}.strategy: got "${strategy?.type}", allowed: "hash", "range" or "directory"`,
      );
  }
}
