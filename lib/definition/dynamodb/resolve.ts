import type { DynamoDbDefinition, TableIndexDefinition } from './store';
import { PROFILES } from '../stages/profile';
import type { StageStoreOf } from '../stores/in-stage';
import type { TableCapacityDefinition } from './capacity';
import { attributeOf, indexesOf, isLocal } from './indexes';

/** Share of a table's units in use that DynamoDB aims at unless the definition says otherwise; as AWS's own consoles. */
const UTILIZATION_PERCENT = 70;

/** Options of a store that breaks no rule, every default filled in. */
export function resolveDynamoDb(store: StageStoreOf<'dynamodb'>): DynamoDbDefinition {
  const { name, options, profile } = store;
  const { partitionKey, sortKey, timeToLive, stream } = options;
  if (partitionKey === undefined)
    throw new TypeError(`store ${name} has no partition key, and its schema did not notice`);
  const partition = attributeOf(partitionKey);
  return {
    kind: 'dynamodb',
    name,
    partitionKey: partition,
    ...(sortKey !== undefined && { sortKey: attributeOf(sortKey) }),
    indexes: indexesOf(store).map(([index, written]): TableIndexDefinition => ({
      name: index,
      reach: isLocal(written) ? 'local' : 'global',
      partitionKey: written.partitionKey === undefined ? partition : attributeOf(written.partitionKey),
      ...(written.sortKey !== undefined && { sortKey: attributeOf(written.sortKey) }),
      projection: written.projection ?? 'all',
    })),
    ...(timeToLive !== undefined && { timeToLive }),
    ...(stream !== undefined && { stream }),
    capacity: capacityOf(store),
    replicas: Object.entries(options.replicas ?? {}).map(([region, { encryptionKey }]) => ({
      region,
      encryptionKeyArn: encryptionKey.arn,
    })),
    backup: { retentionDays: options.backup?.retentionDays ?? PROFILES[profile].retentionDays },
  };
}

function capacityOf({ options: { capacity } }: StageStoreOf<'dynamodb'>): TableCapacityDefinition {
  if (capacity?.kind === 'provisioned') {
    const { utilizationPercent = UTILIZATION_PERCENT, ...ranges } = capacity;
    return { ...ranges, utilizationPercent };
  }
  const { maxReads, maxWrites } = capacity ?? {};
  return {
    kind: 'onDemand',
    ...(maxReads !== undefined && { maxReads }),
    ...(maxWrites !== undefined && { maxWrites }),
  };
}
