import type {
  CreateTableCommandInput,
  DynamoDBClient,
  GlobalSecondaryIndex,
  KeySchemaElement,
  Projection,
  TableDescription,
} from '@aws-sdk/client-dynamodb';
import type { DynamoDbDefinition, TableAttributeDefinition, TableIndexDefinition } from '../definition';
import { PolystoreError } from '../errors';
import type { EmulatorGap } from '../topology';
import { LOCAL_HOST } from './server-settings';

/** What the emulator asks for and does not look at. */
const ANYBODY = { region: 'local', credentials: { accessKeyId: 'local', secretAccessKey: 'local' } } as const;
/** A table is made at once; an emulator that takes longer does not answer. */
const TIMEOUT_MS = 10_000;

/** Where an emulator of DynamoDB listens. */
export const emulatorUrl = (port: number): string => `http://${LOCAL_HOST}:${port}`;

/**
 * Makes the table of a store on an emulator, with its keys and indexes; one that is there stays as it is.
 * @param table its name
 * @param next what to do where the one that is there is another
 * @throws {PolystoreError} IDENTITY_CONFLICT where the one that is there has other keys or indexes
 */
export async function ensureTable(
  url: string,
  table: string,
  definition: DynamoDbDefinition,
  next: string,
): Promise<void> {
  const { CreateTableCommand } = await import('@aws-sdk/client-dynamodb');
  const wanted = tableOf(table, definition);
  await onEmulator(url, TIMEOUT_MS, async (client) => {
    const kept = await findTable(client, table);
    if (kept === undefined) await client.send(new CreateTableCommand(wanted));
    else requireSame(definition.name, inWords(wanted), inWords(kept), next);
  });
}

/** Whether an emulator has a table. Rejects where it does not answer within `timeoutMs`. @param table its name */
export async function hasTable(url: string, table: string, timeoutMs: number): Promise<boolean> {
  return onEmulator(url, timeoutMs, async (client) => (await findTable(client, table)) !== undefined);
}

/** Has items of a table expire by an attribute, on an emulator that can. @param table its name */
export async function ensureExpiry(url: string, table: string, attribute: string): Promise<void> {
  const { DescribeTimeToLiveCommand, UpdateTimeToLiveCommand } = await import('@aws-sdk/client-dynamodb');
  await onEmulator(url, TIMEOUT_MS, async (client) => {
    const { TimeToLiveDescription: seen } = await client.send(new DescribeTimeToLiveCommand({ TableName: table }));
    // Asked for again, it would be refused.
    if (seen?.TimeToLiveStatus === 'ENABLED' && seen.AttributeName === attribute) return;
    const TimeToLiveSpecification = { AttributeName: attribute, Enabled: true };
    await client.send(new UpdateTimeToLiveCommand({ TableName: table, TimeToLiveSpecification }));
  });
}

/** What an emulator can't do: asked about a table that nobody has, it knows of no such request. Rejects where it does not answer within `timeoutMs`. */
export async function gapsOf(url: string, timeoutMs: number): Promise<readonly EmulatorGap[]> {
  const { TransactGetItemsCommand, UpdateTimeToLiveCommand } = await import('@aws-sdk/client-dynamodb');
  const [TableName, Key] = ['polystore_asks', { id: { S: 'none' } }];
  const TimeToLiveSpecification = { AttributeName: 'expires', Enabled: true };
  return onEmulator(url, timeoutMs, async (client) => {
    await findTable(client, TableName);
    const knows = async (ask: () => Promise<unknown>): Promise<boolean> => {
      const answer = await ask().catch((error: unknown) => error);
      return !(answer instanceof Error && answer.name === 'UnknownOperationException');
    };
    const transacts = await knows(() =>
      client.send(new TransactGetItemsCommand({ TransactItems: [{ Get: { TableName, Key } }] })),
    );
    const expires = await knows(() => client.send(new UpdateTimeToLiveCommand({ TableName, TimeToLiveSpecification })));
    return [...(transacts ? [] : (['transactions'] as const)), ...(expires ? [] : (['expiry'] as const))];
  });
}

async function onEmulator<T>(url: string, timeoutMs: number, work: (client: DynamoDBClient) => Promise<T>): Promise<T> {
  const { DynamoDBClient: Client } = await import('@aws-sdk/client-dynamodb');
  const requestHandler = { requestTimeout: timeoutMs, throwOnRequestTimeout: true };
  // Who waits for a server that is gone is told at once: nothing that is asked here is worth a second attempt.
  const client = new Client({ endpoint: url, ...ANYBODY, requestHandler, maxAttempts: 1 });
  try {
    return await work(client);
  } finally {
    client.destroy();
  }
}

