import { GetCommand, PutCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import { isPolystoreError } from '../../lib/errors';
import { openRouter, type DynamoDbHandle, type Router, type RouterLogin } from '../../lib/routing';
import { TOPOLOGY_VERSION, type Topology } from '../../lib/topology';
import { emulateTable, type EmulatedTable } from '../support/emulated-table';

interface Shop {
  readonly stores: { readonly sessions: { readonly kind: 'dynamodb' } };
}

let table: EmulatedTable;
const routers: Router<Shop>[] = [];

beforeAll(async () => {
  table = await emulateTable({
    table: 'shop-dev-sessions',
    partitionKey: { name: 'id', type: 'string' },
    indexes: [{ name: 'byUser', partitionKey: { name: 'user', type: 'string' } }],
  });
});

afterAll(async () => {
  await Promise.all(routers.map((router) => router.close()));
  await table.close();
});

async function routerOf(login: RouterLogin): Promise<Router<Shop>> {
  const topology: Topology = {
    version: TOPOLOGY_VERSION,
    tier: 'shop',
    stage: 'dev',
    world: 'local',
    trust: { kind: 'file', path: '/nowhere' },
    stores: { sessions: table.topology },
    services: { web: { uses: { sessions: 'write' } }, reports: { uses: { sessions: 'read' } }, other: { uses: {} } },
  };
  const router = await openRouter<Shop>({
    topology: { read: () => Promise.resolve(topology) },
    // Nobody logs in to a table.
    secrets: { read: (name) => Promise.reject(new Error(`asked for secret ${name}`)) },
    login,
  });
  routers.push(router);
  return router;
}

const as = (service: string): Promise<Router<Shop>> => routerOf({ kind: 'service', service });

test('gives AWS’s document client of the table, without a secret', async () => {
  const { sessions } = await as('web');
  await sessions
    .client()
    .send(
      new PutCommand({ TableName: sessions.table, Item: { id: 's1', user: 'ada', cart: ['tea'], left: undefined } }),
    );
  const { Item } = await sessions
    .readClient()
    .send(new GetCommand({ TableName: sessions.table, Key: { id: 's1' }, ConsistentRead: true }));
  expect(Item).toEqual({ id: 's1', user: 'ada', cart: ['tea'] });
  const { Items } = await sessions.readClient().send(
    new QueryCommand({
      TableName: sessions.table,
      IndexName: 'byUser',
      KeyConditionExpression: '#user = :user',
      ExpressionAttributeNames: { '#user': 'user' },
      ExpressionAttributeValues: { ':user': 'ada' },
    }),
  );
  expect(Items).toHaveLength(1);
});

test('sends no write of a service that may only read, by whichever client', async () => {
  const { sessions } = await as('reports');
  expect(() => sessions.client()).toThrow(/service "reports" may only read store "sessions"/);
  const refused = await sessions
    .readClient()
    .send(new PutCommand({ TableName: sessions.table, Item: { id: 's2' } }))
    .catch((error: unknown) => error);
  expect(isPolystoreError(refused, 'ACCESS_REFUSED') && refused.message).toBe(
    'PutItemCommand is not a read of store "sessions"; nothing was sent',
  );
  const { Item } = await sessions.readClient().send(new GetCommand({ TableName: sessions.table, Key: { id: 's2' } }));
  expect(Item).toBeUndefined();
});

test('is none of the business of a service that does not use it, and of nobody once it is closed', async () => {
  const other = await as('other');
  expect(() => other.sessions).toThrow(/service "other" does not use store "sessions"/);
  const router = await as('web');
  const { sessions }: { readonly sessions: DynamoDbHandle } = router;
  await router.close();
  expect(() => sessions.client()).toThrow(expect.objectContaining({ code: 'HANDLE_CLOSED' }));
});
