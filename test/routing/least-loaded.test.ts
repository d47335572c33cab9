import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  applyMoves,
  bucketsOf,
  PLACEMENT_VERSION,
  seedShardMap,
  type BucketId,
  type Placement,
} from '../../lib/placement';
import { openRouter, type DirectoryPostgresHandle, type Router, type RouterOptions } from '../../lib/routing';
import { LeastLoaded } from '../../lib/routing/least-loaded';
import { changePlacement, DirectoryPlacement, FileKeyDirectory, type KeyDirectory } from '../../lib/sources';
import type { Topology } from '../../lib/topology';

// No server: where a key goes is decided before anything is sent.

const SHARDS = ['s0', 's1', 's2', 's3'];
const secrets = { owner: 'any', smoke: 'any', services: { report: 'any' } };
const server = { name: 'primary', endpoint: { host: '127.0.0.1', port: 1, via: 'direct' as const } };

let directory: string;
const routers: Router[] = [];
let stores = 0;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'polystore-least-loaded-'));
});
afterEach(async () => {
  await Promise.all(routers.splice(0).map((router) => router.close()));
  jest.restoreAllMocks();
});
afterAll(() => rm(directory, { recursive: true, force: true }));

/** A store with nothing in it, as many processes see it. `weights` are those of its shards. */
async function emptyStore(weights = [1, 1, 1, 1]) {
  const name = `store${stores++}`;
  const placement = new DirectoryPlacement(join(directory, name));
  const first: Placement = {
    version: PLACEMENT_VERSION,
    store: 'tenants',
    keyType: 'text',
    strategy: { type: 'directory' },
    shardMap: seedShardMap(SHARDS.map((shard, index) => ({ name: shard, weight: weights[index] ?? 0 }))),
  };
  await placement.seed(first);
  const path = join(directory, `${name}.jsonl`);
  const topology: Topology = {
    version: 1,
    tier: 'saas',
    stage: 'test',
    world: 'local',
    trust: { kind: 'file', path: __filename },
    stores: {
      tenants: {
        kind: 'shardedPostgres',
        engine: 'postgres',
        database: 'tenants',
        shardKey: { column: 'tenant', type: 'text' },
        shards: Object.fromEntries(SHARDS.map((shard) => [shard, { primary: server, replicas: [], secrets }])),
        placement: { kind: 'directory', path: join(directory, name) },
        keyDirectory: { location: { kind: 'file', path }, newKeys: 'leastLoaded' },
      },
    },
    services: { report: { uses: { tenants: 'read' } } },
  };
  const open = async (options: Partial<RouterOptions> = {}): Promise<DirectoryPostgresHandle> => {
    const router = await openRouter({
      topology: { read: () => Promise.resolve(topology) },
      secrets: { read: () => Promise.resolve({ username: 'nobody', password: '' }) },
      login: { kind: 'owner' },
      ...options,
    });
    routers.push(router);
    return router.store('tenants') as DirectoryPostgresHandle;
  };
  const count = () => new FileKeyDirectory('tenants', path).countByBucket();
  /** Keys on each shard by the directory. */
  const load = async (): Promise<number[]> => {
    const counts = await count();
    const { shardMap } = await placement.read();
    return SHARDS.map((shard) =>
      bucketsOf(shardMap, shard).reduce((sum, bucket) => sum + (counts.get(bucket) ?? 0), 0),
    );
  };
  return { open, load, count, placement };
}

const keysOf = (count: number, prefix = 'tenant'): string[] =>
  Array.from({ length: count }, (_, index) => `${prefix} ${index}`);
const spread = (load: readonly number[]): number => Math.max(...load) - Math.min(...load);

