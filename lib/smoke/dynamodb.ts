import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { setTimeout as delay } from 'node:timers/promises';
import { SmokeFailure, SmokeSkip, type Check, type CheckContext } from './check';
import { SMOKE_KEYS } from '../topology';
import { cleaningUp } from './clean-up';

/** A key attribute of a table or an index. */
export interface KeyAttribute {
  readonly name: string;
  readonly type: 'string' | 'number' | 'binary';
}

/** What finds an item: of a table, or of one of its indexes. */
export interface KeyUnderTest {
  readonly partitionKey: KeyAttribute;
  readonly sortKey?: KeyAttribute;
}

/** A table, and how the smoke test reaches it. */
export interface DynamoDbUnderTest extends KeyUnderTest {
  readonly store: string;
  readonly table: string;
  readonly indexes: Readonly<Record<string, KeyUnderTest>>;
  /** Attribute with the second at which an item expires. */
  readonly timeToLive?: string;
  /** Whoever made it closes it. */
  readonly client: () => Promise<DynamoDBClient>;
  /** What the engine can't do, so that it is skipped. Empty on AWS. */
  readonly lacks: readonly string[];
  /** In words: `dynalite, emulated`. */
  readonly engine: string;
}

/** What a run that was killed left expires after this, in seconds, where items expire. */
const LEFTOVER_SECONDS = 3_600;
const LOOK_EVERY_MS = 50;

type Item = Readonly<Record<string, string | number | Uint8Array>>;

/** What proves a table: its conditions, indexes, expiry and transactions. */
export function dynamoDbChecks(table: DynamoDbUnderTest): readonly Check[] {
  return [
    takesWrites(table),
    refusesConflicts(table),
    ...Object.entries(table.indexes).map(([name, index]) => answersByIndex(table, name, index)),
    ...(table.timeToLive === undefined ? [] : [expiresItems(table, table.timeToLive)]),
    transacts(table),
  ];
}

const onTable = ({ store }: DynamoDbUnderTest) => ({ store, subject: store });

/** Loaded at the first check: a smoke test of other kinds need not have it. */
const sdk = () => import('@aws-sdk/lib-dynamodb');

function takesWrites(table: DynamoDbUnderTest): Check {
  return {
    ...onTable(table),
    name: 'takes-writes',
    promise: 'The table takes an item and shows it.',
    run: (context) =>
      withItem(table, context, 'write', async (item, { send, commands }) => {
        await send(new commands.PutCommand({ TableName: table.table, Item: item }));
        const { Item: seen } = await send(new commands.GetCommand(oneItem(table, item)));
        if (seen?.['polystore_smoke'] === context.run) return { engine: table.engine };
        throw new SmokeFailure('a consistent read does not show the item that was written');
      }),
  };
}

function refusesConflicts(table: DynamoDbUnderTest): Check {
  return {
    ...onTable(table),
    name: 'refuses-conflicts',
    promise: 'A write whose condition does not hold is refused, and changes nothing.',
    run: (context) =>
      withItem(table, context, 'condition', async (item, { send, commands }) => {
        const onlyNew = { TableName: table.table, ConditionExpression: 'attribute_not_exists(#key)' };
        const names = { ExpressionAttributeNames: { '#key': table.partitionKey.name } };
        await send(new commands.PutCommand({ ...onlyNew, ...names, Item: item }));
        const second = { ...item, polystore_smoke: 'second' };
        const refusal = await refusalOf(() => send(new commands.PutCommand({ ...onlyNew, ...names, Item: second })));
        const { Item: seen } = await send(new commands.GetCommand(oneItem(table, item)));
        const evidence = { refusedWith: refusal ?? 'nothing', kept: seen?.['polystore_smoke'] === context.run };
        if (refusal === 'ConditionalCheckFailedException' && evidence.kept) return evidence;
        throw new SmokeFailure('of two writes that each demand to be the first, the second counted', { evidence });
      }),
  };
}

function answersByIndex(table: DynamoDbUnderTest, name: string, index: KeyUnderTest): Check {
  return {
    ...onTable(table),
    subject: `${table.store} ${name}`,
    name: 'answers-by-index',
    promise: 'The index finds an item by its own key.',
    run: (context) =>
      withItem(table, context, `index:${name}`, async (item, { send, commands }) => {
        await send(new commands.PutCommand({ TableName: table.table, Item: item }));
        const began = performance.now();
        const query = new commands.QueryCommand({
          TableName: table.table,
          IndexName: name,
          KeyConditionExpression: '#key = :key',
          ExpressionAttributeNames: { '#key': index.partitionKey.name },
          ExpressionAttributeValues: { ':key': item[index.partitionKey.name] },
        });
        // Indexes follow the table.
        for (;;) {
          const { Items: found = [] } = await send(query);
          if (found.some((each) => each[table.partitionKey.name] === item[table.partitionKey.name])) {
            return { visibleAfterMs: Math.round(performance.now() - began) };
          }
          await delay(LOOK_EVERY_MS, undefined, { signal: context.signal });
        }
      }),
  };
}

