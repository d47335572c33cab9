import type { PlacementStrategy } from './strategy';
import type { ShardKeyType } from './shard-key';
import type { ShardMap } from './shard-map';

export const PLACEMENT_VERSION = 1;

/** Which key lives where, at run time: the strategy never changes, the shard map does. Seeded once, never overwritten by a deployment. */
export interface Placement {
  /** Version of this format; a reader refuses any other. */
  readonly version: typeof PLACEMENT_VERSION;
  readonly store: string;
  readonly keyType: ShardKeyType;
  readonly strategy: PlacementStrategy;
  readonly shardMap: ShardMap;
}