async function findTable(client: DynamoDBClient, TableName: string): Promise<TableDescription | undefined> {
  const { DescribeTableCommand, ResourceNotFoundException } = await import('@aws-sdk/client-dynamodb');
  try {
    const { Table } = await client.send(new DescribeTableCommand({ TableName }));
    return Table;
  } catch (error) {
    if (error instanceof ResourceNotFoundException) return undefined;
    throw error;
  }
}

/** The emulator can't change a table, and on AWS a table with other keys is another table. */
function requireSame(store: string, expected: string, found: string, next: string): void {
  if (expected === found) return;
  throw new PolystoreError(
    'IDENTITY_CONFLICT',
    `the table of store "${store}" that is there has other keys or indexes than the tier: ${found}, where the tier has ${expected}`,
    { details: { expected, found }, next },
  );
}

const TYPES = { string: 'S', number: 'N', binary: 'B' } as const;

type Keys = Pick<TableIndexDefinition, 'partitionKey' | 'sortKey'>;

function tableOf(table: string, definition: DynamoDbDefinition): CreateTableCommandInput {
  const { indexes } = definition;
  const attributes = new Map(
    [definition, ...indexes].flatMap(attributesOf).map(({ name, type }) => [name, type] as const),
  );
  const indexesOf = (kind: TableIndexDefinition['reach']): GlobalSecondaryIndex[] =>
    indexes.filter(({ reach }) => reach === kind).map(indexOf);
  const [global, local] = [indexesOf('global'), indexesOf('local')];
  return {
    TableName: table,
    BillingMode: 'PAY_PER_REQUEST',
    KeySchema: schemaOf(definition),
    AttributeDefinitions: [...attributes].map(([name, type]) => ({ AttributeName: name, AttributeType: TYPES[type] })),
    ...(global.length > 0 && { GlobalSecondaryIndexes: global }),
    ...(local.length > 0 && { LocalSecondaryIndexes: local }),
  };
}

const attributesOf = ({ partitionKey, sortKey }: Keys): readonly TableAttributeDefinition[] =>
  sortKey === undefined ? [partitionKey] : [partitionKey, sortKey];

const schemaOf = (keys: Keys): KeySchemaElement[] =>
  attributesOf(keys).map(({ name }, index) => ({ AttributeName: name, KeyType: index === 0 ? 'HASH' : 'RANGE' }));

function indexOf(index: TableIndexDefinition): GlobalSecondaryIndex {
  return { IndexName: index.name, KeySchema: schemaOf(index), Projection: projectionOf(index) };
}

function projectionOf({ projection }: TableIndexDefinition): Projection {
  if (projection === 'all') return { ProjectionType: 'ALL' };
  if (projection === 'keys') return { ProjectionType: 'KEYS_ONLY' };
  return { ProjectionType: 'INCLUDE', NonKeyAttributes: [...projection] };
}

type TableShape = Pick<
  TableDescription,
  'AttributeDefinitions' | 'KeySchema' | 'GlobalSecondaryIndexes' | 'LocalSecondaryIndexes'
>;

/** The same words for the same table, asked for or there: `by id S, byUser (global) by user S with ALL`. */
function inWords(table: TableShape): string {
  const types = new Map(
    table.AttributeDefinitions?.map(({ AttributeName, AttributeType }) => [AttributeName, AttributeType]),
  );
  const keys = (schema: readonly KeySchemaElement[] = []): string =>
    schema.map(({ AttributeName }) => `${AttributeName} ${types.get(AttributeName)}`).join(' and ');
  const indexes = (reach: TableIndexDefinition['reach'], all: TableShape['LocalSecondaryIndexes'] = []): string[] =>
    all.map(({ IndexName, KeySchema, Projection: kept }) => {
      const attributes = [...(kept?.NonKeyAttributes ?? [])].sort().map((name) => ` ${name}`);
      return `${IndexName} (${reach}) by ${keys(KeySchema)} with ${kept?.ProjectionType}${attributes.join('')}`;
    });
  return [
    `by ${keys(table.KeySchema)}`,
    ...[...indexes('global', table.GlobalSecondaryIndexes), ...indexes('local', table.LocalSecondaryIndexes)].sort(),
  ].join(', ');
}
