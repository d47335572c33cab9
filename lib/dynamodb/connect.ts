import { notInstalled } from '../errors';
import type { DynamoDbTopology } from '../topology';
import type { TableClient, TableClientOptions } from './client';

/** What an emulator asks for and does not look at: it is reached by its URL, whatever region and credentials are named. */
const EMULATED = { region: 'local', credentials: { accessKeyId: 'local', secretAccessKey: 'local' } } as const;

/**
 * Makes a client of the account and region of the environment, or of the emulator that the topology names. Connects when it is first asked
 * something. Whoever makes it ends it: `destroy()`.
 *
 * @throws {TypeError} where the packages `@aws-sdk/client-dynamodb` and `@aws-sdk/lib-dynamodb` are not installed
 */
export async function connectDynamoDb(
  { emulator }: Pick<DynamoDbTopology, 'emulator'>,
  { connectTimeoutMs, requestTimeoutMs }: TableClientOptions,
): Promise<TableClient> {
  const [{ DynamoDBClient }, { DynamoDBDocumentClient }] = await Promise.all([
    import('@aws-sdk/client-dynamodb').catch(notInstalled('@aws-sdk/client-dynamodb')),
    import('@aws-sdk/lib-dynamodb').catch(notInstalled('@aws-sdk/lib-dynamodb')),
  ]);
  const client = new DynamoDBClient({
    requestHandler: {
      connectionTimeout: connectTimeoutMs,
      ...(requestTimeoutMs !== undefined && { requestTimeout: requestTimeoutMs, throwOnRequestTimeout: true }),
    },
    ...(emulator !== undefined && { endpoint: emulator.url, ...EMULATED }),
  });
  // What is absent from an item is absent from the table, as it is from JSON.
  return DynamoDBDocumentClient.from(client, { marshallOptions: { removeUndefinedValues: true } });
}
