import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import dynalite from 'dynalite';
import { applyMoves, hash, PLACEMENT_VERSION, seedShardMap, type Placement } from '../../lib/placement';
import { DirectoryPlacement, DynamoDbPlacement, openPlacement, type PlacementStore } from '../../lib/sources';

const first: Placement = {
  version: PLACEMENT_VERSION,
  store: 'posts',
  keyType: 'bigint',
  strategy: hash(),
  shardMap: seedShardMap([
    { name: 's0', weight: 1 },
    { name: 's1', weight: 1 },
  ]),
};
const other: Placement = { ...first, shardMap: seedShardMap([{ name: 's9', weight: 1 }]) };
const after = (placement: Placement, to: string): Placement => ({
  ...placement,
  shardMap: applyMoves(placement.shardMap, [{ bucket: 0, from: placement.shardMap.owners[0] as string, to }]),
});

let directory: string;
let dynamo: Server;
let client: DynamoDBClient;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'polystore-placement-'));
  dynamo = dynalite({ createTableMs: 0 });
  await new Promise<void>((resolve) => dynamo.listen(0, '127.0.0.1', resolve));
  client = new DynamoDBClient({
    endpoint: `http://127.0.0.1:${(dynamo.address() as AddressInfo).port}`,
    region: 'us-east-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  });
  await client.send(
    new CreateTableCommand({
      TableName: 'placements',
      KeySchema: [{ AttributeName: 'store', KeyType: 'HASH' }],
      AttributeDefinitions: [{ AttributeName: 'store', AttributeType: 'S' }],
      BillingMode: 'PAY_PER_REQUEST',
    }),
  );
});

afterAll(async () => {
  client.destroy();
  await new Promise((resolve) => dynamo.close(resolve));
  await rm(directory, { recursive: true });
});

let stores = 0;
const kinds: Record<string, () => PlacementStore> = {
  'a directory': () => new DirectoryPlacement(join(directory, `store${stores++}`)),
  DynamoDB: () => new DynamoDbPlacement(`store${stores++}`, 'placements', client),
};

describe.each(Object.keys(kinds))('placement in %s', (kind) => {
  const open = () => (kinds[kind] as () => PlacementStore)();

  it('fails before it is seeded, saying so', async () => {
    await expect(open().read()).rejects.toMatchObject({ code: 'DOCUMENT_MISSING' });
  });

  it('is seeded once: a second seed changes nothing and returns what stands', async () => {
    const store = open();
    await expect(store.seed(first)).resolves.toEqual(first);
    await expect(store.seed(other)).resolves.toEqual(first);
    await expect(store.read()).resolves.toEqual(first);
  });

  it('is not overwritten by a seed after it changed', async () => {
    const store = open();
    await store.seed(first);
    await store.replace(1, after(first, 's1'));
    await expect(store.seed(first)).resolves.toEqual(after(first, 's1'));
  });

  it('is replaced by whoever knows its version, and by nobody else', async () => {
    const store = open();
    await store.seed(first);
    await store.replace(1, after(first, 's1'));
    await expect(store.replace(1, after(first, 's0'))).rejects.toMatchObject({
      code: 'PLACEMENT_CONFLICT',
      retryable: true,
      details: { expected: 1, found: 2 },
    });
    await expect(store.read()).resolves.toEqual(after(first, 's1'));
  });

  it('lets exactly one of many racing writers win', async () => {
    const store = open();
    await store.seed(first);
    const writers = Array.from({ length: 16 }, (_, index) => store.replace(1, after(first, `s${index}`)));
    const outcomes = await Promise.allSettled(writers);
    const winners = outcomes.flatMap(({ status }, index) => (status === 'fulfilled' ? [index] : []));
    expect(winners).toHaveLength(1);
    await expect(store.read()).resolves.toEqual(after(first, `s${winners[0]}`));
  });

  it('fails for a version that is skipped', async () => {
    const store = open();
    await store.seed(first);
    await expect(store.replace(1, { ...first, shardMap: { ...first.shardMap, version: 3 } })).rejects.toThrow(
      'shard map version must be 2, got 3',
    );
  });
});

describe('DirectoryPlacement', () => {
  it('leaves no draft behind and keeps its history', async () => {
    const path = join(directory, 'history');
    const store = openPlacement('posts', { kind: 'directory', path });
    await store.seed(first);
    await store.replace(1, after(first, 's1'));
    expect((await readdir(path)).sort()).toEqual(['00000001.json', '00000002.json']);
  });

  it('fails on a document of an unknown version, naming the file', async () => {
    const path = join(directory, 'unknown');
    const store = new DirectoryPlacement(path);
    await store.seed(first);
    await writeFile(join(path, '00000002.json'), '{"version":7}');
    await expect(store.read()).rejects.toMatchObject({
      code: 'DOCUMENT_INVALID',
      message: expect.stringContaining('00000002.json'),
    });
  });
});
