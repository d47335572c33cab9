import {
  firstRanges,
  PLACEMENT_VERSION,
  seedShardMap,
  type Placement,
  type PlacementStrategy,
  type ShardMap,
} from '../../placement';
import type { ShardedPostgresDefinition } from './store';
import type { TierDefinition } from '../tier';

/** The first placement of every sharded store, by store. A draining shard is born with nothing. */
export function firstPlacements({ stores }: Pick<TierDefinition, 'stores'>): ReadonlyMap<string, Placement> {
  return new Map(
    Object.values(stores).flatMap((store): [string, Placement][] =>
      store.kind === 'shardedPostgres' ? [[store.name, firstPlacement(store)]] : [],
    ),
  );
}

function firstPlacement(store: ShardedPostgresDefinition): Placement {
  const { name, shardKey } = store;
  return {
    version: PLACEMENT_VERSION,
    store: name,
    keyType: shardKey.type,
    strategy: placementStrategy(store),
    shardMap: firstMap(store),
  };
}

/** Of a strategy, what never changes. */
function placementStrategy({ strategy }: ShardedPostgresDefinition): PlacementStrategy {
  switch (strategy.type) {
    case 'hash':
      return strategy;
    case 'range':
      return { type: 'range', order: 'postgres-c' };
    case 'directory':
      return { type: 'directory' };
  }
}

function firstMap({ strategy, shards, shardKey }: ShardedPostgresDefinition): ShardMap {
  if (strategy.type === 'range') {
    const owners = strategy.ranges.map(({ shard }) => shard);
    return { version: 1, owners, ranges: firstRanges(shardKey.type, strategy.ranges) };
  }
  return seedShardMap(shards.map(({ name, weight, state }) => ({ name, weight: state === 'active' ? weight : 0 })));
}
