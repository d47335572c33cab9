import { loadTier, type TierDefinition } from '../lib/definition';
import { baselineFileOf, readBaseline, shardsInBaseline } from '../lib/guard';
import type { TierOptions } from './tier-context';

/**
 * Reads and checks the tier file, as `openTier` does, and that no shard which its baseline knows has another name now: said before anything is
 * synthesized, where the file says it.
 * @throws {PolystoreError} TIER_FILE_UNREADABLE, CONFIG_INVALID, or DOCUMENT_INVALID of the baseline
 */
export async function openGuardedTier({ tier, stage }: TierOptions): Promise<TierDefinition> {
  const baseline = await readBaseline(baselineFileOf(tier));
  return loadTier(tier, { stage, ...(baseline && { shardsBefore: shardsInBaseline(baseline) }) });
}
