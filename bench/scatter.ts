import { dirname, join } from 'node:path';
import { defineTier, hash, parseTier, shardedPostgres } from '../lib/definition';
import { startLocalTier } from '../lib/local';
import { closePool, openPool, type ConnectionTarget, type PgPool } from '../lib/postgres';
import { asc, desc, openRouter } from '../lib/routing';
import { FileSecrets, FileTopology } from '../lib/sources';
import type { ShardedPostgresTopology } from '../lib/topology';
import { paired, type Benchmark, type PairedResult } from './paired';
import { withTemporaryDirectory } from './temporary-directory';

/** Calls at once; each asks all shards. */
const CALLERS = 4;
const CALLS = 600;
const WARM_UP = 100;
const LIMIT = 20;

const SETUP = `
  create table post (id bigint primary key, at timestamptz not null, title text not null);
  insert into post select id, timestamptz '2026-01-01' + id * interval '1 second', 'title ' || id from generate_series(1, 5000) id;
  create index on post (at desc, id)`;
const NEWEST = 'select id, at, title from post';
const NEWEST_OF_SHARD = `${NEWEST} order by at desc, id limit ${LIMIT}`;

const tier = defineTier({
  name: 'bench',
  stages: { bench: { profile: 'disposable' } },
  stores: { posts: shardedPostgres({ shardKey: 'user_id', strategy: hash(), shards: 4 }) },
});

export const scatterThroughput: Benchmark = {
  name: 'scatter.merge, 4 shards, against bare pools',
  limit: { atLeast: 0.5 },
  run: (signal) => withTemporaryDirectory((directory) => compare(directory, signal)),
};

interface Post {
  readonly id: string;
  readonly at: Date;
  readonly title: string;
}

async function compare(directory: string, signal: AbortSignal): Promise<PairedResult> {
  const local = await startLocalTier(parseTier(tier), { directory, templates: join(directory, 'templates'), signal });
  try {
    const secrets = new FileSecrets(join(dirname(local.topologyFile), 'secrets.json'));
    const posts = local.topology.stores['posts'] as ShardedPostgresTopology;
    const targets: ConnectionTarget[] = await Promise.all(
      Object.values(posts.shards).map(async (shard) => ({
        server: shard.primary,
        database: posts.database,
        credentials: await secrets.read(shard.secrets.owner),
        trust: local.topology.trust,
      })),
    );
    const open = () =>
      openRouter<typeof tier>({
        topology: new FileTopology(local.topologyFile),
        secrets,
        login: { kind: 'owner' },
        pool: { max: CALLERS },
      });
    const setup = await open();
    await Promise.all(setup.posts.shards().map((shard) => shard.write(SETUP)));
    await setup.close();
    return await paired(
      async () => {
        const router = await open();
        const rate = await callsPerSecond(() =>
          router.posts.scatter<Post>(NEWEST).merge([desc('at'), asc('id')], LIMIT),
        );
        await router.close();
        return rate;
      },
      async () => {
        const pools = targets.map((target) => openPool(target, { max: CALLERS }));
        const rate = await callsPerSecond(() => newestOf(pools));
        await Promise.all(pools.map((pool) => closePool(pool, 1_000)));
        return rate;
      },
      (ours, bare) => `${Math.round(ours)} against ${Math.round(bare)} merges/s, ${CALLERS} at once`,
      { signal },
    );
  } finally {
    await local.stop();
  }
}

/** What one writes by hand: no deadline, no cancelling, and the order of JavaScript. */
async function newestOf(pools: readonly PgPool[]): Promise<readonly Post[]> {
  const answers = await Promise.all(pools.map((pool) => pool.query<Post>(NEWEST_OF_SHARD)));
  return answers
    .flatMap(({ rows }) => rows)
    .sort((a, b) => b.at.getTime() - a.at.getTime() || Number(a.id) - Number(b.id))
    .slice(0, LIMIT);
}

async function callsPerSecond(call: () => Promise<unknown>): Promise<number> {
  await runCalls(WARM_UP, call);
  const began = performance.now();
  await runCalls(CALLS, call);
  return CALLS / ((performance.now() - began) / 1000);
}

async function runCalls(calls: number, call: () => Promise<unknown>): Promise<void> {
  let left = calls;
  await Promise.all(
    Array.from({ length: CALLERS }, async () => {
      while (left-- > 0) await call();
    }),
  );
}
