import { alarmRules } from './alarm-rules';
import type { Fault } from './fault';
import { capacityRules } from './capacity-rules';
import { clusterRules } from './cluster-rules';
import { dynamodbRules } from './dynamodb-rules';
import { environmentRules } from './environment-rules';
import { estateRules } from './estate-rules';
import { globalRules } from './global-rules';
import { identifierRules } from './identifier-rules';
import { nameRules } from './name-rules';
import { poolingRules } from './pooling-rules';
import { networkRules } from './network-rules';
import { regionRules } from './region-rules';
import type { TierRule } from './rule';
import { serviceRules } from './service-rules';
import { shardRules } from './shard-rules';
import { stageRules } from './stage-rules';
import { storageRules } from './storage-rules';
import { storeRules } from './store-rules';
import { strategyRules } from './strategy-rules';
import type { TierDraft } from './tier-draft';
import { valkeyRules } from './valkey-rules';
import { windowRules } from './window-rules';

/** Everything that must hold between options, and between options and AWS. */
export const RULES: readonly TierRule[] = [
  ...nameRules,
  ...identifierRules,
  ...stageRules,
  ...networkRules,
  ...regionRules,
  ...globalRules,
  ...estateRules,
  ...storeRules,
  ...storageRules,
  ...windowRules,
  ...shardRules,
  ...strategyRules,
  ...poolingRules,
  ...serviceRules,
  ...capacityRules,
  ...valkeyRules,
  ...alarmRules,
  ...dynamodbRules,
  ...clusterRules,
  ...environmentRules,
];

/** Every breach of every rule. */
export function ruleFaults(draft: TierDraft): readonly Fault[] {
  return RULES.flatMap((rule) => rule.faults(draft));
}
