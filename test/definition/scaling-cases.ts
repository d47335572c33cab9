import { minimalTier, withMain, withPosts } from './minimal-tier';
import type { RuleCase } from './rule-case';

const PROTECTED = { stages: { prod: { profile: 'protected', zones: ['eu-west-1a', 'eu-west-1b', 'eu-west-1c'] } } };
const capacity = (minAcu: number, maxAcu: number, parts: object = {}) => ({
  kind: 'serverless',
  minAcu,
  maxAcu,
  ...parts,
});
const autoscaled = (min: number, max: number) => ({ kind: 'autoscaled', min, max });
const usedBy = (store: string, parts: object = {}) => ({ services: { web: { uses: { [store]: 'write' } } }, ...parts });
const pooling = (parts: object) => ({ kind: 'rdsProxy', ...parts });
/** Databases with names of four letters, `d100` and so on. */
const databases = (count: number) => ({
  stores: Object.fromEntries(Array.from({ length: count }, (_, index) => [`d${100 + index}`, { kind: 'postgres' }])),
});

/** What growing can make wrong: storage, servers, readers, windows, pools. */
export const scalingCases: readonly RuleCase[] = [
  ...['io1', 'io2'].map((type) => ({
    rule: 'storage-provisioned-iops',
    breaks: `${type} without IOPS`,
    input: withMain({ storage: { sizeGiB: 400, type } }),
    path: 'stores.main.storage.type',
    message: `${type} without iops: set storage.iops, allowed: integer 1000–256000`,
  })),
  {
    rule: 'storage-promises-fit',
    breaks: 'more databases than the smoke test can be told the keys of',
    input: minimalTier({ ...PROTECTED, ...databases(94) }),
    path: 'stages.prod',
    message:
      'got 94 databases, whose names and keys take 3947 bytes of the smoke test’s environment, allowed: up to 3936: shorten their names, or make two tiers of them',
  },
  {
    rule: 'storage-provisioned-size',
    breaks: 'io2 with as little storage as a disposable stage has by default',
    input: withMain({ storage: { type: 'io2', iops: 1000 } }),
    path: 'stores.main.storage.type',
    message: 'got io2 with 20 GiB, which AWS offers from 100 GiB on: raise storage.sizeGiB, or take gp3',
  },
  {
    rule: 'storage-iops-range',
    breaks: 'more IOPS of io1 than its size gives',
    input: withMain({ storage: { sizeGiB: 100, type: 'io1', iops: 5001 } }),
    path: 'stores.main.storage.iops',
    message: 'got 5001, allowed for io1 with 100 GiB: integer 1000–5000',
  },
  {
    rule: 'storage-iops-range',
    breaks: 'fewer IOPS of gp3 than it has anyway',
    input: withMain({ storage: { sizeGiB: 400, iops: 11_999 } }),
    path: 'stores.main.storage.iops',
    message: 'got 11999, allowed for gp3 with 400 GiB: integer 12000–64000',
  },
  {
    rule: 'storage-gp3-threshold',
    breaks: 'IOPS of gp3 one GiB below the threshold, written in a stage',
    input: withMain(
      { storage: { sizeGiB: 399 } },
      { stages: { dev: { profile: 'disposable', stores: { main: { storage: { iops: 12_000 } } } } } },
    ),
    path: 'stages.dev.stores.main.storage.iops',
    message:
      'got iops with gp3 of 399 GiB, which has 3000 IOPS and 125 MiB/s and no more: AWS lets you choose from 400 GiB on; raise storage.sizeGiB, or take io1 or io2 for IOPS',
  },
  {
    rule: 'storage-throughput-range',
    breaks: 'less throughput than gp3 has anyway',
    input: withMain({ storage: { sizeGiB: 400, throughputMiBps: 499 } }),
    path: 'stores.main.storage.throughputMiBps',
    message: 'got 499, allowed: integer 500–4000',
  },
  {
    rule: 'storage-throughput-of-gp3',
    breaks: 'throughput of io1',
    input: withMain({ storage: { sizeGiB: 400, type: 'io1', iops: 1000, throughputMiBps: 500 } }),
    path: 'stores.main.storage.throughputMiBps',
    message: 'io1 has the throughput that its IOPS give: leave throughputMiBps out, or take gp3',
  },
  {
    rule: 'window-length',
    breaks: 'a maintenance window of 29 minutes, over midnight',
    input: withPosts({ maintenance: { window: 'sun:23:45-mon:00:14' } }),
    path: 'stores.posts.maintenance.window',
    message: 'got "sun:23:45-mon:00:14", which lasts 29 minutes, allowed: at least 30',
  },
  {
    rule: 'window-length',
    breaks: 'a backup window that ends when it starts',
    input: withMain({ backup: { window: '02:00-02:00' } }),
    path: 'stores.main.backup.window',
    message: 'got "02:00-02:00", which lasts 0 minutes, allowed: at least 30',
  },
  {
    rule: 'windows-apart',
    breaks: 'windows that overlap',
    input: withMain({ backup: { window: '03:00-04:00' }, maintenance: { window: 'tue:03:30-tue:04:30' } }),
    path: 'stores.main.backup.window',
    message:
      'the daily backup window 03:00-04:00 and the maintenance window tue:03:30-tue:04:30 overlap, which AWS refuses: move one (all times are UTC)',
  },
  {
    rule: 'windows-apart',
    breaks: 'a maintenance window over the default backup window',
    input: withPosts({ maintenance: { window: 'mon:01:00-mon:02:01' } }),
    path: 'stores.posts.maintenance.window',
    message:
      'the daily backup window 02:00-03:00 and the maintenance window mon:01:00-mon:02:01 overlap, which AWS refuses: move one (all times are UTC)',
  },
  {
    rule: 'class-or-capacity',
    breaks: 'a class and a capacity of a store',
    input: withPosts({ class: 'r8g.large', capacity: capacity(1, 8) }),
    path: 'stores.posts.capacity',
    message: 'got a class and a capacity, but servers are of a class or serverless: leave one out',
  },
  {
    rule: 'class-or-capacity',
    breaks: 'a class and a capacity of one shard',
    input: withPosts({ shards: { s0: {}, s1: { class: 'r8g.large', capacity: capacity(1, 8) } } }),
    path: 'stores.posts.shards.s1.capacity',
    message: 'got a class and a capacity, but servers are of a class or serverless: leave one out',
  },
  {
    rule: 'capacity-range',
    breaks: 'a serverless minimum above the maximum',
    input: withPosts({ capacity: capacity(8.5, 8) }),
    path: 'stores.posts.capacity.minAcu',
    message: 'got 8.5, above maxAcu 8: allowed: up to 8',
  },
  {
    rule: 'capacity-pauses-disposable',
    breaks: 'a shard of a protected stage that pauses',
    input: withPosts({ capacity: capacity(0, 8) }, PROTECTED),
    path: 'stores.posts.capacity.minAcu',
    message:
      'got 0, but stage prod is protected: its shards replicate logically from birth, since moving buckets needs it, and Aurora pauses nothing that does; allowed: 0.5 or more',
  },
  {
    rule: 'capacity-pauses-unpooled',
    breaks: 'a shard that pauses behind a proxy',
    input: withPosts({ shards: { s0: { capacity: capacity(0, 8) }, s1: {} }, pooling: pooling({}) }, usedBy('posts')),
    path: 'stores.posts.shards.s0.capacity.minAcu',
    message:
      'got 0, but a proxy keeps a connection open, with which no server ever pauses: set 0.5 or more, or leave pooling out',
  },
  {
    rule: 'capacity-pause-time',
    breaks: 'a time after which a shard that never pauses does',
    input: withPosts({ shards: { s0: { capacity: capacity(0.5, 8, { autoPauseAfterSeconds: 300 }) } } }),
    path: 'stores.posts.shards.s0.capacity.autoPauseAfterSeconds',
    message:
      'a server pauses only with a minAcu of 0, and this one never has less than 0.5: set minAcu to 0, or leave autoPauseAfterSeconds out',
  },
  {
    rule: 'readers-of-protected-stage',
    breaks: 'a protected shard without a reader',
    input: withPosts({ shards: { s0: { readers: 0 } } }, PROTECTED),
    path: 'stores.posts.shards.s0.readers',
    message:
      'got 0, but a shard of a protected stage has at least 1 reader, in another zone, that takes over when its primary is lost',
  },
  {
    rule: 'readers-range',
    breaks: 'more autoscaled readers at least than at most',
    input: withPosts({ readers: autoscaled(4, 3) }, PROTECTED),
    path: 'stores.posts.readers.min',
    message: 'got 4, above max 3: allowed: 1–3',
  },
  {
    rule: 'readers-autoscaled-protected',
    breaks: 'autoscaled readers in a disposable stage',
    input: withPosts({ readers: autoscaled(1, 3) }),
    path: 'stores.posts.readers',
    message:
      'a disposable stage has no autoscaled readers: those that Aurora added are in no template, so that the stage could not be deleted in one command; write a number',
  },
  {
    rule: 'pooling-of-replicas',
    breaks: 'a proxy in front of replicas of RDS',
    input: withMain({ replicas: 1, pooling: pooling({ reads: 'pooled' }) }, usedBy('main')),
    path: 'stores.main.pooling.reads',
    message:
      'got "pooled", but RDS Proxy reaches only the primary of an RDS instance: AWS has read-only endpoints for Aurora alone; leave reads out, replicas are read directly',
  },
  {
    rule: 'pooling-of-readers',
    breaks: 'a read-only endpoint of shards without readers',
    input: withPosts({ pooling: pooling({ reads: 'pooled' }) }, usedBy('posts')),
    path: 'stores.posts.pooling.reads',
    message:
      'got "pooled", but shard s0 has no reader in stage dev, and AWS refuses a read-only endpoint then: give it one with readers, or leave reads out',
  },
  {
    rule: 'pooling-idle-connections',
    breaks: 'more idle connections than connections',
    input: withMain({ pooling: pooling({ maxIdleConnectionsPercent: 81 }) }, usedBy('main')),
    path: 'stores.main.pooling.maxIdleConnectionsPercent',
    message: 'got 81, but the proxy opens no more than maxConnectionsPercent 80: allowed: integer 0–80',
  },
  {
    rule: 'pooling-of-used-store',
    breaks: 'a proxy in front of a store that no service uses',
    input: withMain({ pooling: pooling({}) }),
    path: 'stores.main.pooling',
    message:
      'no service uses main, so that nobody could log in through a proxy: name one in services, or leave pooling out',
  },
  {
    rule: 'stack-names-differ',
    breaks: 'a store that is called like another store’s stack of proxies',
    input: minimalTier({
      stores: { main: { kind: 'postgres', pooling: pooling({}) }, 'main-pooling': { kind: 'postgres' } },
      services: { web: { uses: { main: 'read' } } },
    }),
    path: 'stores.main-pooling',
    message:
      'the stack shop-dev-main-pooling would also be one of stores.main in stage dev, since names are joined by dashes: rename one',
  },
  {
    rule: 'max-connections',
    breaks: 'more connections than a serverless server holds whose minimum is half an ACU',
    input: withPosts({ capacity: capacity(0.5, 64), maxConnections: 2001 }),
    path: 'stores.posts.maxConnections',
    message:
      'got 2001, but 0.5 to 64 ACU, the smallest class of the store, holds at most 2000; all servers of a store have the same figure',
  },
  {
    rule: 'identifiers-differ',
    breaks: 'a replica that is called like the third server of a shard',
    input: minimalTier({
      stores: {
        posts: { kind: 'shardedPostgres', shardKey: 'id', shards: { s0: { readers: 2 } } },
        'posts-s0': { kind: 'postgres', replicas: { c: {} } },
      },
    }),
    path: 'stores.posts-s0.replicas.c',
    message:
      'the identifier shop-dev-posts-s0-c would also be one of stores.posts in stage dev, since names are joined by dashes: rename one',
  },
];

