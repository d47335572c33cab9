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
