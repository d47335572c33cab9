import { alarmRules } from './stages/alarm-rules';
import type { Fault } from './faults/fault';
import { capacityRules } from './relational/capacity-rules';
import { clusterRules } from './clusters/rules';
import { dynamodbRules } from './dynamodb/rules';
import { environmentRules } from './stores/environment-rules';
import { estateRules } from './stores/estate-rules';
import { globalRules } from './sharded-postgres/global-rules';
import { identifierRules } from './names/identifier-rules';
import { nameRules } from './names/rules';
import { poolingRules } from './relational/pooling-rules';
import { networkRules } from './network/rules';
import { regionRules } from './regions/rules';
import type { TierRule } from './rule';
import { serviceRules } from './services/rules';
import { shardRules } from './sharded-postgres/rules';
import { stageRules } from './stages/rules';
import { storageRules } from './postgres/storage-rules';
import { storeRules } from './stores/rules';
import { strategyRules } from './sharded-postgres/strategy-rules';
import type { TierDraft } from './tier-draft';
import { valkeyRules } from './valkey/rules';
import { windowRules } from './stores/window-rules';

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