/** The same at the edge, where it is right. */
export const scalingAccepted: Readonly<Record<string, unknown>> = {
  'IOPS and throughput of gp3 at the threshold': withMain({
    storage: { sizeGiB: 400, iops: 12_000, throughputMiBps: 500 },
  }),
  'as many IOPS of io1 as its size gives': withMain({ storage: { sizeGiB: 100, type: 'io1', iops: 5000 } }),
  'as many IOPS of io2 as there are': withMain({ storage: { sizeGiB: 100, type: 'io2', iops: 256_000 } }),
  'as many databases as the smoke test can be told the keys of': minimalTier({ ...PROTECTED, ...databases(93) }),
  'any number of databases where nobody asks for keys': minimalTier(databases(94)),
  'windows that touch': withMain({ backup: { window: '02:00-04:00' } }),
  'a maintenance window over the end of the week': withMain({ maintenance: { window: 'sun:23:30-mon:00:30' } }),
  'a serverless server that never scales': withPosts({ capacity: capacity(0.5, 0.5) }),
  'a serverless shard that pauses after a day': withPosts({
    capacity: capacity(0, 0.5, { autoPauseAfterSeconds: 86_400 }),
  }),
  'a serverless shard among others': withPosts({
    class: 'r8g.large',
    shards: { s0: {}, s1: { capacity: capacity(1, 8) } },
  }),
  'a stage that puts serverless servers in the place of a class': withPosts(
    { class: 'r8g.large' },
    { stages: { dev: { profile: 'disposable', stores: { posts: { capacity: capacity(0.5, 4) } } } } },
  ),
  'fifteen readers': withPosts({ readers: 15 }),
  'autoscaled readers of a protected stage': withPosts({ readers: autoscaled(1, 15) }, PROTECTED),
  'a proxy that keeps every connection that the kit leaves it': withMain(
    { pooling: pooling({ maxConnectionsPercent: 81, maxIdleConnectionsPercent: 81 }) },
    usedBy('main'),
  ),
  'pooled reads of shards with readers': withPosts(
    { pooling: pooling({ reads: 'pooled' }) },
    usedBy('posts', PROTECTED),
  ),
};
