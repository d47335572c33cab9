import { LIMITS } from '../../catalog';
import { PROFILES } from '../stages/profile';
import type { StageStoreOf } from '../stores/in-stage';
import { shardOptions, type WrittenCapacity, type WrittenReaders, type WrittenShard } from '../stores/members';

/** What the servers of a shard are, before anybody knows whether the class exists. */
export type WrittenServers = { readonly class: string } | { readonly capacity: WrittenCapacity };

/**
 * What the servers of a shard are. The shard's own word counts before the store's; in a store, a stage's before the store's own, so that a
 * stage may put serverless servers in the place of a class.
 */
export function serversOf(store: StageStoreOf<'shardedPostgres'>, shard: WrittenShard): WrittenServers {
  if (shard.capacity !== undefined) return { capacity: shard.capacity };
  if (shard.class !== undefined) return { class: shard.class };
  const { capacity, class: storeClass } = store.options;
  if (capacity !== undefined && (storeClass === undefined || !isClassOfStageOnly(store))) return { capacity };
  return storeClass === undefined ? defaultServers(store) : { class: storeClass };
}

/** What the profile gives. A proxy keeps a connection open, with which no server ever pauses. */
function defaultServers({ profile, options }: StageStoreOf<'shardedPostgres'>): WrittenServers {
  const { shardServers } = PROFILES[profile];
  if ('class' in shardServers || options.pooling === undefined) return shardServers;
  return { capacity: { ...shardServers.capacity, minAcu: LIMITS.serverlessAcuMin.value } };
}

/** Whether one layer, the store or the stage, says both a class and a capacity. */
export function saysBoth(store: StageStoreOf<'shardedPostgres'>): boolean {
  const { capacity, class: storeClass } = store.options;
  return capacity !== undefined && storeClass !== undefined && layerOf(store, 'class') === layerOf(store, 'capacity');
}

/** Readers of a shard: its own, the store's, the profile's. */
export function readersOf(store: StageStoreOf<'shardedPostgres'>, shard: WrittenShard): WrittenReaders {
  return shard.readers ?? store.options.readers ?? PROFILES[store.profile].readers;
}

/** Readers that are always there. */
export const fixedReaders = (readers: WrittenReaders): number => (typeof readers === 'number' ? readers : readers.min);

/** The most readers that any shard of a store has for certain. */
export function mostFixedReaders(store: StageStoreOf<'shardedPostgres'>): number {
  return Math.max(0, ...Object.values(shardOptions(store)).map((shard) => fixedReaders(readersOf(store, shard))));
}

/** The most readers that a shard ever has. */
export const mostReaders = (readers: WrittenReaders): number => (typeof readers === 'number' ? readers : readers.max);

/** Where a path begins says who wrote it: `stores` or `stages`. */
const layerOf = (store: StageStoreOf<'shardedPostgres'>, option: 'class' | 'capacity'): string | undefined =>
  store.origin(option)[0];

const isClassOfStageOnly = (store: StageStoreOf<'shardedPostgres'>): boolean =>
  layerOf(store, 'class') === 'stages' && layerOf(store, 'capacity') === 'stores';
