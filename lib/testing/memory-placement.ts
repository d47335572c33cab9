import type { Placement } from '../placement';
import { placementConflict, requireNextVersion, type PlacementStore } from '../sources/placement-store';

/** A placement that lives as long as the process. */
export class MemoryPlacement implements PlacementStore {
  constructor(private current: Placement) {}

  read(): Promise<Placement> {
    return Promise.resolve(this.current);
  }

  /** What stands already stands. */
  seed(): Promise<Placement> {
    return this.read();
  }

  async replace(expectedVersion: number, next: Placement): Promise<void> {
    requireNextVersion(expectedVersion, next);
    const { version } = this.current.shardMap;
    if (version !== expectedVersion) throw placementConflict(next.store, expectedVersion, version);
    this.current = next;
  }
}
