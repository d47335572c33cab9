import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { defineTier, parseTier, postgres } from '../lib/definition';
import { startLocalTier } from '../lib/local';
import { closePool, openPool, withClient, type ConnectionTarget } from '../lib/postgres';
import { openRouter } from '../lib/routing';
import { FileSecrets, FileTopology } from '../lib/sources';
import type { PostgresTopology, ServerTopology } from '../lib/topology';
import { paired, type Benchmark, type PairedResult } from './paired';

/** Requests at once, and connections in each pool: the server is kept busy, and nobody waits for a connection. */
const CLIENTS = 8;
const REQUESTS = 6_000;
const WARM_UP = 1_000;

const SETUP = `
  create table counter (id integer primary key, hits integer not null);
  insert into counter select id, 0 from generate_series(1, 1000) id`;
const READ = 'select hits from counter where id = $1';
const WRITE = 'update counter set hits = hits + 1 where id = $1';

/** One replica, so that both sides read the same server. */
const tier = defineTier({
  name: 'bench',
  stages: { bench: { profile: 'disposable' } },
  stores: { main: postgres({ replicas: 1 }) },
});

export const readThroughput: Benchmark = {
  name: 'router.read against a bare pg pool',
  limit: { atLeast: 0.95 },
  run: () => compare('replica'),
};

export const writeThroughput: Benchmark = {
  name: 'router.write against a bare pg pool',
  limit: { atLeast: 0.95 },
  run: () => compare('primary'),
};

type Send = (id: number) => Promise<unknown>;

async function compare(role: 'primary' | 'replica'): Promise<PairedResult> {
  const directory = await mkdtemp(join(tmpdir(), 'polystore-bench-'));
  const local = await startLocalTier(parseTier(tier), { directory, templates: join(directory, 'templates') });
  try {
    const secrets = new FileSecrets(join(dirname(local.topologyFile), 'secrets.json'));
    const topology = new FileTopology(local.topologyFile);
    const main = local.topology.stores['main'] as PostgresTopology;
    const target: ConnectionTarget = {
      server: role === 'primary' ? main.primary : (main.replicas[0] as ServerTopology),
      database: main.database,
      credentials: await secrets.read(main.secrets.owner),
      trust: local.topology.trust,
    };
    const statement = role === 'primary' ? WRITE : READ;
    await withClient({ ...target, server: main.primary }, (client) => client.query(SETUP));
    await waitForSetup(target);
    return await paired(
      async () => {
        const router = await openRouter<typeof tier>({
          topology,
          secrets,
          login: { kind: 'owner' },
          readFallback: 'none',
          pool: { max: CLIENTS },
        });
        const send: Send =
          role === 'primary' ? (id) => router.main.write(statement, [id]) : (id) => router.main.read(statement, [id]);
        return measure(send, () => router.close());
      },
      () => {
        const pool = openPool(target, { max: CLIENTS });
        return measure(
          (id) => pool.query(statement, [id]),
          () => closePool(pool, 1_000),
        );
      },
      (ours, bare) => `${Math.round(ours)} against ${Math.round(bare)} statements/s, ${CLIENTS} at once`,
    );
  } finally {
    await local.stop();
    await rm(directory, { recursive: true, force: true });
  }
}

/** Each run has connections of its own: the luck of one (its process, its memory) is worth more percent than the router. */
async function measure(send: Send, close: () => Promise<void>): Promise<number> {
  await requestsPerSecond(WARM_UP, send);
  const rate = await requestsPerSecond(REQUESTS, send);
  await close();
  return rate;
}

async function waitForSetup(target: ConnectionTarget): Promise<void> {
  await withClient(target, async (client) => {
    for (;;) {
      const { rows } = await client.query<{ there: boolean }>("select to_regclass('counter') is not null as there");
      if (rows[0]?.there) return;
    }
  });
}

async function requestsPerSecond(requests: number, send: Send): Promise<number> {
  const began = performance.now();
  let left = requests;
  await Promise.all(
    Array.from({ length: CLIENTS }, async () => {
      while (left-- > 0) await send((left % 1000) + 1);
    }),
  );
  return requests / ((performance.now() - began) / 1000);
}
