import { MOST_CONNECTIONS, type BenchServers } from './bench-servers';
import { measure, P99, THROUGHPUT, throughputOf, p99Of } from './contest';
import { openBareContestant, openRouterContestant } from './contestants';
import { inTurns, RUNS } from './paired';
import type { Report } from './rows';
import type { PoolOptions } from '../lib/postgres';

/** Requests at once: one shows what a statement costs, many what a core does. */
const CLIENTS = [1, 16];

/** Options of pools that are on the way of each statement. A connection is asked only after a pause, which a load has not. */
const OPTIONS: Readonly<Record<string, PoolOptions>> = {
  prePing: { prePing: { afterIdleMs: 1_000 } },
  statementCache: { statementCache: { max: 100 } },
};

/** Reads of the router with each option against bare `pg`, which has none of them. */
export async function poolContest(servers: BenchServers, report: Report, signal: AbortSignal): Promise<void> {
  for (const [option, pool] of Object.entries(OPTIONS)) {
    for (const clients of CLIENTS) {
      const connections = Math.min(clients, MOST_CONNECTIONS);
      const { replicaPort } = servers.backends;
      const [ours = [], bare = []] = await inTurns(
        [
          async () => measure(await openRouterContestant('read', servers, connections, pool), clients, replicaPort),
          async () => measure(openBareContestant('read', servers, connections), clients, replicaPort),
        ],
        { signal, runs: RUNS },
      );
      const name = `read with ${option}, ${clients} ${clients === 1 ? 'client' : 'clients'}`;
      report({ name: `${name}: against bare pg`, limit: THROUGHPUT, result: throughputOf('read', ours, bare) });
      report({ name: `${name}: p99 against bare pg`, limit: P99, result: p99Of(ours, bare) });
    }
  }
}
