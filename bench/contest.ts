import { MOST_CONNECTIONS, type BenchServers } from './bench-servers';
import {
  openBareContestant,
  openProxyContestant,
  openRouterContestant,
  READS_A_SESSION,
  type Contestant,
  type ProxyLeg,
  type RequestKind,
} from './contestants';
import { load, type LoadResult } from './load';
import { inTurns, ratioOf, RUNS, type PairedResult } from './paired';
import { notInstalled } from './proxy';
import type { Report } from './rows';

/** Requests at once. */
const CLIENTS = [1, 16, 64];
/** Of one run of one contestant, in milliseconds. */
const WARM_UP_MS = 80;
const MEASURED_MS = 300;

/** Proxies are further away than bare `pg`: fewer runs show it. */
const RUNS_WITH_PROXIES = 6;

export const THROUGHPUT = { atLeast: 0.95 };
export const P99 = { atMost: 1.2 };
const AHEAD = { atLeast: 1 };

const UNITS: Readonly<Record<RequestKind, string>> = {
  read: 'reads/s',
  write: 'writes/s',
  session: `sessions/s of 1 write and ${READS_A_SESSION} reads`,
};

/** Of one contestant, run by run. */
type Results = readonly LoadResult[];

/** The router against bare `pg` and the proxies that are installed, at each number of clients. */
export async function contest(
  kind: RequestKind,
  servers: BenchServers,
  leg: ProxyLeg,
  report: Report,
  signal: AbortSignal,
): Promise<void> {
  for (const clients of CLIENTS) {
    const connections = Math.min(clients, MOST_CONNECTIONS);
    const running = servers.proxies.filter((proxy) => proxy.port !== undefined);
    const sides: readonly (() => Promise<Contestant> | Contestant)[] = [
      () => openRouterContestant(kind, servers, connections),
      () => openBareContestant(kind, servers, connections),
      ...running.map((proxy) => () => openProxyContestant(kind, proxy, connections, leg)),
    ];
    const readerPort = kind === 'read' ? servers.backends.replicaPort : undefined;
    const measures = sides.map((open) => async () => measure(await open(), clients, readerPort));
    const together = await inTurns(measures, { signal, runs: RUNS_WITH_PROXIES });
    const alone = await inTurns(measures.slice(0, 2), { signal, runs: RUNS - RUNS_WITH_PROXIES });
    const [ours = [], bare = [], ...proxied] = together.map((results, side) => [...results, ...(alone[side] ?? [])]);
    const name = `${kind}, ${clients} ${clients === 1 ? 'client' : 'clients'}`;
    report({ name: `${name}: against bare pg`, limit: THROUGHPUT, result: throughputOf(kind, ours, bare) });
    report({ name: `${name}: p99 against bare pg`, limit: P99, result: p99Of(ours, bare) });
    for (const proxy of servers.proxies) {
      const { program } = proxy;
      const row = { name: `${name}: against ${leg === 'plain' ? 'plain ' : ''}${program.name}`, limit: AHEAD };
      const other = proxy.port === undefined ? undefined : proxied[running.indexOf(proxy)];
      report(other ? { ...row, result: throughputOf(kind, ours, other) } : { ...row, skipped: notInstalled(program) });
    }
  }
}

export const throughputOf = (kind: RequestKind, ours: Results, other: Results): PairedResult =>
  ratioOf(
    ours.slice(0, other.length).map(({ perSecond }) => perSecond),
    other.map(({ perSecond }) => perSecond),
    (one, two) => `${Math.round(one)} against ${Math.round(two)} ${UNITS[kind]}`,
  );

export const p99Of = (ours: Results, other: Results): PairedResult =>
  ratioOf(
    ours.map(({ p99Ms }) => p99Ms),
    other.map(({ p99Ms }) => p99Ms),
    (one, two) => `${one.toFixed(2)} ms against ${two.toFixed(2)} ms`,
  );

/** Each run has connections of its own: the luck of one (its process, its memory) is worth more percent than the router. */
export async function measure(
  { send, readPort, close }: Contestant,
  clients: number,
  readerPort: number | undefined,
): Promise<LoadResult> {
  try {
    // Opens every connection.
    await Promise.all(Array.from({ length: clients }, (_, client) => send(client + 1, client)));
    if (readerPort !== undefined) requireReader(readerPort, await readPort());
    await load(send, clients, WARM_UP_MS);
    return await load(send, clients, MEASURED_MS);
  } finally {
    await close();
  }
}

/** Nobody wins by asking another server. */
function requireReader(expected: number, port: number): void {
  if (port !== expected) throw new Error(`a read was answered on port ${port}, not on the replica's ${expected}`);
}
