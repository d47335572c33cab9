import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { notInstalled, PolystoreError } from '../errors';
import { decodePlacement, encodePlacement, type Placement } from '../placement';
import { placementConflict, requireNextVersion, type PlacementStore } from './placement-store';

/** Loaded when it is needed first. */
const sdk = () => import('@aws-sdk/client-dynamodb').catch(notInstalled('@aws-sdk/client-dynamodb'));

/**
 * A placement on AWS: the item `store` of a DynamoDB table whose partition key is `store`.
 *
 * The SDK is loaded at the first call: who never reads from AWS need not have it, nor wait for it.
 */
export class DynamoDbPlacement implements PlacementStore {
  private client: DynamoDBClient | undefined;

  /** @param client - default: one with the credentials and region of the environment */
  constructor(
    private readonly store: string,
    private readonly table: string,
    client?: DynamoDBClient,
  ) {
    this.client = client;
  }

  async read(): Promise<Placement> {
    const placement = await this.find();
    if (placement) return placement;
    throw new PolystoreError('DOCUMENT_MISSING', `no placement of "${this.store}" in table ${this.table}`, {
      details: { document: 'placement', source: this.table },
      next: 'Provision the tier: it seeds the placement.',
    });
  }

  async seed(placement: Placement): Promise<Placement> {
    await this.putIf(placement, 'attribute_not_exists(#store)', { names: { '#store': 'store' } });
    return this.read();
  }

  async replace(expectedVersion: number, next: Placement): Promise<void> {
    requireNextVersion(expectedVersion, next);
    const put = await this.putIf(next, '#version = :expected', {
      names: { '#version': 'mapVersion' },
      values: { ':expected': { N: String(expectedVersion) } },
    });
    if (put === 'written') return;
    const found = await this.find();
    // The SDK repeats what it got no answer to: then the first try may have been ours.
    if (put === 'repeated' && found && encodePlacement(found) === encodePlacement(next)) return;
    throw placementConflict(this.store, expectedVersion, found?.shardMap.version ?? 0);
  }

  private async find(): Promise<Placement | undefined> {
    const { DynamoDBClient, GetItemCommand } = await sdk();
    this.client ??= new DynamoDBClient();
    const { Item } = await this.client.send(
      new GetItemCommand({ TableName: this.table, Key: { store: { S: this.store } }, ConsistentRead: true }),
    );
    const text = Item?.['placement']?.S;
    return text === undefined ? undefined : decodePlacement(text, `table ${this.table}, item ${this.store}`);
  }

  /** Whether the condition held and the item was written. `repeated`: it did not hold at a later try, and what became of the first is not known. */
  private async putIf(
    placement: Placement,
    condition: string,
    expression: { names: Record<string, string>; values?: Record<string, { N: string }> },
  ): Promise<'written' | 'refused' | 'repeated'> {
    const { ConditionalCheckFailedException, DynamoDBClient, PutItemCommand } = await sdk();
    this.client ??= new DynamoDBClient();
    try {
      await this.client.send(
        new PutItemCommand({
          TableName: this.table,
          Item: {
            store: { S: this.store },
            mapVersion: { N: String(placement.shardMap.version) },
            placement: { S: encodePlacement(placement) },
          },
          ConditionExpression: condition,
          ExpressionAttributeNames: expression.names,
          ...(expression.values && { ExpressionAttributeValues: expression.values }),
        }),
      );
      return 'written';
    } catch (error) {
      if (!(error instanceof ConditionalCheckFailedException)) throw error;
      return (error.$metadata.attempts ?? 1) > 1 ? 'repeated' : 'refused';
    }
  }
}
