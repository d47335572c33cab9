import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { DescribedServer, Describe } from './described-server';

/** States in which a table serves. @see https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TableDescription.html (TableStatus) */
const WELL: readonly string[] = ['ACTIVE', 'UPDATING'];

/** Tables, each asked for itself and for how far it can be restored. */
export const describeTables: Describe = async (scope, servers) => {
  const { DynamoDBClient: Client } = await import('@aws-sdk/client-dynamodb');
  const client = new Client(scope);
  const tables = await Promise.all(
    servers.map(async ({ identifier }) => [identifier, await describeTable(client, identifier)] as const),
  );
  return new Map(tables.flatMap(([name, found]) => (found === undefined ? [] : [[name, found]])));
};

async function describeTable(client: DynamoDBClient, TableName: string): Promise<DescribedServer | undefined> {
  const { DescribeContinuousBackupsCommand, DescribeTableCommand, ResourceNotFoundException } =
    await import('@aws-sdk/client-dynamodb');
  try {
    const [{ Table }, { ContinuousBackupsDescription }] = await Promise.all([
      client.send(new DescribeTableCommand({ TableName })),
      client.send(new DescribeContinuousBackupsCommand({ TableName })),
    ]);
    const state = Table?.TableStatus ?? 'unknown';
    const restorable = ContinuousBackupsDescription?.PointInTimeRecoveryDescription?.LatestRestorableDateTime;
    return {
      state: state.toLowerCase(),
      isWell: WELL.includes(state),
      ...(restorable && { restorableTo: restorable.toISOString() }),
    };
  } catch (error) {
    if (error instanceof ResourceNotFoundException) return undefined;
    throw error;
  }
}