describe('new keys of a directory that fills shards evenly', () => {
  it('lie evenly from the first on, at once or one by one, where a hash would not have them so', async () => {
    const { open, load } = await emptyStore();
    const tenants = await open();
    await Promise.all(keysOf(8).map((key) => tenants.shardOf(key)));
    expect(await load()).toEqual([2, 2, 2, 2]);
    for (const key of keysOf(4, 'later')) await tenants.shardOf(key);
    expect(await load()).toEqual([3, 3, 3, 3]);
  });

  it('follow the weights of shards', async () => {
    const { open, load } = await emptyStore([1, 2, 1, 0]);
    const tenants = await open();
    for (const key of keysOf(16)) await tenants.shardOf(key);
    expect(await load()).toEqual([4, 8, 4, 0]);
  });

  it('are assigned once where two routers meet them at the same time, and both say the same', async () => {
    const { open, load } = await emptyStore();
    const [one, other] = [await open(), await open()];
    const keys = keysOf(40);
    const [ones, others] = await Promise.all([
      Promise.all(keys.map((key) => one.shardOf(key))),
      // In another order, so that each counts otherwise when it chooses.
      Promise.all([...keys].reverse().map((key) => other.shardOf(key))),
    ]);
    expect([...others].reverse()).toEqual(ones);
    for (const [index, key] of keys.entries()) {
      expect((await one.assignmentOf(key))?.shard).toBe(ones[index]);
    }
    expect((await load()).reduce((sum, count) => sum + count, 0)).toBe(40);
    // Who counts anew makes up for what the two could not know of each other.
    const third = await open();
    for (const key of keysOf(3 * spread(await load()) + 4, 'third')) await third.shardOf(key);
    expect(spread(await load())).toBeLessThanOrEqual(1);
  });

  it('go to a shard that gets its first buckets later', async () => {
    const { open, load, count, placement } = await emptyStore([1, 1, 1, 0]);
    const tenants = await open();
    for (const key of keysOf(9)) await tenants.shardOf(key);
    expect(await load()).toEqual([3, 3, 3, 0]);
    const counts = await count();
    await changePlacement(placement, (now) => ({ ...now, shardMap: withoutEmpty(now, counts) }));
    await tenants.refreshPlacement();
    for (const key of keysOf(2, 'later')) expect(await tenants.shardOf(key)).toBe('s3');
  });

  it('are unknown to who may only read, until somebody writes them', async () => {
    const { open } = await emptyStore();
    const [app, report] = [await open(), await open({ login: { kind: 'service', service: 'report' } })];
    await expect(report.shardOf('acme')).rejects.toMatchObject({ code: 'KEY_UNKNOWN' });
    await expect(app.assignmentOf('acme')).resolves.toBeUndefined();
    const shard = await app.shardOf('acme');
    // That it was unknown is remembered for a second by the first.
    await expect((await open({ login: { kind: 'service', service: 'report' } })).shardOf('acme')).resolves.toBe(shard);
  });

  it('leave alone what somebody assigned', async () => {
    const { open } = await emptyStore();
    const tenants = await open();
    await tenants.assign('pinned', { shard: 's3' });
    await expect((await open()).shardOf('pinned')).resolves.toBe('s3');
  });
});

describe('counting', () => {
  const { shardMap } = { shardMap: seedShardMap([{ name: 's0', weight: 1 }]) };
  const counter = (count: () => Promise<ReadonlyMap<BucketId, number>>): [LeastLoaded, jest.Mock] => {
    const counted = jest.fn(count);
    const keys: Pick<KeyDirectory, 'countByBucket'> = { countByBucket: counted };
    return [new LeastLoaded(keys as KeyDirectory, 'text', () => shardMap), counted];
  };

  it('is done once for all who wait, and again after a minute', async () => {
    const nowMs = jest.spyOn(performance, 'now').mockReturnValue(1_000);
    const [leastLoaded, counted] = counter(() => Promise.resolve(new Map()));
    await Promise.all(keysOf(5).map((key) => leastLoaded.choose(key)));
    nowMs.mockReturnValue(60_999);
    await leastLoaded.choose('before');
    expect(counted).toHaveBeenCalledTimes(1);
    nowMs.mockReturnValue(61_000);
    await Promise.all(keysOf(5).map((key) => leastLoaded.choose(key)));
    expect(counted).toHaveBeenCalledTimes(2);
  });

  it('that failed is tried again by the next who asks', async () => {
    let isWell = false;
    const [leastLoaded] = counter(() => (isWell ? Promise.resolve(new Map()) : Promise.reject(new Error('no answer'))));
    await expect(leastLoaded.choose('a')).rejects.toThrow('no answer');
    isWell = true;
    await expect(leastLoaded.choose('a')).resolves.toBeGreaterThanOrEqual(0);
  });
});

/** The map where the buckets of the first shard that hold no key have gone to the last. */
function withoutEmpty({ shardMap }: Placement, counts: ReadonlyMap<BucketId, number>): Placement['shardMap'] {
  const moves = bucketsOf(shardMap, 's0')
    .filter((bucket) => !counts.has(bucket))
    .map((bucket) => ({ bucket, from: 's0', to: 's3' }));
  return applyMoves(shardMap, moves);
}
