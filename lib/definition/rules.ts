import type { Fault } from './fault';
import { identifierRules } from './identifier-rules';
import { nameRules } from './name-rules';
import type { TierRule } from './rule';
import { serviceRules } from './service-rules';
import { stageRules } from './stage-rules';
import { storeRules } from './store-rules';
import type { TierDraft } from './tier-draft';

/** Everything that must hold between options, and between options and AWS. */
export const RULES: readonly TierRule[] = [
  ...nameRules,
  ...identifierRules,
  ...stageRules,
  ...storeRules,
  ...serviceRules,
];

/** Every breach of every rule. */
export function ruleFaults(draft: TierDraft): readonly Fault[] {
  return RULES.flatMap((rule) => rule.faults(draft));
}
