import { PLACEMENT_VERSION, seedShardMap, type Placement } from '../placement';
import type { TierDefinition } from './tier';

/** The first placement of every sharded store, by store. A draining shard is born with nothing. */
export function firstPlacements({ stores }: Pick<TierDefinition, 'stores'>): ReadonlyMap<string, Placement> {
  return new Map(
    Object.values(stores).flatMap((store): [string, Placement][] => {
      if (store.kind !== 'shardedPostgres') return [];
      const shards = store.shards.map(({ name, weight, state }) => ({ name, weight: state === 'active' ? weight : 0 }));
      const { name, shardKey, strategy } = store;
      const shardMap = seedShardMap(shards);
      return [[name, { version: PLACEMENT_VERSION, store: name, keyType: shardKey.type, strategy, shardMap }]];
    }),
  );
}
