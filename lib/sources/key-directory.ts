import { PolystoreError } from '../errors';
import type { BucketId } from '../placement';

/** Which bucket a key was assigned to. */
export interface Assignment {
  readonly bucket: BucketId;
  /** Another one after every change: what a compare-and-set compares. */
  readonly revision: string;
}

/**
 * The run-time record of which bucket each key of a store is in, changed by compare-and-set only. A key is its text in the one form that
 * `keyText` gives it.
 */
export interface KeyDirectory {
  /** The assignment of a key, as it stands now; `undefined` where there is none. */
  find(key: string): Promise<Assignment | undefined>;
  /**
   * Assigns a key. `from` is the assignment that it replaces, `undefined` for a key that has none.
   * @throws {PolystoreError} ASSIGNMENT_CONFLICT where somebody else was first
   */
  assign(key: string, bucket: BucketId, from: Assignment | undefined): Promise<Assignment>;
  /**
   * Takes a key out; one that is out already stays so.
   * @throws {PolystoreError} ASSIGNMENT_CONFLICT where somebody else changed it first
   */
  remove(key: string, from: Assignment): Promise<void>;
  /** How many keys each bucket has, without those that have none. Reads the whole directory; what is changed meanwhile may count or not. */
  countByBucket(): Promise<ReadonlyMap<BucketId, number>>;
}

/** What a key's text may have as a key of DynamoDB, with room to spare; in bytes of UTF-8. */
export const LONGEST_KEY_BYTES = 1024;

/** @throws {PolystoreError} KEY_INVALID where a key's text is longer than {@link LONGEST_KEY_BYTES} */
export function requireKeyLength(key: string): void {
  const bytes = Buffer.byteLength(key);
  if (bytes <= LONGEST_KEY_BYTES) return;
  const got = `a string of ${bytes} bytes`;
  throw new PolystoreError(
    'KEY_INVALID',
    `shard key: got ${got}, allowed in a key directory are ${LONGEST_KEY_BYTES}`,
    {
      details: { expected: `at most ${LONGEST_KEY_BYTES} bytes`, got },
      next: 'Place rows by a shorter key.',
    },
  );
}

/** The error of whoever lost the race. The key is left out: it may be personal data. */
export function assignmentConflict(
  store: string,
  expected: Assignment | undefined,
  found: Assignment | undefined,
): PolystoreError<'ASSIGNMENT_CONFLICT'> {
  const words = (assignment: Assignment | undefined): string =>
    assignment === undefined
      ? 'assigned to no bucket'
      : `assigned to bucket ${assignment.bucket} as ${assignment.revision}`;
  return new PolystoreError(
    'ASSIGNMENT_CONFLICT',
    `store "${store}": the key is ${words(found)}, expected one ${words(expected)}: somebody else changed it`,
    {
      details: { store, expected: expected?.bucket ?? null, found: found?.bucket ?? null },
      retryable: true,
      next: 'Find the key again and decide anew.',
    },
  );
}

/** How many assignments there are for each bucket. */
export function countAssignments(assignments: Iterable<Pick<Assignment, 'bucket'>>): ReadonlyMap<BucketId, number> {
  const counts = new Map<BucketId, number>();
  for (const { bucket } of assignments) counts.set(bucket, (counts.get(bucket) ?? 0) + 1);
  return counts;
}
