import { CACHE_CLASSES, INSTANCE_CLASSES, LIMITS, type AcuRange, type InstanceClass } from '../catalog';
import type {
  DynamoDbDefinition,
  RelationalDefinition,
  ShardedPostgresDefinition,
  StoreDefinition,
  StoreKind,
  TierDefinition,
  ValkeyDefinition,
} from '../definition';
import { functionName, serverName, shardName, shardStackOf, stackName } from '../definition/stack-names';
import { isInUse } from '../definition/tier-in-region';
import type { WatchedServer } from '../watch';
import { importedServers } from './imported-servers';
import type { Server } from './inventory';
import { storeInventory } from './store-inventory';
import type { WatchUnit, WatchedIn } from './watch-unit';
import { documentUnits, graphUnits } from './watched-clusters';

/** Name of a table of a sharded store: CloudFormation finds it. */
export type TableName = (store: string, table: 'placement' | 'keyDirectory') => string;

/** Everything of a tier that has alarms, in its region: first what is of no store. */
export function watchUnits(tier: TierDefinition, tableName: TableName): readonly WatchUnit[] {
  const stores = Object.values(tier.stores).flatMap((store) => unitsOf(tier, store, tableName));
  return [operationsUnit(tier, [...new Set(stores.flatMap(({ store }) => store ?? []))]), ...stores];
}

/** The name of the alarm that goes off while somebody works on a store. */
export const maintenanceOf = (tier: TierDefinition, store: string): string => serverName(tier, store);

function operationsUnit(tier: TierDefinition, stores: readonly string[]): WatchUnit {
  const watched: WatchedIn[] = [
    { id: 'Topic', watched: { sort: 'topic', identifier: stackName(tier, 'alarms') } },
    ...stores.map((store): WatchedIn => ({
      id: store,
      watched: {
        sort: 'maintenance',
        identifier: maintenanceOf(tier, store),
        tier: tier.name,
        stage: tier.stage.name,
        store,
      },
    })),
  ];
  if (isInUse(tier)) {
    watched.push({ id: 'SmokeTest', watched: { sort: 'smokeTest', identifier: functionName(tier, 'smoke-test') } });
    // In another region there is no primary to provision.
    if (tier.stage.awayFrom === undefined)
      watched.push({ id: 'Provision', watched: { sort: 'provisioning', identifier: functionName(tier, 'provision') } });
  }
  return { name: serverName(tier, 'operations'), stack: ['alarms'], watched };
}

type UnitsOf<K extends StoreKind> = (
  tier: TierDefinition,
  store: Extract<StoreDefinition, { readonly kind: K }>,
  tableName: TableName,
) => readonly WatchUnit[];

/** What of a store is watched. A kind without a row does not compile. */
const UNITS_OF: { readonly [K in StoreKind]: UnitsOf<K> } = {
  postgres: (tier, store) => {
    const watched = [
      ...serversOf(tier, store),
      ...importedOnes(tier, store.name),
      ...proxies(tier, store, ['primary']),
    ];
    if (watched.length === 0) return [];
    return [{ name: serverName(tier, store.name), store: store.name, stack: [store.name, 'alarms'], watched }];
  },
  shardedPostgres: (tier, store, tableName) => [...shardUnits(tier, store), ...tableUnits(tier, store, tableName)],
  valkey: cacheUnits,
  dynamodb: storedTableUnits,
  documentdb: documentUnits,
  neptune: graphUnits,
};

function unitsOf(tier: TierDefinition, store: StoreDefinition, tableName: TableName): readonly WatchUnit[] {
  // The row of a store's own kind takes that store, which the type checker can't follow through the table.
  const units = UNITS_OF[store.kind] as UnitsOf<StoreKind>;
  return units(tier, store, tableName);
}

/** One table, by the name that its own stack gives it. */
function storedTableUnits(
  tier: TierDefinition,
  { name: store, indexes, replicas }: DynamoDbDefinition,
): readonly WatchUnit[] {
  const name = serverName(tier, store);
  const of = { tableName: name };
  const watched: readonly WatchedIn[] = [
    { id: 'Table', watched: { sort: 'table', identifier: name, ...of } },
    ...indexes
      .filter(({ reach }) => reach === 'global')
      .map(({ name: indexName }): WatchedIn => ({
        id: indexName,
        watched: { sort: 'tableIndex', identifier: `${name}-${indexName}`, ...of, indexName },
      })),
    ...replicas.map(({ region }): WatchedIn => ({
      id: region,
      watched: { sort: 'tableReplica', identifier: `${name}-${region}`, ...of, region },
    })),
  ];
  return [{ name, store, stack: [store, 'alarms'], watched }];
}

/** Nodes in one stack: each has a handful of alarms, and a template takes no more. */
const NODES_A_STACK = 90;

