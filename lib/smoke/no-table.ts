import { SmokeSkip } from './check';
import type { ClusterUnderTest } from './cluster-under-test';

/**
 * What is said of a shard without a table that its shard key places: no row was looked at. It may be new, or its tables have another column than the
 * tier file says, which is no proof of anything.
 */
export function noTableYet({ tier, store }: ClusterUnderTest): SmokeSkip {
  const found = tier.topology.stores[store];
  const column = found?.kind === 'shardedPostgres' ? ` ${found.shardKey.column}` : '';
  return new SmokeSkip(`no table has the shard key column${column}, so no row was looked at`);
}
