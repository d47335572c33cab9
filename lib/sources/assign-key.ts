import { PolystoreError } from '../errors';
import { bucketOnShard, type ShardKeyValue } from '../placement';
import { directoryKey, placeOf, type KeyPlace, type PlacedStore } from './placed-store';

/** What is known of the rows of a key that is assigned to another shard: `stay`: nobody has moved them; `areMoved`: they lie there already. */
export type RowsOfKey = 'stay' | 'areMoved';

/** What an assignment has changed. */
export interface AssignedKey extends KeyPlace {
  readonly store: string;
  /** Where the key was; absent where it was assigned to no bucket. */
  readonly before?: KeyPlace;
}

/**
 * Assigns a key of a store with a key directory to a shard, by compare-and-set. It moves no row: a key that is on another shard already is
 * left there, unless its rows `areMoved`, because reads by key would not find them any more. A key that is on the shard keeps its bucket.
 *
 * Routers that remember the key notice within a minute.
 * @throws {PolystoreError} UNKNOWN_SHARD where the shard owns no bucket, KEY_INVALID, ASSIGNMENT_REFUSED where its rows would stay behind, ASSIGNMENT_CONFLICT where somebody else assigned the key first
 */
export async function assignKey(
  { store, placement, directory }: Required<PlacedStore>,
  key: ShardKeyValue,
  shard: string,
  rows: RowsOfKey,
): Promise<AssignedKey> {
  const current = await placement.read();
  const text = directoryKey(current, key);
  const bucket = bucketOnShard(current, shard, text);
  if (bucket === undefined) throw ownsNothing(store, shard, new Set(current.shardMap.owners));
  const from = await directory.find(text);
  const before = from && placeOf(current, from.bucket);
  if (before?.shard === shard) return { store, ...before, before };
  if (before && rows === 'stay') throw rowsStay(store, before.shard, shard);
  await directory.assign(text, bucket, from);
  return { store, bucket, shard, ...(before && { before }) };
}

const ownsNothing = (store: string, shard: string, owners: ReadonlySet<string>): PolystoreError<'UNKNOWN_SHARD'> =>
  new PolystoreError(
    'UNKNOWN_SHARD',
    `store "${store}": shard "${shard}" owns no bucket; allowed: ${[...owners].join(', ')}`,
    {
      details: { store, shards: [shard], known: [...owners] },
      next: 'Nothing was changed. Assign the key to a shard that owns buckets.',
    },
  );

// Without the key: it may be personal data.
const rowsStay = (store: string, from: string, to: string): PolystoreError<'ASSIGNMENT_REFUSED'> =>
  new PolystoreError(
    'ASSIGNMENT_REFUSED',
    `store "${store}": the key is on shard "${from}". Assigned to "${to}", its rows on "${from}" would be found no more: no row is moved`,
    {
      details: { store, from, to },
      next: `Nothing was changed. Stop writes of the key, copy its rows to "${to}", then say --rows-moved; delete them on "${from}" a minute later.`,
    },
  );
