import { dirname, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { isPolystoreError } from '../lib/errors';
import { parseTier } from '../lib/definition';
import { startLocalTier } from '../lib/local';
import { SUPERVISOR_SECRET } from '../lib/local/secrets-file';
import { withClient, type QueryResult, type Queryable } from '../lib/postgres';
import { openRouter } from '../lib/routing';
import { FileSecrets, FileTopology } from '../lib/sources';
import type { PostgresTopology, ServerTopology } from '../lib/topology';
import { benchTier } from './bench-servers';
import { inTurns, summarize, type Benchmark } from './paired';
import { withTemporaryDirectory } from './temporary-directory';

/** Each takes the servers with it, so each has its own. */
const RUNS = 6;
const DEADLINE_MS = 20_000;
/** Between two writes that fail. */
const RETRY_MS = 5;

const NEXT = 'insert into visit values (default) returning id';

/** The primary is killed, its replica promoted: from the order to promote to the first write that the router gets through. */
export const failover: Benchmark = {
  name: 'first write after a promotion',
  limit: { atMost: 2 },
  run: (signal) =>
    withTemporaryDirectory(async (directory) => {
      let run = 0;
      const measure = () => secondsOf(join(directory, `tier${run++}`), join(directory, 'templates'), signal);
      const [seconds = []] = await inTurns([measure], { signal, runs: RUNS });
      return { ...summarize(seconds), unit: 's', detail: 'primary killed (kill -9), pg_promote on its replica' };
    }),
};

async function secondsOf(directory: string, templates: string, signal: AbortSignal): Promise<number> {
  const local = await startLocalTier(parseTier(benchTier), { directory, templates, signal });
  try {
    const secrets = new FileSecrets(join(dirname(local.topologyFile), 'secrets.json'));
    const topology = new FileTopology(local.topologyFile);
    const { database, replicas } = local.topology.stores['main'] as PostgresTopology;
    const replica = {
      server: replicas[0] as ServerTopology,
      database,
      credentials: await secrets.read(SUPERVISOR_SECRET),
      trust: local.topology.trust,
    };
    const router = await openRouter<typeof benchTier>({ topology, secrets, login: { kind: 'owner' } });
    try {
      return await withClient(replica, async (client) => {
        await router.main.write('create table visit (id integer primary key generated always as identity)');
        const before = idIn(await router.main.write(NEXT));
        await waitForReplay(client, await router.main.write('select pg_current_wal_flush_lsn()::text as lsn'));
        await local.killServer('main/primary', 'SIGKILL');
        const began = performance.now();
        const promoted = client.query('select pg_promote()');
        const after = await untilWritten(() => router.main.write(NEXT), began + DEADLINE_MS);
        const seconds = (performance.now() - began) / 1000;
        await promoted;
        if (after <= before) throw new Error(`a write was lost: ${after} follows ${before}`);
        return seconds;
      });
    } finally {
      await router.close();
    }
  } finally {
    await local.stop();
  }
}

const idIn = ({ rows }: QueryResult): number => (rows[0] as { readonly id: number }).id;

/** What the replica lacks when the primary dies is lost by replication, and not by the router. */
async function waitForReplay(replica: Queryable, { rows }: QueryResult): Promise<void> {
  const { lsn } = rows[0] as { readonly lsn: string };
  const deadline = performance.now() + DEADLINE_MS;
  for (;;) {
    const state = await replica.query('select pg_last_wal_replay_lsn() >= $1::pg_lsn as has', [lsn]);
    if ((state.rows[0] as { readonly has: boolean }).has) return;
    if (performance.now() > deadline) throw new Error('the replica does not follow its primary');
  }
}

async function untilWritten(write: () => Promise<QueryResult>, deadline: number): Promise<number> {
  for (;;) {
    try {
      return idIn(await write());
    } catch (error) {
      if (!isPolystoreError(error) || performance.now() > deadline) throw error;
    }
    await pause(RETRY_MS);
  }
}
