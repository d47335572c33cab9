import { isPolystoreError } from '../errors';
import type { Placement } from '../placement';
import type { PlacementStore } from './placement-store';

/** Whoever loses so often is in a loop with somebody else. */
const ATTEMPTS = 32;

/**
 * Changes a placement whoever else changes it at the same time: reads it, and has `change` decide anew each time that somebody else was first.
 * @returns the placement that was written
 * @throws what `change` throws, and {PolystoreError} PLACEMENT_CONFLICT where somebody else was first 32 times
 */
export async function changePlacement(
  store: PlacementStore,
  change: (placement: Placement) => Placement,
): Promise<Placement> {
  for (let attempt = 1; ; attempt++) {
    const current = await store.read();
    const next = change(current);
    try {
      await store.replace(current.shardMap.version, next);
      return next;
    } catch (error) {
      if (!isPolystoreError(error, 'PLACEMENT_CONFLICT') || attempt === ATTEMPTS) throw error;
    }
  }
}
