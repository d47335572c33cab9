import { randomUUID } from 'node:crypto';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { notInstalled } from '../errors';
import type { BucketId } from '../placement';
import { assignmentConflict, countAssignments, type Assignment, type KeyDirectory } from './key-directory';

/** Loaded when it is needed first. */
const sdk = () => import('@aws-sdk/client-dynamodb').catch(notInstalled('@aws-sdk/client-dynamodb'));

/**
 * A key directory on AWS: an item a key in a DynamoDB table whose partition key is `key`. Read consistently, since who asks has no newer answer.
 *
 * The SDK is loaded at the first call: who never reads from AWS need not have it, nor wait for it.
 */
export class DynamoDbKeyDirectory implements KeyDirectory {
  private client: DynamoDBClient | undefined;

  /** @param client - default: one with the credentials and region of the environment */
  constructor(
    private readonly store: string,
    private readonly table: string,
    client?: DynamoDBClient,
  ) {
    this.client = client;
  }

  async find(key: string): Promise<Assignment | undefined> {
    const { GetItemCommand } = await sdk();
    const client = await this.open();
    const { Item } = await client.send(
      new GetItemCommand({ TableName: this.table, Key: { key: partitionOf(key) }, ConsistentRead: true }),
    );
    const { bucket, revision } = Item ?? {};
    return bucket?.N === undefined || revision?.S === undefined
      ? undefined
      : { bucket: Number(bucket.N), revision: revision.S };
  }

  async assign(key: string, bucket: BucketId, from: Assignment | undefined): Promise<Assignment> {
    const { PutItemCommand } = await sdk();
    const client = await this.open();
    const assignment = { bucket, revision: randomUUID() };
    const Item = { key: partitionOf(key), bucket: { N: String(bucket) }, revision: { S: assignment.revision } };
    const put = new PutItemCommand({ TableName: this.table, Item, ...conditionOf(from) });
    const isFirst = await this.wasFirst(() => client.send(put));
    if (isFirst) return assignment;
    const found = await this.find(key);
    // The SDK repeats what it got no answer to: then the first try was ours.
    if (found?.revision !== assignment.revision) throw assignmentConflict(this.store, from, found);
    return assignment;
  }

  async remove(key: string, from: Assignment): Promise<void> {
    const { DeleteItemCommand } = await sdk();
    const client = await this.open();
    const Key = { key: partitionOf(key) };
    const remove = new DeleteItemCommand({ TableName: this.table, Key, ...conditionOf(from) });
    if (await this.wasFirst(() => client.send(remove))) return;
    const found = await this.find(key);
    if (found !== undefined) throw assignmentConflict(this.store, from, found);
  }

  async countByBucket(): Promise<ReadonlyMap<BucketId, number>> {
    const { paginateScan } = await sdk();
    const client = await this.open();
    const pages = paginateScan(
      { client },
      { TableName: this.table, ProjectionExpression: '#bucket', ExpressionAttributeNames: { '#bucket': 'bucket' } },
    );
    const found: Pick<Assignment, 'bucket'>[] = [];
    for await (const { Items = [] } of pages) {
      for (const { bucket } of Items) if (bucket?.N !== undefined) found.push({ bucket: Number(bucket.N) });
    }
    return countAssignments(found);
  }

  private async open(): Promise<DynamoDBClient> {
    const { DynamoDBClient } = await sdk();
    return (this.client ??= new DynamoDBClient());
  }

  /** Whether the condition of a write held, so that it was done. */
  private async wasFirst(write: () => Promise<unknown>): Promise<boolean> {
    const { ConditionalCheckFailedException } = await sdk();
    try {
      await write();
      return true;
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return false;
      throw error;
    }
  }
}

/** A partition key may not be empty, as a key of type text may be. */
const partitionOf = (key: string) => ({ S: `=${key}` });

function conditionOf(from: Assignment | undefined) {
  if (from === undefined) {
    return { ConditionExpression: 'attribute_not_exists(#key)', ExpressionAttributeNames: { '#key': 'key' } };
  }
  return {
    ConditionExpression: '#revision = :from',
    ExpressionAttributeNames: { '#revision': 'revision' },
    ExpressionAttributeValues: { ':from': { S: from.revision } },
  };
}
