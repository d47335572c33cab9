import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { applyMoves, PLACEMENT_VERSION, seedShardMap, type Placement } from '../../lib/placement';
import {
  assignKey,
  DirectoryPlacement,
  FileKeyDirectory,
  findKey,
  placedStoresOf,
  viewPlacement,
  type PlacedStore,
} from '../../lib/sources';
import type { Topology } from '../../lib/topology';
import { rangePlacement } from '../support/key-ranges';

let root: string;
let tenants: Required<PlacedStore>;
let placements: DirectoryPlacement;

const first: Placement = {
  version: PLACEMENT_VERSION,
  store: 'tenants',
  keyType: 'text',
  strategy: { type: 'directory' },
  shardMap: seedShardMap([
    { name: 's0', weight: 1 },
    { name: 's1', weight: 1 },
  ]),
};

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'polystore-placed-'));
  placements = new DirectoryPlacement(join(root, 'tenants'));
  await placements.seed(first);
  tenants = {
    store: 'tenants',
    shards: ['s0', 's1', 's2'],
    placement: placements,
    directory: new FileKeyDirectory('tenants', join(root, 'keys')),
  };
});
afterEach(() => rm(root, { recursive: true, force: true }));

const ownerOf = (bucket: number): string => first.shardMap.owners[bucket] as string;

describe('a placement', () => {
  it('is seen with what each shard has, also one that owns nothing, and one that is of no topology any more', async () => {
    await assignKey(tenants, 'acme', 's1', 'stay');
    expect(await viewPlacement({ ...tenants, shards: ['s1', 's2'] })).toEqual({
      store: 'tenants',
      strategy: 'directory',
      keyType: 'text',
      version: 1,
      shards: [
        { shard: 's1', buckets: 2048, keys: 1 },
        { shard: 's2', buckets: 0, keys: 0 },
        { shard: 's0', buckets: 2048, keys: 0, isMissing: true },
      ],
    });
  });

  it('is seen with its ranges, and finds a key in one', async () => {
    const ranges = rangePlacement('bigint', [{ to: 10 }, { from: 10, to: 20 }, { from: 20 }]);
    const placement = new DirectoryPlacement(join(root, 'ranges'));
    await placement.seed(ranges);
    const placed = { store: ranges.store, shards: [], placement };
    expect((await viewPlacement(placed)).ranges).toEqual([
      { to: '10', bucket: 0, shard: 's0' },
      { from: '10', to: '20', bucket: 1, shard: 's1' },
      { from: '20', bucket: 2, shard: 's2' },
    ]);
    expect(await findKey(placed, '19')).toEqual({ bucket: 1, shard: 's1' });
  });

  it('is of sharded stores only, opened where the topology says', () => {
    const stores = {
      main: { kind: 'postgres' },
      tenants: {
        kind: 'shardedPostgres',
        shards: { s0: {}, s1: {} },
        placement: { kind: 'directory', path: root },
        keyDirectory: { location: { kind: 'file', path: join(root, 'keys') }, newKeys: 'refuse' },
      },
    };
    const found = placedStoresOf({ stores } as unknown as Topology);
    expect(found.map(({ store, shards, directory }) => [store, shards, directory !== undefined])).toEqual([
      ['tenants', ['s0', 's1'], true],
    ]);
  });
});

describe('a key of a directory', () => {
  it('is unknown until it is assigned', async () => {
    await expect(findKey(tenants, 'acme')).rejects.toMatchObject({ code: 'KEY_UNKNOWN' });
    const assigned = await assignKey(tenants, 'acme', 's1', 'stay');
    expect(assigned).toEqual({ store: 'tenants', bucket: assigned.bucket, shard: 's1' });
    expect(ownerOf(assigned.bucket)).toBe('s1');
    expect(await findKey(tenants, 'acme')).toEqual({ bucket: assigned.bucket, shard: 's1' });
  });

  it('stays where its rows are, unless they were moved', async () => {
    const before = { bucket: (await assignKey(tenants, 'acme', 's1', 'stay')).bucket, shard: 's1' };
    await expect(assignKey(tenants, 'acme', 's0', 'stay')).rejects.toMatchObject({
      code: 'ASSIGNMENT_REFUSED',
      details: { store: 'tenants', from: 's1', to: 's0' },
      message: expect.not.stringContaining('acme'),
    });
    expect(await findKey(tenants, 'acme')).toEqual(before);
    expect(await assignKey(tenants, 'acme', 's0', 'areMoved')).toMatchObject({ shard: 's0', before });
    expect((await findKey(tenants, 'acme')).shard).toBe('s0');
  });

  it('keeps its bucket where it is on that shard already, also by a map that has moved the bucket', async () => {
    const { bucket } = await assignKey(tenants, 'acme', 's1', 'stay');
    expect(await assignKey(tenants, 'acme', 's1', 'stay')).toMatchObject({ bucket, before: { bucket, shard: 's1' } });
    await placements.replace(1, { ...first, shardMap: applyMoves(first.shardMap, [{ bucket, from: 's1', to: 's0' }]) });
    expect(await assignKey(tenants, 'acme', 's0', 'stay')).toMatchObject({ bucket, shard: 's0' });
    await expect(assignKey(tenants, 'acme', 's1', 'stay')).rejects.toMatchObject({ code: 'ASSIGNMENT_REFUSED' });
  });

  it('is assigned once where two are at it at once', async () => {
    const others = new FileKeyDirectory('tenants', join(root, 'keys'));
    const both = await Promise.allSettled([
      assignKey(tenants, 'acme', 's0', 'stay'),
      assignKey({ ...tenants, directory: others }, 'acme', 's1', 'stay'),
    ]);
    const lost = both.flatMap((one) => (one.status === 'rejected' ? [one.reason as unknown] : []));
    expect(lost).toEqual([expect.objectContaining({ code: expect.stringMatching(/^ASSIGNMENT_(CONFLICT|REFUSED)$/) })]);
  });

  it.each([
    ['a shard that owns no bucket', 'acme', 's2', 'UNKNOWN_SHARD'],
    ['a shard that there is not', 'acme', 's7', 'UNKNOWN_SHARD'],
    ['a key that is too long', 'k'.repeat(1_025), 's0', 'KEY_INVALID'],
  ])('is refused for %s', async (_, key, shard, code) => {
    await expect(assignKey(tenants, key, shard, 'stay')).rejects.toMatchObject({ code });
  });
});
