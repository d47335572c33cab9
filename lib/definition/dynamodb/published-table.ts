import type { DynamoDbDefinition, TableAttributeDefinition, TableIndexDefinition } from './store';

/** What a topology says of a table, wherever it is: how its items are found, and when they expire. */
export interface PublishedTable {
  readonly partitionKey: TableAttributeDefinition;
  readonly sortKey?: TableAttributeDefinition;
  readonly indexes: readonly Pick<TableIndexDefinition, 'name' | 'partitionKey' | 'sortKey'>[];
  readonly timeToLive?: string;
}

export const publishedTable = ({ partitionKey, sortKey, indexes, timeToLive }: DynamoDbDefinition): PublishedTable => ({
  partitionKey,
  ...(sortKey !== undefined && { sortKey }),
  indexes: indexes.map(({ name, partitionKey: partition, sortKey: sort }) => ({
    name,
    partitionKey: partition,
    ...(sort !== undefined && { sortKey: sort }),
  })),
  ...(timeToLive !== undefined && { timeToLive }),
});
