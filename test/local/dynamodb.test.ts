import { CreateTableCommand, DynamoDBClient, ListTablesCommand } from '@aws-sdk/client-dynamodb';
import { ensureCertificates } from '../../lib/local/certificates';
import { startDynamoDb } from '../../lib/local/dynamodb';
import type { EngineRoom, RunningEngine } from '../../lib/local/engine-room';
import { findFreePorts } from '../../lib/local/ports';
import { tierDirectory } from '../../lib/local/tier-directory';
import { sweepServers } from '../../lib/local/watchdog';
import { networkInterfaces } from 'node:os';
import { listensOn, newDirectory, processesOf, removeDirectory } from './scratch';

const planned = { store: 'carts', name: 'table', label: 'carts/table', role: 'primary' } as const;
let directory: string;
let room: EngineRoom;
const started: RunningEngine[] = [];

beforeAll(async () => {
  directory = await newDirectory();
  const tier = tierDirectory(directory);
  const tls = await ensureCertificates(tier.tls);
  const guard = { starting: () => undefined, ended: () => undefined };
  room = { directory: tier, tls, ports: { kind: 'free' }, run: 'abc', guard };
});

afterEach(async () => {
  for (const { process } of started.splice(0)) await process.stop();
});

afterAll(() => removeDirectory(directory));

async function start(ports: EngineRoom['ports'] = { kind: 'free' }): Promise<RunningEngine> {
  const running = await startDynamoDb({ ...room, ports }, planned);
  started.push(running);
  return running;
}

async function withClient<T>({ port }: RunningEngine, work: (client: DynamoDBClient) => Promise<T>): Promise<T> {
  const credentials = { accessKeyId: 'any', secretAccessKey: 'any' };
  const client = new DynamoDBClient({ endpoint: `http://127.0.0.1:${port}`, region: 'eu-west-1', credentials });
  try {
    return await work(client);
  } finally {
    client.destroy();
  }
}

const tables = (engine: RunningEngine) =>
  withClient(engine, async (client) => (await client.send(new ListTablesCommand({}))).TableNames);

test('tables are kept over a stop, and over the death of who started them', async () => {
  const first = await start();
  await withClient(first, (client) =>
    client.send(
      new CreateTableCommand({
        TableName: 'carts',
        BillingMode: 'PAY_PER_REQUEST',
        AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
        KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
      }),
    ),
  );
  await first.process.stop();
  expect(await tables(await start())).toEqual(['carts']);
  expect(await sweepServers(room.directory.data)).toBe(1);
  expect(processesOf(directory)).toEqual([]);
  expect(await tables(await start())).toEqual(['carts']);
});

test('it listens on the loopback address alone, on the port that it was told', async () => {
  const port = (await findFreePorts(1))[0] as number;
  const running = await start({ kind: 'fixed', portOf: () => port });
  expect(running.port).toBe(port);
  const others = Object.values(networkInterfaces()).flatMap((all) => all?.filter(({ internal }) => !internal) ?? []);
  for (const { address, family } of others) if (family === 'IPv4') expect(await listensOn(port, address)).toBe(false);
  await expect(
    startDynamoDb({ ...room, ports: { kind: 'fixed', portOf: () => port } }, { ...planned, label: 'carts/other' }),
  ).rejects.toMatchObject({
    code: 'PORT_TAKEN',
  });
});
