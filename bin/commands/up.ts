import { DYNAMODB_STAND_IN, startLocalTier, urlsIn, type LocalTier } from '../../lib/local';
import { isRelational, type TierDefinition } from '../../lib/definition';
import { FileTopology } from '../../lib/sources';
import type { Topology } from '../../lib/topology';
import { EXIT_CODES, type ExitCode } from '../exit-code';
import { listenForInterrupt } from '../interrupt';
import { printJsonLine } from '../json-output';
import { forSameTier } from '../same-tier';
import { painterFor, Steps } from '../terminal';
import { openTier, templatesDirectory, tierDirectory, topologyFileIn, type TierOptions } from '../tier-context';
import { announceToParent, startDetached } from './detached';

export interface UpOptions extends TierOptions {
  readonly detach?: true;
  readonly port?: number;
  readonly json?: true;
}

/** Version of what `--json` prints. */
const JSON_VERSION = 1;

/** Runs the tier in this process until a signal comes, or in one of its own with `--detach`. */
export async function up(options: UpOptions): Promise<ExitCode> {
  const definition = await openTier(options);
  const directory = tierDirectory(definition);
  const steps = new Steps(options.json ? process.stderr : process.stdout);
  if (options.detach) {
    const pid = await steps.run('up', async (now) => {
      const started = await startDetached(directory, now);
      const topology = await new FileTopology(topologyFileIn(directory)).read();
      return { value: started, detail: `${describeServers(definition, topology)}; process ${started}` };
    });
    printReady(options, definition, pid);
    return EXIT_CODES.ok;
  }
  return runUntilInterrupted(options, definition, steps);
}

async function runUntilInterrupted(options: UpOptions, definition: TierDefinition, steps: Steps): Promise<ExitCode> {
  const interrupt = listenForInterrupt();
  const parent = announceToParent();
  try {
    const tier = await steps.run('up', async (now) => {
      const started = await startLocalTier(definition, {
        directory: tierDirectory(definition),
        templates: templatesDirectory(),
        searchPath: process.env['PATH'] ?? '',
        urls: urlsIn(process.env, definition.stores),
        signal: interrupt.signal,
        onProgress: ({ text }) => {
          now(text);
          parent.progress(text);
        },
        ...(options.port !== undefined && { basePort: options.port }),
      });
      return { value: started, detail: describeServers(definition, started.topology) };
    });
    reportEndedServers(tier, steps);
    parent.ready();
    if (!parent.isThere) printReady(options, definition, process.pid);
    await interrupt.interrupted;
    await steps.run('down', async () => {
      await tier.stop();
      return { value: undefined, detail: 'stopped, data kept' };
    });
    return EXIT_CODES.ok;
  } catch (error) {
    parent.failed(error);
    throw error;
  } finally {
    interrupt.release();
  }
}

function reportEndedServers(tier: LocalTier, steps: Steps): void {
  const painter = painterFor(process.stdout);
  tier.onServerExit(({ store, name, code, signal }) => {
    steps.note(`${painter.red('✗')} ${store}/${name} ended by ${signal ?? `exit ${code}`}; the others go on`);
  });
}

function printReady(options: UpOptions, definition: TierDefinition, pid: number): void {
  const topology = topologyFileIn(tierDirectory(definition));
  if (options.json) {
    printJsonLine({ version: JSON_VERSION, tier: definition.name, stage: definition.stage.name, pid, topology });
    return;
  }
  const stop = options.detach ? 'npx polystore down' : 'Ctrl-C stops it';
  process.stdout.write(
    `topology ${topology}\n${forSameTier(`next   npx polystore status · npx polystore smoke · ${stop}`, options)}\n`,
  );
}

/** `primary, 2 replicas, 4 shards (PostgreSQL 17), carts (dynamodb, emulated), catalog (documentdb on FerretDB 1.24.2); absent: sessions, people`. */
export function describeServers({ stores }: TierDefinition, topology: Topology): string {
  const counts = { primary: 0, replica: 0, shard: 0 };
  const versions = new Set<string>();
  const others: string[] = [];
  const absent: string[] = [];
  for (const store of Object.values(stores)) {
    if (!isRelational(store)) {
      const runs = describeOther(store.name, store.kind, topology);
      if (runs === undefined) absent.push(store.name);
      else others.push(`${store.name} (${runs})`);
      continue;
    }
    versions.add(store.version);
    if (store.kind === 'postgres') {
      counts.primary += 1;
      counts.replica += store.replicas.length;
    } else {
      counts.shard += store.shards.length;
    }
  }
  const named = Object.entries(counts)
    .filter(([, count]) => count > 0)
    .map(([noun, count]) => (count === 1 ? (noun === 'primary' ? noun : `1 ${noun}`) : `${count} ${plural(noun)}`));
  const relational = named.length === 0 ? [] : [`${named.join(', ')} (PostgreSQL ${[...versions].sort().join(', ')})`];
  const started = [...relational, ...others].join(', ') || 'nothing';
  return absent.length === 0 ? started : `${started}; absent: ${absent.join(', ')}`;
}

/** What runs a store that is not relational, so that nobody takes what stands in for the engine of AWS; undefined where nothing does. */
function describeOther(name: string, kind: string, { stores, absent = {} }: Topology): string | undefined {
  const store = stores[name];
  if (Object.hasOwn(absent, name) || store === undefined) return undefined;
  if (store.kind === 'dynamodb') return `${kind}, ${DYNAMODB_STAND_IN.label}`;
  return 'standIn' in store && store.standIn !== undefined ? `${kind} on ${store.standIn.engine}` : kind;
}

const plural = (noun: string): string => (noun === 'primary' ? 'primaries' : `${noun}s`);