function expiresItems(table: DynamoDbUnderTest, attribute: string): Check {
  return {
    ...onTable(table),
    name: 'expires-items',
    promise: 'Items expire at the second that their attribute names.',
    run: async ({ signal }) => {
      requireAble(table, 'expiry');
      const { DescribeTimeToLiveCommand } = await import('@aws-sdk/client-dynamodb');
      const command = new DescribeTimeToLiveCommand({ TableName: table.table });
      const client = await table.client();
      const { TimeToLiveDescription: seen } = await client.send(command, { abortSignal: signal });
      const evidence = { status: seen?.TimeToLiveStatus ?? 'none', attribute: seen?.AttributeName ?? 'none' };
      if (evidence.status === 'ENABLED' && evidence.attribute === attribute) return evidence;
      throw new SmokeFailure(`items do not expire by ${attribute}`, { evidence });
    },
  };
}

function transacts(table: DynamoDbUnderTest): Check {
  return {
    ...onTable(table),
    name: 'transacts',
    promise: 'A transaction writes all of its items, or none.',
    run: async (context) => {
      requireAble(table, 'transactions');
      return withItem(table, context, 'transaction:1', (first, { send, commands }) =>
        withItem(table, context, 'transaction:2', async (second) => {
          const put = (item: Item, onlyNew: object = {}) => ({
            Put: { TableName: table.table, Item: item, ...onlyNew },
          });
          const demandsNew = {
            ConditionExpression: 'attribute_not_exists(#key)',
            ExpressionAttributeNames: { '#key': table.partitionKey.name },
          };
          await send(new commands.PutCommand({ TableName: table.table, Item: second }));
          const refusal = await refusalOf(() =>
            send(new commands.TransactWriteCommand({ TransactItems: [put(first), put(second, demandsNew)] })),
          );
          const { Item: half } = await send(new commands.GetCommand(oneItem(table, first)));
          await send(new commands.TransactWriteCommand({ TransactItems: [put(first), put(second)] }));
          const { Item: whole } = await send(new commands.GetCommand(oneItem(table, first)));
          const evidence = { refusedWith: refusal ?? 'nothing', half: half !== undefined, whole: whole !== undefined };
          if (refusal === 'TransactionCanceledException' && !evidence.half && evidence.whole) return evidence;
          throw new SmokeFailure('a transaction was done by half, or not at all', { evidence });
        }),
      );
    },
  };
}

/** @throws {SmokeSkip} where the engine can't do it */
function requireAble({ lacks, engine }: DynamoDbUnderTest, what: string): void {
  if (lacks.includes(what)) throw new SmokeSkip(`${engine}: has no ${what}`);
}

type Send = DynamoDBDocumentClient['send'];

/** How a check talks to the table. */
interface Talk {
  readonly send: Send;
  readonly commands: typeof import('@aws-sdk/lib-dynamodb');
}

/** An item of this run, which is removed whatever `work` finds. It has every key of the table and of its indexes. */
async function withItem<T>(
  table: DynamoDbUnderTest,
  { run, signal }: CheckContext,
  name: string,
  work: (item: Item, talk: Talk) => Promise<T>,
): Promise<T> {
  const attributes = [table, ...Object.values(table.indexes)]
    .flatMap((key) => [key.partitionKey, key.sortKey ?? []])
    .flat();
  const expires = table.timeToLive === undefined ? {} : { [table.timeToLive]: nowSeconds() + LEFTOVER_SECONDS };
  const item: Item = {
    ...Object.fromEntries(attributes.map((attribute) => [attribute.name, valueOf(attribute, `${run}:${name}`)])),
    ...expires,
    polystore_smoke: run,
  };
  const commands = await sdk();
  const client = commands.DynamoDBDocumentClient.from(await table.client());
  const send = ((command: Parameters<Send>[0]) => client.send(command, { abortSignal: signal })) as Send;
  return cleaningUp(
    () => work(item, { send, commands }),
    // After the deadline too, so without its signal.
    () => client.send(new commands.DeleteCommand({ TableName: table.table, Key: keyOf(table, item) })),
  );
}

const nowSeconds = (): number => Math.floor(Date.now() / 1000);

/** No application's key: text says whose it is, numbers lie below all that count something. */
function valueOf({ type }: KeyAttribute, text: string): Item[string] {
  if (type === 'string') return `${SMOKE_KEYS}${text}`;
  if (type === 'binary') return Buffer.from(`${SMOKE_KEYS}${text}`);
  return -[...text].reduce((hash, character) => (hash * 31 + character.charCodeAt(0)) % 1_000_000_007, 1_000);
}

function keyOf({ partitionKey, sortKey }: KeyUnderTest, item: Item): Item {
  const names = [partitionKey.name, ...(sortKey ? [sortKey.name] : [])];
  return Object.fromEntries(names.map((name) => [name, item[name] as Item[string]]));
}

const oneItem = (table: DynamoDbUnderTest, item: Item) => ({
  TableName: table.table,
  Key: keyOf(table, item),
  ConsistentRead: true,
});

/** Name of the error that AWS answers with; undefined where it did as asked. */
async function refusalOf(ask: () => Promise<unknown>): Promise<string | undefined> {
  try {
    await ask();
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.name : String(error);
  }
}
