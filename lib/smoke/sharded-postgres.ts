import type { ShardedPostgresTopology } from '../topology';
import { accessChecks } from './access-checks';
import { awsChecks } from './aws-checks';
import type { Check } from './check';
import { oneShard } from './cluster-under-test';
import { keyDirectoryWorks } from './key-directory-checks';
import { keysOnOwner } from './keys-on-owner';
import { knowsItsBuckets } from './owned-buckets';
import { rowsWhereDirectorySays } from './placed-rows-check';
import { placementChecks, shardMapFits } from './placement-checks';
import { routingChecks } from './routing-checks';
import { isCopied } from './secondary-checks';
import { serverChecks } from './server-checks';
import type { DatabasesUnderTest } from './databases-under-test';

/** What proves a store that is split over shards. */
export function shardedPostgresChecks(
  tier: DatabasesUnderTest,
  name: string,
  { engine, database, shards, secondaries, keyDirectory }: ShardedPostgresTopology,
): readonly Check[] {
  const clusters = Object.entries(shards).map(([shard, members]) =>
    oneShard(tier, { store: name, shard, engine, database }, members),
  );
  return [
    shardMapFits(tier, name),
    ...(keyDirectory ? [keyDirectoryWorks(tier, name, keyDirectory.newKeys)] : []),
    keysOnOwner(tier, name, clusters),
    ...clusters.flatMap((cluster) => [
      ...serverChecks(cluster),
      ...(keyDirectory ? [rowsWhereDirectorySays(cluster)] : placementChecks(cluster)),
      knowsItsBuckets(cluster),
      ...(secondaries ? [isCopied(cluster, secondaries)] : []),
      // Where there are no replicas the keys of keys-on-owner show the router's writes already.
      ...(cluster.replicas.length > 0 ? routingChecks(cluster) : []),
    ]),
    ...accessChecks(name, clusters, tier.topology),
    ...awsChecks(name, tier),
  ];
}
