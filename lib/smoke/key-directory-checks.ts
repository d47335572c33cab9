import { isPolystoreError } from '../errors';
import { bucketOf, hash, type BucketId, type Placement } from '../placement';
import { inParallel } from '../provision/in-parallel';
import type { DirectoryPostgresHandle, KeyAssignment } from '../routing';
import type { ShardedPostgresTopology } from '../topology';
import { SmokeFailure, type Check } from './check';
import { cleaningUp } from './clean-up';
import { randomKey, type SampleKey } from './sample-keys';
import type { DatabasesUnderTest } from './databases-under-test';

/** Keys assigned, or taken out, at once. */
const AT_ONCE = 8;
/** A key space may be so small that a random key is somebody's: then another is tried. */
const TRIES = 10;

/** The handle of a store whose strategy is `directory`; undefined where it is another. */
export async function directoryHandle(
  tier: DatabasesUnderTest,
  store: string,
): Promise<DirectoryPostgresHandle | undefined> {
  const handle = (await tier.router(store)).store(store);
  return 'assign' in handle ? handle : undefined;
}

/** A key is found where it was assigned, an unknown one meets the rule for new keys, and of two changes at once one counts. */
export function keyDirectoryWorks(
  tier: DatabasesUnderTest,
  store: string,
  newKeys: NonNullable<ShardedPostgresTopology['keyDirectory']>['newKeys'],
): Check {
  return {
    name: 'key-directory',
    store,
    subject: store,
    promise: 'The key directory finds each key where it was assigned, and takes one of two changes at once.',
    run: async () => {
      const placement = await tier.requirePlacement(store);
      const directory = (await directoryHandle(tier, store)) as DirectoryPostgresHandle;
      const known = await assignFree(directory, placement);
      const unknown = randomKey(placement.keyType);
      return cleaningUp(
        async () => {
          await onlyOneWins(directory, known);
          const found = await unknownKey(directory, unknown);
          if ((found === undefined) !== (newKeys === 'refuse')) {
            const was = found === undefined ? 'refused' : `assigned to ${found.shard}`;
            throw new SmokeFailure(`a key that nobody assigned was ${was}, the rule for new keys is "${newKeys}"`);
          }
          if (newKeys === 'hash') requireHashed(unknown, found, placement);
          return { newKeys, bucket: known.assignment.bucket, shard: known.assignment.shard };
        },
        () => takeOut(directory, [known.key, unknown]),
      );
    },
  };
}

interface AssignedKey {
  readonly key: SampleKey;
  readonly assignment: KeyAssignment;
}

/** Assigns a random key that nobody has. */
async function assignFree(directory: DirectoryPostgresHandle, placement: Placement): Promise<AssignedKey> {
  for (let attempt = 1; ; attempt++) {
    const key = randomKey(placement.keyType);
    try {
      return { key, assignment: await directory.assign(key, { bucket: bucketOf(hash(), placement.keyType, key) }) };
    } catch (error) {
      if (!isPolystoreError(error, 'ASSIGNMENT_CONFLICT') || attempt === TRIES) throw error;
    }
  }
}

async function onlyOneWins(directory: DirectoryPostgresHandle, { key, assignment }: AssignedKey): Promise<void> {
  const buckets = [assignment.bucket, assignment.bucket === 0 ? 1 : 0];
  const changes = await Promise.allSettled(buckets.map((bucket) => directory.assign(key, { bucket }, assignment)));
  const winners = changes.flatMap((change) => (change.status === 'fulfilled' ? [change.value] : []));
  const losers = changes.flatMap((change) => (change.status === 'rejected' ? [change.reason as unknown] : []));
  const other = losers.find((error) => !isPolystoreError(error, 'ASSIGNMENT_CONFLICT'));
  if (other !== undefined) throw other;
  if (winners.length !== 1)
    throw new SmokeFailure(`of two changes of one assignment ${winners.length} counted, must be 1`);
  const found = await directory.assignmentOf(key);
  if (found?.revision !== winners[0]?.revision) throw new SmokeFailure('the change that counted is not what is found');
}

/** Where a key is that nobody assigned, once it was asked for; undefined where that is refused. */
async function unknownKey(directory: DirectoryPostgresHandle, key: SampleKey): Promise<KeyAssignment | undefined> {
  try {
    const shard = await directory.shardOf(key);
    const assignment = await directory.assignmentOf(key);
    if (assignment?.shard === shard) return assignment;
    throw new SmokeFailure(`a new key went to ${shard}, the directory says ${assignment?.shard ?? 'nothing of it'}`);
  } catch (error) {
    if (isPolystoreError(error, 'KEY_UNKNOWN')) return undefined;
    throw error;
  }
}

function requireHashed(key: SampleKey, found: KeyAssignment | undefined, { keyType }: Placement): void {
  const expected = bucketOf(hash(), keyType, key);
  if (found?.bucket === expected) return;
  throw new SmokeFailure(`a new key went to bucket ${found?.bucket}, its hash belongs to ${expected}`);
}

/** Assigns the keys that nobody has, and returns them; those of somebody else are left alone. All or none. */
export async function assignKeys(
  directory: DirectoryPostgresHandle,
  keys: readonly (readonly [SampleKey, BucketId])[],
): Promise<readonly SampleKey[]> {
  const results = await inParallel(keys, AT_ONCE, async ([key, bucket]) => {
    await directory.assign(key, { bucket });
    return key;
  });
  const assigned = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
  const failures = results.flatMap((result) => (result.status === 'rejected' ? [result.reason as unknown] : []));
  const failure = failures.find((error) => !isPolystoreError(error, 'ASSIGNMENT_CONFLICT'));
  if (failure === undefined) return assigned;
  await takeOut(directory, assigned).catch(() => undefined);
  throw failure;
}

/** Takes keys of this run out of the directory again. */
export async function takeOut(directory: DirectoryPostgresHandle, keys: readonly SampleKey[]): Promise<void> {
  const results = await inParallel(keys, AT_ONCE, async (key) => {
    const found = await directory.assignmentOf(key);
    if (found) await directory.unassign(key, found);
  });
  for (const result of results) if (result.status === 'rejected') throw result.reason;
}
