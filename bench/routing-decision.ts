import { createHash } from 'node:crypto';
import { devNull } from 'node:os';
import { BUCKET_COUNT, firstRanges, hash, seedShardMap, type Placement } from '../lib/placement';
import { openRouter, type Router } from '../lib/routing';
import type { ServerTopology, ShardedPostgresTopology, Topology } from '../lib/topology';
import { paired, type Benchmark } from './paired';

const SHARDS = ['s0', 's1', 's2', 's3'];
const RANGES = 1000;
const KEYS = Array.from({ length: 50_000 }, (_, index) => index * 7919 + 1_000_000_000_000);

/** Keys of a directory are few. */
const TENANTS = Array.from({ length: 10_000 }, (_, index) => index * 7919);

/** The router that sharding tutorials show: all of the key's md5, modulo the number of shards. */
function md5Modulo(key: number): string {
  const digest = createHash('md5').update(String(key)).digest('hex');
  return SHARDS[Number(BigInt(`0x${digest}`) % BigInt(SHARDS.length))] as string;
}

type BenchTier = {
  stores: {
    posts: { kind: 'shardedPostgres' };
    events: { kind: 'shardedPostgres' };
    tenants: { kind: 'shardedPostgres'; strategy: { type: 'directory' } };
  };
};

/** A router that decides and sends nothing. Every key of the directory is in a bucket by its last digits. */
const openBenchRouter = (): Promise<Router<BenchTier>> =>
  openRouter<BenchTier>({
    topology: { read: () => Promise.resolve(TOPOLOGY) },
    secrets: { read: () => Promise.resolve({ username: 'nobody', password: '' }) },
    login: { kind: 'owner' },
    openPlacement: (store) => ({
      read: () => Promise.resolve(placementOf(store)),
      seed: (placement) => Promise.resolve(placement),
      replace: () => Promise.resolve(),
    }),
    openKeyDirectory: () => ({
      find: (key) => Promise.resolve({ bucket: Number(key) % BUCKET_COUNT, revision: 'bench' }),
      assign: (_key, bucket) => Promise.resolve({ bucket, revision: 'bench' }),
      remove: () => Promise.resolve(),
      countByBucket: () => Promise.resolve(new Map()),
    }),
  });

/** The whole decision as an application makes it: key to bucket to shard to server. */
export const routingDecision: Benchmark = {
  name: 'routing decision against md5 modulo',
  limit: { atLeast: 10 },
  async run(signal) {
    const router = await openBenchRouter();
    const { posts } = router;
    const result = await paired(
      () => decisionsPerSecond(10, (key) => posts.forKey(key).route('write').server.length),
      () => decisionsPerSecond(1, (key) => md5Modulo(key).length),
      (ours, baseline) => `${nanoseconds(ours)} against ${nanoseconds(baseline)}`,
      { signal },
    );
    await router.close();
    return result;
  },
};

/** A key whose bucket a directory knows, once the router has asked for it. At most twice the time of a hash. */
export const cachedDirectoryLookup: Benchmark = {
  name: 'cached directory lookup against a hash',
  limit: { atLeast: 0.5 },
  async run(signal) {
    const router = await openBenchRouter();
    const { posts, tenants } = router;
    await Promise.all(TENANTS.map((key) => tenants.shardOf(key)));
    const result = await paired(
      () => decisionsPerSecond(50, (key) => tenants.cachedKey(key)?.route('write').server.length ?? 0, TENANTS),
      () => decisionsPerSecond(50, (key) => posts.forKey(key).route('write').server.length, TENANTS),
      (ours, baseline) => `${nanoseconds(ours)} against ${nanoseconds(baseline)}`,
      { signal },
    );
    await router.close();
    return result;
  },
};

/** A key among a thousand ranges. At most twice the time of a hash. */
export const rangeDecision: Benchmark = {
  name: 'one of 1000 ranges against a hash',
  limit: { atLeast: 0.5 },
  async run(signal) {
    const router = await openBenchRouter();
    const { posts, events } = router;
    const result = await paired(
      () => decisionsPerSecond(10, (key) => events.forKey(key).route('write').server.length),
      () => decisionsPerSecond(10, (key) => posts.forKey(key).route('write').server.length),
      (ours, baseline) => `${nanoseconds(ours)} against ${nanoseconds(baseline)}`,
      { signal },
    );
    await router.close();
    return result;
  },
};

/** Routes every key so many times over; the sum keeps the work from being optimized away. */
function decisionsPerSecond(times: number, decide: (key: number) => number, keys: readonly number[] = KEYS): number {
  const began = performance.now();
  let sum = 0;
  for (let time = 0; time < times; time++) for (const key of keys) sum += decide(key);
  const seconds = (performance.now() - began) / 1000;
  if (sum <= 0) throw new Error('no key was routed');
  return (times * keys.length) / seconds;
}

const nanoseconds = (perSecond: number): string => `${Math.round(1e9 / perSecond)} ns`;

const server = (port: number): ServerTopology => ({
  name: 'primary',
  endpoint: { host: '127.0.0.1', port, via: 'direct' },
});
const secrets = { owner: 'owner', smoke: 'smoke', services: {} };

const TOPOLOGY: Topology = {
  version: 1,
  tier: 'bench',
  stage: 'bench',
  world: 'local',
  // Nothing is connected to, so nobody has to be trusted.
  trust: { kind: 'file', path: devNull },
  stores: {
    posts: storeTopology(),
    events: storeTopology(),
    tenants: {
      ...storeTopology(),
      keyDirectory: { location: { kind: 'file', path: 'no-such-file' }, newKeys: 'refuse' },
    },
  },
  services: {},
};

function storeTopology(): ShardedPostgresTopology {
  return {
    kind: 'shardedPostgres',
    engine: 'postgres',
    database: 'posts',
    shardKey: { column: 'user_id', type: 'bigint' },
    shards: Object.fromEntries(
      SHARDS.map((name, index) => [name, { primary: server(5000 + index), replicas: [], secrets }]),
    ),
    placement: { kind: 'directory', path: 'no-such-directory' },
  };
}

function placementOf(store: string): Placement {
  const common = { version: 1, store, keyType: 'bigint' } as const;
  const shardMap = seedShardMap(SHARDS.map((name) => ({ name, weight: 1 })));
  if (store === 'posts') return { ...common, strategy: hash(), shardMap };
  if (store === 'tenants') return { ...common, strategy: { type: 'directory' }, shardMap };
  // Bounds of which as many keys lie between any two.
  const bounds = Array.from({ length: RANGES - 1 }, (_, index) => KEYS[(index + 1) * (KEYS.length / RANGES)] as number);
  const ranges = firstRanges(
    'bigint',
    [undefined, ...bounds].map((from, index) => ({
      ...(from !== undefined && { from }),
      ...(bounds[index] !== undefined && { to: bounds[index] }),
    })),
  );
  const owners = ranges.buckets.map((bucket) => SHARDS[bucket % SHARDS.length] as string);
  return { ...common, strategy: { type: 'range', order: 'postgres-c' }, shardMap: { version: 1, owners, ranges } };
}
