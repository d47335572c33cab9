import type { ShardedPostgresTopology } from '../topology';
import { accessChecks } from './access-checks';
import { awsChecks } from './aws-checks';
import type { Check } from './check';
import { oneShard } from './cluster-under-test';
import { keysOnOwner } from './keys-on-owner';
import { placementChecks, shardMapFits } from './placement-checks';
import { routingChecks } from './routing-checks';
import { serverChecks } from './server-checks';
import type { TierUnderTest } from './tier-under-test';

/** What proves a store that is split over shards. */
export function shardedPostgresChecks(
  tier: TierUnderTest,
  name: string,
  { engine, database, shards }: ShardedPostgresTopology,
): readonly Check[] {
  const clusters = Object.entries(shards).map(([shard, members]) =>
    oneShard(tier, { store: name, shard, engine, database }, members),
  );
  return [
    shardMapFits(tier, name),
    keysOnOwner(tier, name, clusters),
    ...clusters.flatMap((cluster) => [
      ...serverChecks(cluster),
      ...placementChecks(cluster),
      // Where there are no replicas the keys of keys-on-owner show the router's writes already.
      ...(cluster.replicas.length > 0 ? routingChecks(cluster) : []),
    ]),
    ...accessChecks(name, clusters, tier.topology),
    ...awsChecks(name, tier.topology.world),
  ];
}
