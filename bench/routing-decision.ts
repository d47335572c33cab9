import { createHash } from 'node:crypto';
import { hash, seedShardMap } from '../lib/placement';
import { openRouter } from '../lib/routing';
import type { ServerTopology, Topology } from '../lib/topology';
import { paired, type Benchmark } from './paired';

const SHARDS = ['s0', 's1', 's2', 's3'];
const KEYS = Array.from({ length: 50_000 }, (_, index) => index * 7919 + 1_000_000_000_000);

/** The router that sharding tutorials show: all of the key's md5, modulo the number of shards. */
function md5Modulo(key: number): string {
  const digest = createHash('md5').update(String(key)).digest('hex');
  return SHARDS[Number(BigInt(`0x${digest}`) % BigInt(SHARDS.length))] as string;
}

/** The whole decision as an application makes it: key to bucket to shard to server. */
export const routingDecision: Benchmark = {
  name: 'routing decision against md5 modulo',
  limit: { atLeast: 10 },
  async run() {
    const router = await openRouter<{ stores: { posts: { kind: 'shardedPostgres' } } }>({
      topology: { read: () => Promise.resolve(TOPOLOGY) },
      secrets: { read: () => Promise.resolve({ username: 'nobody', password: '' }) },
      login: { kind: 'owner' },
      openPlacement: () => ({
        read: () => Promise.resolve(PLACEMENT),
        seed: (placement) => Promise.resolve(placement),
        replace: () => Promise.resolve(),
      }),
    });
    const { posts } = router;
    const result = await paired(
      () => decisionsPerSecond(10, (key) => posts.forKey(key).route('write').server.length),
      () => decisionsPerSecond(1, (key) => md5Modulo(key).length),
      (ours, baseline) => `${nanoseconds(ours)} against ${nanoseconds(baseline)}`,
    );
    await router.close();
    return result;
  },
};

/** Routes every key so many times over; the sum keeps the work from being optimized away. */
function decisionsPerSecond(times: number, decide: (key: number) => number): number {
  const began = performance.now();
  let sum = 0;
  for (let time = 0; time < times; time++) for (const key of KEYS) sum += decide(key);
  const seconds = (performance.now() - began) / 1000;
  if (sum <= 0) throw new Error('no key was routed');
  return (times * KEYS.length) / seconds;
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
  // Nothing is connected to, so nothing of this is read.
  trust: { kind: 'file', path: 'no-such-file' },
  stores: {
    posts: {
      kind: 'shardedPostgres',
      engine: 'postgres',
      database: 'posts',
      shardKey: { column: 'user_id', type: 'bigint' },
      shards: Object.fromEntries(
        SHARDS.map((name, index) => [name, { primary: server(5000 + index), replicas: [], secrets }]),
      ),
      placement: { kind: 'directory', path: 'no-such-directory' },
    },
  },
  services: {},
};

const PLACEMENT = {
  version: 1,
  store: 'posts',
  keyType: 'bigint',
  strategy: hash(),
  shardMap: seedShardMap(SHARDS.map((name) => ({ name, weight: 1 }))),
} as const;
