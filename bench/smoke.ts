import { delimiter, join } from 'node:path';
import {
  defineTier,
  documentdb,
  dynamodb,
  neptune,
  parseTier,
  postgres,
  replicationGroup,
  shardedPostgres,
  valkey,
} from '../lib/definition';
import { startLocalTier } from '../lib/local';
import { runSmoke } from '../lib/smoke';
import { FileSecrets, placementsOf } from '../lib/sources';
import type { Topology } from '../lib/topology';
import { cacheDirectory, cachedPrograms } from '../scripts/conformance/cache';
import { inTurns, medianOf, ratioOf, type Benchmark, type PairedResult } from './paired';
import { withTemporaryDirectory } from './temporary-directory';

/** A store of each kind. */
const everyKind = defineTier({
  name: 'every',
  stages: { bench: { profile: 'disposable' } },
  stores: {
    main: postgres({ replicas: 1 }),
    posts: shardedPostgres({ shardKey: { column: 'user_id', type: 'bigint' }, shards: 2 }),
    sessions: valkey({ shape: replicationGroup({ replicas: 1 }) }),
    carts: dynamodb({ partitionKey: 'user', indexes: { byState: { partitionKey: 'state' } } }),
    catalog: documentdb(),
    people: neptune(),
  },
  services: {
    web: {
      uses: { main: 'write', posts: 'write', sessions: 'write', carts: 'write', catalog: 'write', people: 'write' },
    },
    reports: { uses: { main: 'read', posts: 'read', sessions: 'read', catalog: 'read' } },
  },
});

/**
 * The smoke test of a tier with every kind whose engine is on the PATH, or was brought by `npm run conformance`: the whole run against the store in it
 * that took longest, from its first check to its last outcome. Stores that wait for one another show, however busy the machine is, since both sides are of one run.
 *
 * What that store takes in a run of its own is told beside it and has no limit: here the test, five engines and all their connections share the same
 * cores, as they do nowhere else.
 */
export const smokeOfEveryKind: Benchmark = {
  name: 'smoke of all kinds against its slowest store',
  limit: { atMost: 1.5 },
  run: (signal) =>
    withTemporaryDirectory(async (root) => {
      const directory = join(root, 'tier');
      const searchPath = [process.env['PATH'] ?? '', ...cachedPrograms(cacheDirectory(process.env))].join(delimiter);
      const tier = await startLocalTier(parseTier(everyKind), {
        directory,
        templates: join(root, 'templates'),
        searchPath,
        signal,
      });
      try {
        return await contest(tier.topology, new FileSecrets(join(directory, 'secrets.json')), signal);
      } finally {
        await tier.stop();
      }
    }),
};

/** One run: its own time, and that of each of its stores, in seconds. */
interface Timed {
  readonly run: number;
  readonly stores: Readonly<Record<string, number>>;
}

async function contest(topology: Topology, secrets: FileSecrets, signal: AbortSignal): Promise<PairedResult> {
  const stores = Object.keys(topology.stores);
  const [together = [], ...alone] = await inTurns(
    [stores, ...stores.map((store) => [store])].map((only) => () => prove(topology, secrets, only, signal)),
    { signal },
  );
  const longest = together.map((timed) => Math.max(...Object.values(timed.stores)));
  const byItself = Math.max(...alone.map((runs) => medianOf(runs.map(({ run }) => run))));
  const absent = Object.keys(topology.absent ?? {});
  return ratioOf(
    together.map(({ run }) => run),
    longest,
    (all, one) =>
      [
        `${all.toFixed(2)} s of ${stores.join(', ')} against ${one.toFixed(2)} s, by itself ${byItself.toFixed(2)} s`,
        ...(absent.length > 0 ? [`no engine for ${absent.join(', ')}`] : []),
      ].join('; '),
  );
}

/** @throws {Error} where a check failed: what ends early is no measure */
async function prove(
  topology: Topology,
  secrets: FileSecrets,
  only: readonly string[],
  signal: AbortSignal,
): Promise<Timed> {
  const began: Record<string, number> = {};
  const ended: Record<string, number> = {};
  const report = await runSmoke({
    topology,
    secrets,
    placementOf: placementsOf(topology),
    only,
    signal,
    onOutcome: ({ store, durationMs }) => {
      ended[store] = performance.now();
      began[store] = Math.min(began[store] ?? Infinity, ended[store] - durationMs);
    },
  });
  const failed = report.outcomes.filter(({ status }) => status === 'failed');
  if (failed.length > 0) throw new Error(`failed: ${JSON.stringify(failed)}`);
  const timeOf = (store: string): number => ((ended[store] as number) - (began[store] as number)) / 1000;
  return {
    run: report.durationMs / 1000,
    stores: Object.fromEntries(only.map((store) => [store, timeOf(store)])),
  };
}
