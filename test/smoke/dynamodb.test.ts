import { CreateTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import dynalite from 'dynalite';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Check } from '../../lib/smoke';
import { dynamoDbChecks, type DynamoDbUnderTest } from '../../lib/smoke/dynamodb';
import { runCheck } from '../../lib/smoke/run-check';
import { ScanCommand } from '@aws-sdk/lib-dynamodb';

let server: Server;
let client: DynamoDBClient;
let table: DynamoDbUnderTest;

const newClient = (): DynamoDBClient =>
  new DynamoDBClient({
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    region: 'eu-west-1',
    credentials: { accessKeyId: 'any', secretAccessKey: 'any' },
    maxAttempts: 1,
  });

beforeAll(async () => {
  server = dynalite({ createTableMs: 0 });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  client = newClient();
  await client.send(
    new CreateTableCommand({
      TableName: 'carts',
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: [
        { AttributeName: 'id', AttributeType: 'S' },
        { AttributeName: 'state', AttributeType: 'N' },
      ],
      KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
      GlobalSecondaryIndexes: [
        {
          IndexName: 'by-state',
          KeySchema: [{ AttributeName: 'state', KeyType: 'HASH' }],
          Projection: { ProjectionType: 'ALL' },
        },
      ],
    }),
  );
  table = {
    store: 'carts',
    table: 'carts',
    partitionKey: { name: 'id', type: 'string' },
    indexes: { 'by-state': { partitionKey: { name: 'state', type: 'number' } } },
    timeToLive: 'expires_at',
    client: () => Promise.resolve(client),
    lacks: ['transactions', 'expiry'],
    engine: 'dynalite',
  };
});

afterAll(async () => {
  client.destroy();
  await new Promise((resolve) => server.close(resolve));
});

async function outcomes(of: Partial<DynamoDbUnderTest> = {}, only?: Check['name']) {
  const checks = dynamoDbChecks({ ...table, ...of }).filter(({ name }) => only === undefined || name === only);
  const signal = new AbortController().signal;
  return Promise.all(
    checks.map((check) => runCheck(check, { run: 'test', deadlineMs: 2_000, signal, world: 'local' }).outcome),
  );
}

/** A client between which and the engine somebody changes what is sent. */
function tamperedClient(change: (input: Record<string, unknown>) => object): DynamoDBClient {
  const tampered = newClient();
  tampered.middlewareStack.add(
    (next) => (args) => next({ ...args, input: change(args.input as Record<string, unknown>) as typeof args.input }),
    { step: 'initialize', priority: 'low' },
  );
  return tampered;
}

test('a table that keeps its promises passes, what its engine lacks is skipped by name, and nothing is left', async () => {
  expect(
    (await outcomes()).map((outcome) => [outcome.check, outcome.status, 'reason' in outcome && outcome.reason]),
  ).toEqual([
    ['takes-writes', 'passed', false],
    ['refuses-conflicts', 'passed', false],
    ['answers-by-index', 'passed', false],
    ['expires-items', 'skipped', 'dynalite: has no expiry'],
    ['transacts', 'skipped', 'dynalite: has no transactions'],
  ]);
  const { Count: left } = await client.send(new ScanCommand({ TableName: 'carts' }));
  expect(left).toBe(0);
});

test.each([
  ['refuses-conflicts', 'conditions that nobody looks at', { client: 'drops conditions' }, /the second counted/],
  ['answers-by-index', 'an index that is not there', { indexes: 'other' }, /index/],
  ['expires-items', 'items that do not expire', { lacks: 'nothing' }, /do not expire by expires_at/],
  ['transacts', 'no transactions where they are promised', { lacks: 'nothing' }, /UnknownError|half, or not at all/],
  ['takes-writes', 'a table that is not there', { table: 'none' }, /not found|ResourceNotFound/],
] as const)('%s fails with %s', async (name, _what, broken, reason) => {
  const withoutConditions = tamperedClient(
    ({ ConditionExpression: _dropped, ExpressionAttributeNames: _names, ...input }) => input,
  );
  const changes: Partial<DynamoDbUnderTest> = {
    ...('client' in broken && { client: () => Promise.resolve(withoutConditions) }),
    ...('indexes' in broken && { indexes: { other: { partitionKey: { name: 'other', type: 'string' } } } }),
    ...('lacks' in broken && { lacks: [] }),
    ...('table' in broken && { table: 'none' }),
  };
  const [outcome] = await outcomes(changes, name);
  withoutConditions.destroy();
  expect(outcome).toMatchObject({ status: 'failed', reason: expect.stringMatching(reason) as string });
});
