import { LIMITS } from '../../catalog';
import { DEFAULTS } from '../stages/profile';

/** The lowest limit in GiB that AWS takes for storage that grows by itself. */
export function leastGrowthLimit(sizeGiB: number): number {
  return Math.ceil((sizeGiB * (100 + LIMITS.storageGrowthPercent.value)) / 100);
}

/** Whether storage of this size may have this limit: the size itself switches growth off, anything else must leave room. */
export function isGrowthLimit(sizeGiB: number, maxSizeGiB: number): boolean {
  return maxSizeGiB === sizeGiB || maxSizeGiB >= leastGrowthLimit(sizeGiB);
}

/** Four times the size, as far as AWS goes; the size itself where that would leave no room to grow. */
export function defaultGrowthLimit(sizeGiB: number): number {
  const limit = Math.min(DEFAULTS.storageGrowth * sizeGiB, LIMITS.storageMaxGiB.value);
  return isGrowthLimit(sizeGiB, limit) ? limit : sizeGiB;
}