function cacheUnits(tier: TierDefinition, store: ValkeyDefinition): readonly WatchUnit[] {
  const stack = [store.name, 'alarms'];
  const name = serverName(tier, store.name);
  const { shape } = store;
  if (shape.kind === 'serverlessCache') {
    const { max } = shape.dataGb;
    const watched = {
      sort: 'serverlessCache',
      identifier: name,
      ...(max !== undefined && { maxDataGb: max }),
    } as const;
    return [{ name, store: store.name, stack, watched: [{ id: 'Cache', watched }] }];
  }
  const { vcpu } = CACHE_CLASSES[shape.class];
  const watched = storeInventory(tier, store).nodes.map((node, index): WatchedIn => {
    const part = Math.floor(index / NODES_A_STACK);
    return {
      id: node.name,
      watched: {
        sort: 'cacheNode',
        identifier: serverName(tier, store.name, node.name),
        vcpu,
        isFollowed: shape.replicas > 0,
        keepsWhatDoesNotExpire: store.eviction === 'noeviction' || store.eviction.startsWith('volatile-'),
      },
      ...(part > 0 && { stack: [...stack, String(part)] }),
    };
  });
  return [{ name, store: store.name, stack, watched }];
}

/** Servers of a shard in one stack: with all that a stack of ten shards holds besides, a template takes no more. */
const LETTERS_A_STACK = 3;

function shardUnits(tier: TierDefinition, store: ShardedPostgresDefinition): readonly WatchUnit[] {
  const servers = serversOf(tier, store);
  return store.shards.map(({ name }): WatchUnit => {
    const stack = [store.name, 'alarms', shardStackOf(name)];
    const own = servers.filter(({ id }) => shardOf(id) === name);
    const role = tier.stage.awayFrom === undefined ? 'primary' : 'secondary';
    return {
      name: serverName(tier, store.name, name),
      store: store.name,
      stack,
      watched: [
        ...own.map((server, index): WatchedIn => {
          const first = own[index - (index % LETTERS_A_STACK)] ?? server;
          return index < LETTERS_A_STACK ? server : { ...server, stack: [...stack, letterOf(first.id)] };
        }),
        { id: name, watched: { sort: 'cluster', identifier: shardName(tier, store.name, name), role } },
        ...proxies(tier, store, [name]),
      ],
    };
  });
}

function tableUnits(
  tier: TierDefinition,
  { name, strategy }: ShardedPostgresDefinition,
  tableName: TableName,
): readonly WatchUnit[] {
  // Other regions have copies of shards, and find none.
  if (tier.stage.awayFrom !== undefined) return [];
  const table = (id: 'Placement' | 'KeyDirectory', what: 'placement' | 'keyDirectory', words: string): WatchedIn => ({
    id,
    watched: { sort: 'table', identifier: serverName(tier, name, words), tableName: tableName(name, what) },
  });
  return [
    {
      name: serverName(tier, name, 'tables'),
      store: name,
      stack: [name, 'alarms'],
      watched: [
        table('Placement', 'placement', 'placement'),
        ...(strategy.type === 'directory' ? [table('KeyDirectory', 'keyDirectory', 'key-directory')] : []),
      ],
    },
  ];
}

/** Proxies before primaries, by what these are called in the store. */
function proxies(
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

function serversOf(tier: TierDefinition, store: RelationalDefinition): readonly WatchedIn[] {
  const { servers } = storeInventory(tier, store);
  return servers.map((server) => ({ id: server.name, watched: watchedServer(tier, server, servers, store) }));
}

/** Those that CloudWatch can be asked for. */
function importedOnes(tier: TierDefinition, store: string): readonly WatchedIn[] {
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

/** `s0` of `s0-a`. */
const shardOf = (server: string): string => server.replace(/-[^-]*$/, '');

/** `a` of `s0-a`. */
const letterOf = (server: string): string => server.replace(/^.*-/, '');

function watchedServer(
  tier: TierDefinition,
  server: Server,
  all: readonly Server[],
  { maxConnections }: RelationalDefinition,
): WatchedServer {
  const isAlone = all.filter(({ name }) => shardOf(name) === shardOf(server.name)).length === 1;
  return {
    sort: 'server',
    identifier: identifierOf(tier, server),
    engine: server.engine,
    role:
      server.engine === 'postgres'
        ? server.name === 'primary'
          ? 'primary'
          : 'replica'
        : isAlone
          ? 'primary'
          : 'member',
    ...(server.class === 'serverless' ? scalingSize(server.acu) : sizeOf(server.class)),
    maxConnections,
    ...(server.storage && { storageGiB: server.storage.sizeGiB }),
  };
}

const identifierOf = (tier: TierDefinition, { engine, store, name }: Server): string =>
  engine === 'postgres' ? serverName(tier, store, name) : `${shardName(tier, store, shardOf(name))}-${letterOf(name)}`;

type Size = Pick<WatchedServer, 'memoryGiB' | 'vcpu' | 'capacity'>;

function sizeOf(name: InstanceClass): Size {
  const { vcpu, memoryGiB, burstable } = INSTANCE_CLASSES[name];
  return { vcpu, memoryGiB, ...(burstable && { capacity: 'burstable' }) };
}

const scalingSize = (acu: AcuRange | undefined): Size => ({
  memoryGiB: (acu?.maxAcu ?? 0) * LIMITS.gibPerAcu.value,
  capacity: 'scaling',
});
