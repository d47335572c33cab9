import { bucketsOf } from '../placement';
import { errorCodeOf, errorGroupOf } from '../postgres';
import { SmokeFailure, type Check } from './check';
import type { ClusterUnderTest } from './cluster-under-test';

/** The shard's own record of its buckets, by which it tells a router that acts on an old map. */
export function knowsItsBuckets({ tier, store, identity, primary }: ClusterUnderTest): Check {
  return {
    name: 'owned-buckets',
    store,
    subject: primary.label,
    promise: 'The shard knows the buckets that it owns, and refuses any other.',
    run: async () => {
      const { shardMap } = await tier.requirePlacement(store);
      await primary.requireAnswer();
      const owned = bucketsOf(shardMap, identity.shard ?? '');
      const other = shardMap.owners.findIndex((owner) => owner !== identity.shard);
      return primary.asSmoke(async (client) => {
        const { rows } = await client.query<{ bucket: number; map_version: string }>(
          `select bucket, map_version from polystore.placement_seen left join polystore.owned_bucket on true order by bucket`,
        );
        const recorded = rows.flatMap(({ bucket }) => (bucket === null ? [] : [bucket]));
        const mapVersion = Number(rows[0]?.map_version ?? 0);
        const evidence = { buckets: recorded.length, mapVersion };
        // A record of a later version than the map that this run has read was right when it was written.
        if (mapVersion === shardMap.version && recorded.join() !== owned.join()) {
          throw new SmokeFailure(`it records ${recorded.length} buckets, the shard map gives it ${owned.length}`, {
            evidence,
          });
        }
        if (mapVersion < shardMap.version) {
          throw new SmokeFailure(`its record is of map version ${mapVersion}, the map is of ${shardMap.version}`, {
            evidence,
          });
        }
        if (owned[0] !== undefined) await client.query('select polystore.require_bucket($1)', [owned[0]]);
        if (other >= 0) await requireRefusal(() => client.query('select polystore.require_bucket($1)', [other]));
        return evidence;
      });
    },
  };
}

async function requireRefusal(ask: () => Promise<unknown>): Promise<void> {
  try {
    await ask();
  } catch (error) {
    if (errorGroupOf(error) === 'wrongShard') return;
    throw new SmokeFailure(`it refused a bucket of another shard with ${errorCodeOf(error)}, must be PS001`);
  }
  throw new SmokeFailure('it took a bucket of another shard for its own');
}
