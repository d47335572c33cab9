import { CACHE_CLASSES } from '../catalog';
import type {
  DynamoDbDefinition,
  ShardedPostgresDefinition,
  StoreDefinition,
  StoreKind,
  TierDefinition,
  ValkeyDefinition,
} from '../definition';
import { serverName, stackName } from '../definition/names/stacks';
import { kitFunctionsOf } from './kit-functions';
import { storeInventory } from './store-inventory';
import type { GivenName, WatchUnit, WatchedIn } from './watch-unit';
import { documentUnits, graphUnits } from './watched-clusters';
import { importedOnes, proxies, serversOf } from './watched-servers';
import { shardUnits } from './watched-shards';

/** Everything of a tier that has alarms, in its region: first what is of no store. */
export function watchUnits(tier: TierDefinition, givenName: GivenName): readonly WatchUnit[] {
  const stores = Object.values(tier.stores).flatMap((store) => unitsOf(tier, store, givenName));
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
  const functions = kitFunctionsOf(tier).map(({ name, task, functionName: identifier }): WatchedIn => ({
    id: name,
    watched: { sort: SORTS[task], identifier },
  }));
  return { name: serverName(tier, 'operations'), stack: ['alarms'], watched: [...watched, ...functions] };
}

const SORTS = { provision: 'provisioning', smoke: 'smokeTest', rotate: 'rotation' } as const;

type UnitsOf<K extends StoreKind> = (
  tier: TierDefinition,
  store: Extract<StoreDefinition, { readonly kind: K }>,
  givenName: GivenName,
) => readonly WatchUnit[];

/** What of a store is watched. A kind without a row does not compile. */
const UNITS_OF: { readonly [K in StoreKind]: UnitsOf<K> } = {
  postgres: (tier, store) => {
    const watched = [
      ...[...serversOf(tier, store).values()].flat(),
      ...importedOnes(tier, store.name),
      ...proxies(tier, store, ['primary']),
    ];
    if (watched.length === 0) return [];
    return [{ name: serverName(tier, store.name), store: store.name, stack: [store.name, 'alarms'], watched }];
  },
  shardedPostgres: (tier, store, givenName) => [...shardUnits(tier, store), ...tableUnits(tier, store, givenName)],
  valkey: cacheUnits,
  dynamodb: storedTableUnits,
  documentdb: documentUnits,
  neptune: graphUnits,
};

function unitsOf(tier: TierDefinition, store: StoreDefinition, givenName: GivenName): readonly WatchUnit[] {
  // The row of a store's own kind takes that store, which the type checker can't follow through the table.
  const units = UNITS_OF[store.kind] as UnitsOf<StoreKind>;
  return units(tier, store, givenName);
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

function tableUnits(
  tier: TierDefinition,
  { name, strategy }: ShardedPostgresDefinition,
  givenName: GivenName,
): readonly WatchUnit[] {
  // Other regions have copies of shards, and find none.
  if (tier.stage.awayFrom !== undefined) return [];
  const table = (id: 'Placement' | 'KeyDirectory', what: 'placement' | 'keyDirectory', words: string): WatchedIn => ({
    id,
    watched: { sort: 'table', identifier: serverName(tier, name, words), tableName: givenName(name, what) },
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
