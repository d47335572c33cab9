import { errorCodeOf, type PgClient } from '../postgres';
import { inParallel } from '../provision/in-parallel';
import { SmokeFailure, SmokeSkip, type Check } from './check';
import { cleaningUp } from './clean-up';
import type { ClusterUnderTest } from './cluster-under-test';
import { assignKeys, directoryHandle, takeOut } from './key-directory-checks';
import { listNames } from './list-names';
import { keysForEveryShard, type SampleKey } from './sample-keys';
import type { DatabasesUnderTest } from './databases-under-test';

const KEYS = 256;
/** Keys written, or shards asked, at once. */
const AT_ONCE = 8;

/** Writes keys through the router, then looks at every shard directly. */
export function keysOnOwner(tier: DatabasesUnderTest, store: string, shards: readonly ClusterUnderTest[]): Check {
  return {
    name: 'keys-on-owner',
    store,
    subject: store,
    promise: `${KEYS} keys written through the router lie on exactly the shard that owns them and nowhere else.`,
    run: async ({ run }) => {
      const placement = await tier.requirePlacement(store);
      const silent = await silentShards(shards);
      const { owners } = placement.shardMap;
      const keys = [...keysForEveryShard(placement, KEYS)].filter(
        ([, bucket]) => !silent.has(owners[bucket] as string),
      );
      const directory = await directoryHandle(tier, store);
      const taken = new Set(directory && (await assignKeys(directory, keys)));
      const written = keys
        .filter(([key]) => !directory || taken.has(key))
        .map(([key, bucket]) => [key, owners[bucket] as string] as const);
      const asked = shards.filter(({ identity }) => !silent.has(identity.shard ?? ''));
      const evidence = await cleaningUp(
        async () => {
          await writeThroughRouter(tier, store, run, written);
          const faults = compare(new Map(written), await findOnShards(asked, run));
          const seen = { keys: written.length, shards: asked.length, mapVersion: placement.shardMap.version };
          if (faults.length > 0) throw new SmokeFailure(faults.join('; '), { evidence: seen });
          return seen;
        },
        async () => {
          await deleteKeys(asked, run);
          if (directory) await takeOut(directory, [...taken]);
        },
      );
      if (silent.size === 0) return evidence;
      throw new SmokeSkip(
        `${listNames([...silent])}: no answer; ${written.length} keys lie on their owner among the other ${asked.length} shards`,
      );
    },
  };
}

/** Shards that can't be written to; each has a check of its own that says why. */
async function silentShards(shards: readonly ClusterUnderTest[]): Promise<ReadonlySet<string>> {
  const answers = await Promise.allSettled(shards.map(({ primary }) => primary.requireWritable()));
  return new Set(
    shards.flatMap(({ identity }, index) => (answers[index]?.status === 'rejected' ? [identity.shard ?? ''] : [])),
  );
}

async function writeThroughRouter(
  tier: DatabasesUnderTest,
  store: string,
  run: string,
  keys: readonly (readonly [SampleKey, string])[],
): Promise<void> {
  const handle = (await tier.router(store)).store(store);
  if (handle.kind !== 'shardedPostgres') throw new TypeError(`store "${store}" is not sharded`);
  const results = await inParallel(keys, AT_ONCE, ([key]) =>
    handle.forKey(key).write('insert into polystore_smoke.keys (run, key) values ($1, $2)', [run, key]),
  );
  const failures = results.flatMap((result) => (result.status === 'rejected' ? [result.reason as unknown] : []));
  if (failures.length === 0) return;
  throw new SmokeFailure(`${failures.length} of ${keys.length} keys could not be written: ${errorCodeOf(failures[0])}`);
}

/** The keys of this run on each shard. */
async function findOnShards(
  shards: readonly ClusterUnderTest[],
  run: string,
): Promise<ReadonlyMap<string, readonly SampleKey[]>> {
  const found = await onEvery(shards, async (client, shard) => {
    const { rows } = await client.query<{ key: string }>('select key::text from polystore_smoke.keys where run = $1', [
      run,
    ]);
    return [shard, rows.map(({ key }) => key)] as const;
  });
  return new Map(found);
}

async function deleteKeys(shards: readonly ClusterUnderTest[], run: string): Promise<void> {
  await onEvery(shards, (client) => client.query('delete from polystore_smoke.keys where run = $1', [run]));
}

/** Runs `work` on every shard directly; rejects as the first that failed, once all are done. */
async function onEvery<T>(
  shards: readonly ClusterUnderTest[],
  work: (client: PgClient, shard: string) => Promise<T>,
): Promise<readonly T[]> {
  const results = await inParallel(shards, AT_ONCE, ({ primary, identity }) =>
    primary.asSmoke((client) => work(client, identity.shard ?? '')),
  );
  return results.map((result) => {
    if (result.status === 'rejected') throw result.reason;
    return result.value;
  });
}

/** What is wrong, shard by shard. */
function compare(
  owners: ReadonlyMap<SampleKey, string>,
  found: ReadonlyMap<string, readonly SampleKey[]>,
): readonly string[] {
  const faults: string[] = [];
  for (const [shard, keys] of found) {
    const own = [...owners].filter(([, owner]) => owner === shard).map(([key]) => key);
    const present = new Set(keys);
    const missing = own.filter((key) => !present.has(key)).length;
    const strays = keys.filter((key) => owners.get(key) !== shard).length;
    if (missing > 0) faults.push(`${shard} lacks ${missing} of its ${own.length} keys`);
    if (strays > 0) faults.push(`${shard} holds ${strays} of other shards`);
  }
  return faults;
}
