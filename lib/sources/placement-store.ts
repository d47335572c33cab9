import { PolystoreError } from '../errors';
import type { Placement } from '../placement';

/** The run-time record of a sharded store's placement, changed by compare-and-set only. */
export interface PlacementStore {
  /** @throws {PolystoreError} DOCUMENT_MISSING where the store was never seeded, DOCUMENT_INVALID where it can't be read */
  read(): Promise<Placement>;
  /** Writes the first placement; returns the one that stands where one does already. */
  seed(placement: Placement): Promise<Placement>;
  /**
   * Replaces the placement if its shard map is still at `expectedVersion`; `next.shardMap.version` must be one higher.
   * @throws {PolystoreError} PLACEMENT_CONFLICT where somebody else was first
   */
  replace(expectedVersion: number, next: Placement): Promise<void>;
}

/** The error of whoever lost the race. */
export function placementConflict(
  store: string,
  expected: number,
  found: number,
): PolystoreError<'PLACEMENT_CONFLICT'> {
  return new PolystoreError(
    'PLACEMENT_CONFLICT',
    `placement of "${store}" is at version ${found}, expected ${expected}: somebody else changed it`,
    { details: { store, expected, found }, retryable: true, next: 'Read the placement again and decide anew.' },
  );
}

/** A version is never skipped: the next one is the only name that two writers can race for. */
export function requireNextVersion(expectedVersion: number, next: Placement): void {
  if (next.shardMap.version === expectedVersion + 1) return;
  throw new RangeError(`shard map version must be ${expectedVersion + 1}, got ${next.shardMap.version}`);
}
