import type { ExistingKey } from '../stores/existing-key';
import type { BackupDefinition, BackupOptions } from '../postgres/store';
import type { TableCapacity, TableCapacityDefinition } from './capacity';

export type TableAttributeType = 'string' | 'number' | 'binary';

/** An attribute that is part of a key: its name where it holds text, else name and type. */
export type TableAttribute = string | TableAttributeDefinition;

export interface TableAttributeDefinition {
  /** As items write it. */
  readonly name: string;
  /** What it holds. */
  readonly type: TableAttributeType;
}

export interface TableIndexOptions {
  /** By which items are found. @default - the table's own: a local index, which sorts the items of a partition in another way */
  readonly partitionKey?: TableAttribute;
  /** By which found items are sorted. A local index has one. @default - none */
  readonly sortKey?: TableAttribute;
  /** What the index keeps of an item beside its keys: everything, nothing, or attributes by name. @default 'all' */
  readonly projection?: 'all' | 'keys' | readonly string[];
}

/** A copy of the table in another region, which takes reads and writes; the last write to an item wins. */
export interface TableReplicaOptions {
  /** Encrypts the copy: a key of that region. */
  readonly encryptionKey: ExistingKey;
}

/** What a stream says of a change: `keys` of the item, the item as it is `new`ly, as it was, or both. */
export type TableStream = 'keys' | 'new' | 'old' | 'both';

export interface DynamoDbOptions {
  /** By which items are spread and found. It never changes. */
  readonly partitionKey: TableAttribute;
  /** By which the items of a partition are sorted. It never changes. @default - none: an item a partition */
  readonly sortKey?: TableAttribute;
  /** Other ways to find items, by name. Local ones are made with the table and never change. @default - none */
  readonly indexes?: Readonly<Record<string, TableIndexOptions>>;
  /** Attribute that holds the second, since 1970, after which an item may be deleted. @default - items stay */
  readonly timeToLive?: string;
  /** Changes are kept for a day for whoever follows them. @default - they aren't, except for copies in other regions */
  readonly stream?: TableStream;
  /** `onDemand()` or `provisioned({ … })`: how reads and writes are paid for, of the table and its global indexes. @default onDemand() */
  readonly capacity?: TableCapacity;
  /** Copies in other regions, by region. They need a stage with an `env`. @default - none */
  readonly replicas?: Readonly<Record<string, TableReplicaOptions>>;
  /** Continuous backups, from which any second can be restored. @default - every field's own */
  readonly backup?: Pick<BackupOptions, 'retentionDays'>;
  /** Encrypts everything that the store keeps. @default - the stage's, else a key that the kit makes */
  readonly encryptionKey?: ExistingKey;
}

/** What a stage may change: everything that does not change what the store is. */
export type DynamoDbOverrides = Omit<DynamoDbOptions, 'partitionKey' | 'sortKey' | 'indexes' | 'timeToLive' | 'stream'>;

export interface DynamoDb extends DynamoDbOptions {
  readonly kind: 'dynamodb';
}

export interface TableIndexDefinition {
  readonly name: string;
  /** `local`: of the table's own partition key. */
  readonly reach: 'global' | 'local';
  readonly partitionKey: TableAttributeDefinition;
  readonly sortKey?: TableAttributeDefinition;
  readonly projection: 'all' | 'keys' | readonly string[];
}

export interface DynamoDbDefinition {
  readonly kind: 'dynamodb';
  readonly name: string;
  readonly partitionKey: TableAttributeDefinition;
  readonly sortKey?: TableAttributeDefinition;
  readonly indexes: readonly TableIndexDefinition[];
  readonly timeToLive?: string;
  readonly stream?: TableStream;
  readonly capacity: TableCapacityDefinition;
  readonly replicas: readonly { readonly region: string; readonly encryptionKeyArn: string }[];
  readonly backup: Pick<BackupDefinition, 'retentionDays'>;
  /** A key of somebody else. Absent where the kit makes one. */
  readonly encryptionKeyArn?: string;
}

/** A key-value store: one DynamoDB table, which has no servers to size and is reached by rights of IAM. */
export function dynamodb(options: DynamoDbOptions): DynamoDb {
  return { ...options, kind: 'dynamodb' };
}
