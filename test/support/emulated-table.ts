import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { CreateTableCommand, DynamoDBClient, type KeySchemaElement } from '@aws-sdk/client-dynamodb';
import dynalite from 'dynalite';
import type { DynamoDbTopology, TableAttributeTopology } from '../../lib/topology';

/** A table on an emulator in this process. Whoever starts it closes it. */
export interface EmulatedTable {
  readonly topology: DynamoDbTopology;
  close(): Promise<void>;
}

const TYPES = { string: 'S', number: 'N', binary: 'B' } as const;

/** Starts dynalite on a free port, and makes the table that a topology describes. */
export async function emulateTable(described: Omit<DynamoDbTopology, 'kind' | 'emulator'>): Promise<EmulatedTable> {
  const server: Server = dynalite({ createTableMs: 0 });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const client = new DynamoDBClient({
    endpoint: url,
    region: 'local',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  });
  const { table, partitionKey, sortKey, indexes } = described;
  const attributes = [partitionKey, sortKey, ...indexes.flatMap((index) => [index.partitionKey, index.sortKey])].filter(
    (attribute) => attribute !== undefined,
  );
  await client.send(
    new CreateTableCommand({
      TableName: table,
      BillingMode: 'PAY_PER_REQUEST',
      KeySchema: schemaOf(partitionKey, sortKey),
      AttributeDefinitions: [...new Map(attributes.map((attribute) => [attribute.name, attribute])).values()].map(
        ({ name, type }) => ({ AttributeName: name, AttributeType: TYPES[type] }),
      ),
      ...(indexes.length > 0 && {
        GlobalSecondaryIndexes: indexes.map((index) => ({
          IndexName: index.name,
          KeySchema: schemaOf(index.partitionKey, index.sortKey),
          Projection: { ProjectionType: 'ALL' as const },
        })),
      }),
    }),
  );
  client.destroy();
  return {
    topology: { kind: 'dynamodb', ...described, emulator: { url } },
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

function schemaOf(partitionKey: TableAttributeTopology, sortKey?: TableAttributeTopology): KeySchemaElement[] {
  return [
    { AttributeName: partitionKey.name, KeyType: 'HASH' },
    ...(sortKey === undefined ? [] : [{ AttributeName: sortKey.name, KeyType: 'RANGE' as const }]),
  ];
}
