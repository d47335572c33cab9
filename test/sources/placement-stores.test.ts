import { existsSync } from 'node:fs';
import { appendFile, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import dynalite from 'dynalite';
import {
  applyMoves,
  hash,
  PLACEMENT_VERSION,
  rangesOf,
  seedShardMap,
  splitRange,
  type Placement,
} from '../../lib/placement';
import { rangePlacement } from '../support/key-ranges';
import {
  changePlacement,
  DirectoryPlacement,
  DynamoDbKeyDirectory,
  DynamoDbPlacement,
  FileKeyDirectory,
  openKeyDirectory,
  openPlacement,
  type KeyDirectory,
  type PlacementStore,
} from '../../lib/sources';

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

const newClient = (): DynamoDBClient =>
  new DynamoDBClient({
    endpoint: `http://127.0.0.1:${(dynamo.address() as AddressInfo).port}`,
    region: 'us-east-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  });

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'polystore-placement-'));
  dynamo = dynalite({ createTableMs: 0 });
  await new Promise<void>((resolve) => dynamo.listen(0, '127.0.0.1', resolve));
  client = newClient();
  for (const [table, key] of [
    ['placements', 'store'],
    ['keys', 'key'],
  ] as const) {
    await client.send(
      new CreateTableCommand({
        TableName: table,
        KeySchema: [{ AttributeName: key, KeyType: 'HASH' }],
        AttributeDefinitions: [{ AttributeName: key, AttributeType: 'S' }],
        BillingMode: 'PAY_PER_REQUEST',
      }),
    );
  }
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

describe.each(Object.keys(kinds))('ranges in %s', (kind) => {
  it('lose no split, however many split at once', async () => {
    const store = (kinds[kind] as () => PlacementStore)();
    await store.seed({ ...rangePlacement('bigint', [{}]), store: 'events' });
    const at = Array.from({ length: 10 }, (_, index) => (index + 1) * 100);
    await Promise.all(at.map((key) => changePlacement(store, (placement) => splitRange(placement, key))));
    const placement = await store.read();
    expect(placement.shardMap.version).toBe(11);
    expect(rangesOf(placement).map(({ from }) => from)).toEqual([undefined, ...at.map(String)]);
    expect(new Set(rangesOf(placement).map(({ bucket }) => bucket)).size).toBe(11);
  });

  it('pass on what a change throws, and write nothing then', async () => {
    const store = (kinds[kind] as () => PlacementStore)();
    await store.seed(first);
    await expect(changePlacement(store, (placement) => splitRange(placement, 5))).rejects.toMatchObject({
      code: 'RANGES_UNCHANGEABLE',
    });
    await expect(store.read()).resolves.toEqual(first);
  });
});

let tables = 0;
const directories: Record<string, () => () => KeyDirectory> = {
  'a file': () => {
    const path = join(directory, `keys${tables++}.jsonl`);
    return () => new FileKeyDirectory('tenants', path);
  },
  DynamoDB: () => () => new DynamoDbKeyDirectory('tenants', 'keys', client),
};

describe.each(Object.keys(directories))('a key directory in %s', (kind) => {
  /** Two processes that share one directory. */
  const both = (): readonly [KeyDirectory, KeyDirectory] => {
    const open = (directories[kind] as () => () => KeyDirectory)();
    return [open(), open()];
  };
  /** Tests share a table. */
  const key = () => `tenant ${keys++} with any text: \u{1f600} "quoted"\nand lines`;
  let keys = 0;

  it('finds what was assigned, whoever assigned it, and nothing else', async () => {
    const [one, other] = both();
    const assigned = key();
    await expect(other.find(assigned)).resolves.toBeUndefined();
    const assignment = await one.assign(assigned, 7, undefined);
    await expect(other.find(assigned)).resolves.toEqual({ bucket: 7, revision: assignment.revision });
    await expect(other.find(key())).resolves.toBeUndefined();
  });

  it('takes the empty key', async () => {
    const [one, other] = both();
    const assignment = await one.assign('', 1, undefined);
    await expect(other.find('')).resolves.toEqual(assignment);
  });

  it('is changed by whoever knows the assignment, and by nobody else', async () => {
    const [one, other] = both();
    const assigned = key();
    const first = await one.assign(assigned, 1, undefined);
    const second = await other.assign(assigned, 2, first);
    await expect(one.assign(assigned, 3, first)).rejects.toMatchObject({
      code: 'ASSIGNMENT_CONFLICT',
      retryable: true,
      details: { store: 'tenants', expected: 1, found: 2 },
      message: expect.not.stringContaining('tenant 0'),
    });
    await expect(one.assign(assigned, 3, undefined)).rejects.toMatchObject({
      details: { store: 'tenants', expected: null, found: 2 },
    });
    await expect(one.remove(assigned, first)).rejects.toMatchObject({ code: 'ASSIGNMENT_CONFLICT' });
    await expect(one.find(assigned)).resolves.toEqual(second);
  });

  it('forgets a key that is taken out, and knows one that comes back from the one it was', async () => {
    const [one, other] = both();
    const assigned = key();
    const first = await one.assign(assigned, 1, undefined);
    await one.remove(assigned, first);
    await one.remove(assigned, first);
    await expect(other.find(assigned)).resolves.toBeUndefined();
    const again = await other.assign(assigned, 1, undefined);
    expect(again.revision).not.toBe(first.revision);
    await expect(one.assign(assigned, 2, first)).rejects.toMatchObject({ code: 'ASSIGNMENT_CONFLICT' });
  });

  it('counts the keys of each bucket, as they are now', async () => {
    const [one, other] = both();
    // Other tests leave keys in lower buckets.
    const counts = async () => [...(await other.countByBucket())].filter(([bucket]) => bucket > 4000);
    expect(await counts()).toEqual([]);
    const first = await one.assign(key(), 4095, undefined);
    const moved = key();
    const second = await one.assign(moved, 4095, undefined);
    await one.assign(key(), 4094, undefined);
    expect((await counts()).sort()).toEqual([
      [4094, 1],
      [4095, 2],
    ]);
    await one.assign(moved, 4094, second);
    expect((await counts()).sort()).toEqual([
      [4094, 2],
      [4095, 1],
    ]);
    expect(first.bucket).toBe(4095);
  });

  it('lets exactly one of many racing writers win each change', async () => {
    const pair = both();
    const assigned = key();
    let current = await pair[0].assign(assigned, 0, undefined);
    for (let round = 0; round < 4; round++) {
      const races = Array.from({ length: 8 }, (_, bucket) => pair[bucket % 2]?.assign(assigned, bucket, current));
      const outcomes = await Promise.allSettled(races);
      const winners = outcomes.flatMap((outcome) =>
        outcome.status === 'fulfilled' && outcome.value ? [outcome.value] : [],
      );
      expect(winners).toHaveLength(1);
      current = winners[0] as typeof current;
      await expect(pair[1].find(assigned)).resolves.toEqual(current);
    }
  });
});

describe('FileKeyDirectory', () => {
  it('passes over what a process that died left half-written', async () => {
    const path = join(directory, 'torn.jsonl');
    const one = openKeyDirectory('tenants', { kind: 'file', path });
    const first = await one.assign('a', 1, undefined);
    await appendFile(path, `\n{"key":"a","bucket":9,"revision":"r","from":"${first.revision}"`);
    await expect(one.find('a')).resolves.toEqual(first);
    const second = await one.assign('a', 2, first);
    await expect(openKeyDirectory('tenants', { kind: 'file', path }).find('a')).resolves.toEqual(second);
  });
});

describe('DynamoDbPlacement', () => {
  /** A client to which the answer of its first write never comes, so that the SDK repeats it. */
  function losingOneAnswer(beforeRepeating: () => Promise<void> = () => Promise.resolve()): DynamoDBClient {
    const losing = newClient();
    let isLost = false;
    losing.middlewareStack.add(
      (next, { commandName }) =>
        async (args) => {
          const answer = await next(args);
          if (isLost || commandName !== 'PutItemCommand') return answer;
          isLost = true;
          await beforeRepeating();
          throw Object.assign(new Error('no answer'), { name: 'TimeoutError' });
        },
      { step: 'deserialize', priority: 'low' },
    );
    return losing;
  }

  it('takes a placement that it wrote itself for its own, though the answer was lost and the SDK repeated it', async () => {
    const name = `store${stores++}`;
    await new DynamoDbPlacement(name, 'placements', client).seed(first);
    const store = new DynamoDbPlacement(name, 'placements', losingOneAnswer());
    await store.replace(1, after(first, 's1'));
    await expect(store.read()).resolves.toEqual(after(first, 's1'));
  });

  it('loses to somebody who was first after that', async () => {
    const name = `store${stores++}`;
    const somebody = new DynamoDbPlacement(name, 'placements', client);
    await somebody.seed(first);
    const [own, theirs] = [after(first, 's1'), after(after(first, 's1'), 's0')];
    const store = new DynamoDbPlacement(
      name,
      'placements',
      losingOneAnswer(() => somebody.replace(2, theirs)),
    );
    await expect(store.replace(1, own)).rejects.toMatchObject({ code: 'PLACEMENT_CONFLICT' });
    await expect(store.read()).resolves.toEqual(theirs);
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

  it('makes nothing where it only reads: the tier may have just been deleted', async () => {
    const path = join(directory, 'deleted');
    await expect(new DirectoryPlacement(path).read()).rejects.toMatchObject({ code: 'DOCUMENT_MISSING' });
    expect(existsSync(path)).toBe(false);
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
