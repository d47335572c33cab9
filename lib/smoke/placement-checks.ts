import { isPolystoreError } from '../errors';
import { bucketFinder, bucketsOf, countBuckets, type BucketFinder, type BucketId } from '../placement';
import { SmokeFailure, SmokeSkip, type Check } from './check';
import type { ClusterUnderTest } from './cluster-under-test';
import { noTableYet } from './no-table';
import { sampleKeys } from './sample-keys';
import type { DatabasesUnderTest } from './databases-under-test';

const RANDOM_KEYS = 500;

/** The shard map can be read, is of this store, and names no shard that the topology lacks. */
export function shardMapFits(tier: DatabasesUnderTest, store: string): Check {
  return {
    name: 'shard-map',
    store,
    subject: store,
    promise: 'The shard map gives every bucket to a shard that exists.',
    run: async () => {
      const { shardMap, strategy } = await tier.placement(store);
      return {
        strategy: strategy.type,
        version: shardMap.version,
        buckets: Object.fromEntries(countBuckets(shardMap)),
      };
    },
  };
}

/** What each shard has to do with a placement whose buckets are for a function to find. */
export function placementChecks(shard: ClusterUnderTest): readonly Check[] {
  return [bucketTwinAgrees(shard), rowsOnOwner(shard)];
}

function bucketTwinAgrees({ tier, store, primary }: ClusterUnderTest): Check {
  return {
    name: 'bucket-twin',
    store,
    subject: primary.label,
    promise: 'polystore.bucket(key) on the shard is the bucket function of the router.',
    run: async () => {
      const placement = await tier.requirePlacement(store);
      const { keyType } = placement;
      const find = bucketFinder(placement);
      if (!find)
        throw new SmokeSkip(`${store} finds its keys in a directory, and the topology names none: see shard-map`);
      await primary.requireAnswer();
      const keys = sampleKeys(placement, RANDOM_KEYS);
      const { rows } = await primary.asSmoke((client) =>
        client.query<{ bucket: number | null }>(
          `select polystore.bucket(key) as bucket from unnest($1::${keyType}[]) with ordinality as sample(key, n) order by n`,
          [keys],
        ),
      );
      const different = keys.filter((key, index) => rows[index]?.bucket !== bucketIn(find, key));
      if (different.length > 0) {
        throw new SmokeFailure(
          `${different.length} of ${keys.length} keys have another bucket in SQL than in the router`,
        );
      }
      return { keys: keys.length };
    },
  };
}

/** The bucket of a key; null, as in SQL, where no range holds it. */
function bucketIn(find: BucketFinder, key: string): BucketId | null {
  try {
    return find(key);
  } catch (error) {
    if (isPolystoreError(error, 'KEY_OUT_OF_RANGE')) return null;
    throw error;
  }
}

interface TableCount {
  readonly table_name: string;
  readonly scanned: string;
  readonly sampled: boolean;
  readonly misplaced: string;
  readonly problem: string | null;
  readonly [column: string]: unknown;
}

function rowsOnOwner(cluster: ClusterUnderTest): Check {
  const { tier, store, identity, primary } = cluster;
  return {
    name: 'rows-on-owner',
    store,
    subject: primary.label,
    promise: 'The shard holds rows of its own buckets only, in every table that has the shard key column.',
    run: async () => {
      const { shardMap } = await tier.requirePlacement(store);
      await primary.requireAnswer();
      const { rows } = await primary.asSmoke((client) =>
        client.query<TableCount>('select * from polystore.misplaced_rows($1)', [
          bucketsOf(shardMap, identity.shard ?? ''),
        ]),
      );
      if (rows.length === 0) throw noTableYet(cluster);
      const evidence = {
        tables: rows.length,
        scanned: rows.reduce((sum, { scanned }) => sum + Number(scanned), 0),
        sampled: rows.filter(({ sampled }) => sampled).map(({ table_name: table }) => table),
      };
      const faults = rows.flatMap(faultOf);
      if (faults.length > 0) throw new SmokeFailure(faults.join('; '), { evidence });
      const unseen = rows.filter(({ problem }) => problem !== null);
      if (unseen.length > 0) {
        throw new SmokeSkip(unseen.map(({ table_name: table, problem }) => `${table} is ${problem}`).join(', '));
      }
      return evidence;
    },
  };
}

function faultOf({ table_name: table, misplaced, scanned, problem }: TableCount): readonly string[] {
  if (problem?.startsWith('type ')) return [`${table}: the shard key column is of ${problem}`];
  return misplaced === '0' ? [] : [`${table}: ${misplaced} of ${scanned} rows belong on another shard`];
}
