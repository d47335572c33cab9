// `npm run bench`: speed against limits, one row a figure; `--only <name>` for some, `--json` for programs. See CONTRIBUTING.md.
// Exits 1 if a figure misses its limit.
import { parseBenchOptions, type BenchOptions } from './bench-options';
import { withBenchServers } from './bench-servers';
import { contest } from './contest';
import type { RequestKind } from './contestants';
import { coresFor, type Cores } from './cores';
import { failover } from './failover';
import { guardAndDiff } from './guard-and-diff';
import { localStart } from './local-start';
import { RUNS, type Benchmark, type BenchmarkSeries, type PairedResult } from './paired';
import { poolContest } from './pool-contest';
import { cachedDirectoryLookup, rangeDecision, routingDecision } from './routing-decision';
import { coresText, figureOf, rowText, totalText, type Figure, type Report } from './rows';
import { scatterThroughput } from './scatter';
import { smokeOfEveryKind } from './smoke';
import { localStatus } from './status';
import { synth } from './synth';
import { synthAlarms } from './synth-alarms';
import { synthKinds } from './synth-kinds';
import { synthScaling } from './synth-scaling';

/** By the names that `--only` takes, in the order in which they run. */
const ALONE = {
  decision: [routingDecision, rangeDecision],
  directory: [cachedDirectoryLookup],
  scatter: [scatterThroughput],
  failover: [failover],
  status: [localStatus],
  smoke: [smokeOfEveryKind],
  synth: [synth, synthScaling],
  kinds: [synthKinds],
  alarms: [synthAlarms],
  guard: [guardAndDiff],
  // Last: it leaves the file system gigabytes to remove.
  start: [localStart],
} as const satisfies Record<string, readonly (Benchmark | BenchmarkSeries)[]>;

/** These share servers, which are started once. */
const CONTESTS = ['read', 'write', 'session'] as const satisfies readonly RequestKind[];
const ON_SERVERS = [...CONTESTS, 'pool'] as const;

type Name = keyof typeof ALONE | (typeof ON_SERVERS)[number];
const NAMES = [...ON_SERVERS, ...Object.keys(ALONE)] as readonly Name[];

async function runAll(
  { names, proxyLeg }: BenchOptions<Name>,
  cores: Cores,
  report: Report,
  signal: AbortSignal,
): Promise<void> {
  if (ON_SERVERS.some((name) => names.includes(name))) {
    await withBenchServers(cores, signal, async (servers) => {
      for (const kind of CONTESTS) if (names.includes(kind)) await contest(kind, servers, proxyLeg, report, signal);
      if (names.includes('pool')) await poolContest(servers, report, signal);
    });
  }
  for (const name of names.filter((each) => each in ALONE) as (keyof typeof ALONE)[]) {
    for (const bench of ALONE[name] as readonly (Benchmark | BenchmarkSeries)[]) {
      signal.throwIfAborted();
      const results = [await bench.run(signal)].flat();
      const rows = 'rows' in bench ? bench.rows : [bench];
      rows.forEach(({ name: title, limit }, row) =>
        report({ name: title, limit, result: results[row] as PairedResult }),
      );
    }
  }
}

async function main(options: BenchOptions<Name>): Promise<void> {
  const { output } = options;
  const cores = coresFor(options.cores);
  const interrupted = new AbortController();
  // What was started is stopped on the way out; whoever can't wait for that interrupts once more.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => interrupted.abort());
  // A reader that has gone, as in `npm run bench | head`.
  process.stdout.on('error', () => interrupted.abort());
  const figures: Figure[] = [];
  if (output === 'text')
    console.log(`median of ${RUNS} alternating runs, its 95 % interval, limit\n${coresText(cores)}\n`);
  try {
    await runAll(
      options,
      cores,
      (row) => {
        figures.push(figureOf(row));
        if (output === 'text') console.log(rowText(row));
      },
      interrupted.signal,
    );
  } catch (error) {
    if (!interrupted.signal.aborted) throw error;
    console.error('interrupted; what was started is stopped');
    process.exitCode = 130;
    return;
  }
  console.log(
    output === 'json'
      ? JSON.stringify({ cores: cores.halves ?? 'shared', figures }, null, 2)
      : `\n${totalText(figures)}`,
  );
  process.exitCode = figures.some(({ verdict }) => verdict === 'miss') ? 1 : 0;
}

try {
  void main(parseBenchOptions(process.argv.slice(2), NAMES));
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 2;
}
