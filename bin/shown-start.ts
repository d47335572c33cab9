import { isRelational, type TierDefinition } from '../lib/definition';
import { DYNAMODB_STAND_IN, startLocalTier, urlsIn, type LocalTier } from '../lib/local';
import type { Topology } from '../lib/topology';
import type { Steps } from './terminal';
import { templatesDirectory } from './tier-context';

/** Where a tier starts, and who is shown how. */
export interface ShownStart {
  readonly directory: string;
  readonly steps: Steps;
  readonly signal: AbortSignal;
  /** Told too what is done now. @default - nobody */
  readonly onProgress?: (text: string) => void;
  /** Of the first server; the others follow. @default - free ports */
  readonly basePort?: number;
}

/** Starts a tier by what the environment has of engines, as the step `up`; whoever asked for it stops it. */
export function startShown(
  definition: TierDefinition,
  { directory, steps, signal, onProgress, basePort }: ShownStart,
): Promise<LocalTier> {
  return steps.run('up', async (now) => {
    const value = await startLocalTier(definition, {
      directory,
      templates: templatesDirectory(),
      searchPath: process.env['PATH'] ?? '',
      urls: urlsIn(process.env, definition.stores),
      signal,
      onProgress: ({ text }) => {
        now(text);
        onProgress?.(text);
      },
      ...(basePort !== undefined && { basePort }),
    });
    return { value, detail: describeServers(definition, value.topology) };
  });
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
