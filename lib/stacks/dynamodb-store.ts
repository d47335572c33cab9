import { Duration, Stack } from 'aws-cdk-lib';
import * as dynamodb from 'aws-cdk-lib/aws-dynamodb';
import type * as kms from 'aws-cdk-lib/aws-kms';
import type { Construct } from 'constructs';
import { DynamoDbTable, type DynamoDbTableProps } from '../../constructs';
import type {
  DynamoDbDefinition,
  TableAttributeDefinition,
  TableCapacityDefinition,
  TableIndexDefinition,
  TableStream,
  TierDefinition,
} from '../definition';
import { publishedTable } from '../definition/dynamodb/published-table';
import { serverName } from './names';
import { PROFILE_SETTINGS } from './profile-settings';
import { statefulStackSettings, tagStack } from './stack-settings';
import type { Store } from './store';
import { storeKey } from './store-encryption';
import { publishStore } from './store-part';

/** One store of kind `dynamodb`: its key, its table, what the topology says of it. */
export class DynamoDbStack extends Stack {
  readonly key: kms.IKey;
  readonly table: DynamoDbTable;

  constructor(scope: Construct, tier: TierDefinition, store: DynamoDbDefinition) {
    const settings = statefulStackSettings(tier, [store.name], `store ${store.name}`);
    super(scope, settings.stackName, settings);
    this.key = storeKey(this, tier, store, { logGroupPrefix: 'none' });
    this.table = new DynamoDbTable(this, 'Table', tableProps(tier, store, this.key));
    publishStore(this, tier, store.name, {
      kind: 'dynamodb',
      table: serverName(tier, store.name),
      ...publishedTable(store),
    });
    tagStack(this, tier, { store: store.name });
  }
}

function tableProps(tier: TierDefinition, store: DynamoDbDefinition, encryptionKey: kms.IKey): DynamoDbTableProps {
  const { deletionProtection, removalPolicy } = PROFILE_SETTINGS[tier.stage.profile];
  const { partitionKey, sortKey, indexes, timeToLive, stream, capacity, replicas, backup } = store;
  const global = indexes.filter(({ reach }) => reach === 'global');
  const local = indexes.filter(({ reach }) => reach === 'local');
  return {
    tableName: serverName(tier, store.name),
    encryptionKey,
    partitionKey: attributeOf(partitionKey),
    ...(sortKey !== undefined && { sortKey: attributeOf(sortKey) }),
    billing: billingOf(capacity),
    ...(global.length > 0 && { globalSecondaryIndexes: global.map((index) => globalIndex(index, capacity)) }),
    ...(local.length > 0 && { localSecondaryIndexes: local.map(localIndex) }),
    ...(timeToLive !== undefined && { timeToLiveAttribute: timeToLive }),
    ...(stream !== undefined && { dynamoStream: STREAMS[stream] }),
    recoveryPeriod: Duration.days(backup.retentionDays),
    replicas,
    deletionProtection,
    removalPolicy,
  };
}

const TYPES: Readonly<Record<TableAttributeDefinition['type'], dynamodb.AttributeType>> = {
  string: dynamodb.AttributeType.STRING,
  number: dynamodb.AttributeType.NUMBER,
  binary: dynamodb.AttributeType.BINARY,
};

const STREAMS: Readonly<Record<TableStream, dynamodb.StreamViewType>> = {
  keys: dynamodb.StreamViewType.KEYS_ONLY,
  new: dynamodb.StreamViewType.NEW_IMAGE,
  old: dynamodb.StreamViewType.OLD_IMAGE,
  both: dynamodb.StreamViewType.NEW_AND_OLD_IMAGES,
};

const attributeOf = ({ name, type }: TableAttributeDefinition): dynamodb.Attribute => ({ name, type: TYPES[type] });

type Provisioned = Extract<TableCapacityDefinition, { readonly kind: 'provisioned' }>;

const scaled = ({ utilizationPercent }: Provisioned, { min, max }: Provisioned['reads']): dynamodb.Capacity =>
  dynamodb.Capacity.autoscaled({
    minCapacity: min,
    maxCapacity: max,
    targetUtilizationPercent: utilizationPercent,
    seedCapacity: min,
  });

function billingOf(capacity: TableCapacityDefinition): dynamodb.Billing {
  if (capacity.kind === 'provisioned') {
    return dynamodb.Billing.provisioned({
      readCapacity: scaled(capacity, capacity.reads),
      writeCapacity: scaled(capacity, capacity.writes),
    });
  }
  return dynamodb.Billing.onDemand(mostUnits(capacity));
}

const mostUnits = ({ maxReads, maxWrites }: Extract<TableCapacityDefinition, { readonly kind: 'onDemand' }>) => ({
  ...(maxReads !== undefined && { maxReadRequestUnits: maxReads }),
  ...(maxWrites !== undefined && { maxWriteRequestUnits: maxWrites }),
});

/** A global index has units of its own, as many as its table: where it has fewer, the table's writes wait for it. */
const globalIndex = (
  index: TableIndexDefinition,
  capacity: TableCapacityDefinition,
): dynamodb.GlobalSecondaryIndexPropsV2 => ({
  indexName: index.name,
  partitionKey: attributeOf(index.partitionKey),
  ...(index.sortKey !== undefined && { sortKey: attributeOf(index.sortKey) }),
  ...projectionOf(index),
  ...(capacity.kind === 'provisioned'
    ? { readCapacity: scaled(capacity, capacity.reads), writeCapacity: scaled(capacity, capacity.writes) }
    : mostUnits(capacity)),
});

function localIndex(index: TableIndexDefinition): dynamodb.LocalSecondaryIndexProps {
  if (index.sortKey === undefined) throw new TypeError(`index ${index.name} has no sort key, and no rule noticed`);
  return { indexName: index.name, sortKey: attributeOf(index.sortKey), ...projectionOf(index) };
}

function projectionOf({ projection }: TableIndexDefinition) {
  if (projection === 'all') return { projectionType: dynamodb.ProjectionType.ALL };
  if (projection === 'keys') return { projectionType: dynamodb.ProjectionType.KEYS_ONLY };
  return { projectionType: dynamodb.ProjectionType.INCLUDE, nonKeyAttributes: [...projection] };
}

/** Synthesizes a store of kind `dynamodb`. */
export function synthesizeDynamoDb(scope: Construct, tier: TierDefinition, store: DynamoDbDefinition): Store {
  const stack = new DynamoDbStack(scope, tier, store);
  const { partitionKey, indexes } = store;
  return {
    name: store.name,
    stacks: [stack],
    key: stack.key,
    shardStacks: [],
    table: {
      name: serverName(tier, store.name),
      indexes: indexes.map(({ name }) => name),
      hasTextKeys: [partitionKey, ...indexes.map((index) => index.partitionKey)].every(({ type }) => type === 'string'),
    },
  };
}
