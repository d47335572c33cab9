import { isRelational, type TierDefinition } from '../definition';
import { isPolystoreError } from '../errors';
import { planOtherStores } from '../local/other-engines';
import type { Diagnosis } from './diagnosis';

/** Where programs and servers of others are looked for, as `polystore up` does. */
export interface EngineSearch {
  /** Directories of programs, as in PATH. */
  readonly searchPath: string;
  /** Of servers that somebody else runs, by store. */
  readonly urls: Readonly<Record<string, string>>;
}

/** Whether something here runs the stores that are not relational: without it they are left out of the tier, and nothing of them is proven. */
export async function diagnoseOtherStores(
  tier: TierDefinition,
  { searchPath, urls }: EngineSearch,
): Promise<readonly Diagnosis[]> {
  const others = Object.values(tier.stores).filter((store) => !isRelational(store));
  try {
    const { absent } = await planOtherStores(tier, searchPath, urls);
    return others.map(({ name, kind }): Diagnosis => {
      const missing = absent[name];
      if (missing === undefined) return { subject: name, verdict: 'good', says: `${kind} runs on this machine` };
      const { reason, next } = missing;
      return { subject: name, verdict: 'warning', says: `does not run here and is not proven: ${reason}`, next };
    });
  } catch (error) {
    if (!isPolystoreError(error, 'ENGINE_FAILED')) throw error;
    const { message, next } = error;
    return [{ subject: 'engines', verdict: 'bad', says: message, ...(next !== undefined && { next }) }];
  }
}
