import { resolve } from 'node:path';
import type { TierDefinition } from '../definition';
import { inParallel, provisionTier } from '../provision';
import { DirectoryPlacement } from '../sources/directory-placement';
import { FileSecrets } from '../sources/file-secrets';
import type { Credentials } from '../sources/secrets';
import { encodeTopology, type Topology } from '../topology';
import { ensureCertificates, tlsFilesIn } from './certificates';
import { startCluster, type ClusterRoom, type PortChoice } from './cluster';
import type { Engine } from './data-directory';
import { diskFull, isDiskFull, neededSpace, requireSpace } from './disk-space';
import { throwIfInterrupted } from './engine-command';
import { firstPlacements, localTopology } from './local-topology';
import { planOtherStores, type OtherStores } from './other-engines';
import { fixedPorts, requireOwners, requireVersion, stopLeftovers } from './preflight';
import { prepareEngine } from './prepare-engine';
import { publishFile } from './publish-file';
import { findIdentity, giveTo, type Identity } from './run-as';
import { rebuildReplica } from './rebuild-replica';
import { waitForReplay } from './replay';
import { RunningTier, type LocalTier } from './running-tier';
import { ensureSecrets, SUPERVISOR_SECRET } from './secrets-file';
import { waitForStreaming, type Stream } from './streaming';
import { ensureTemplate } from './template';
import { logOf, placementOf, tierDirectory, type TierDirectory } from './tier-directory';
import { takeLock, type TierLock } from './tier-lock';
import { planClusters, serversOf, type PlannedCluster, type PlannedServer } from './tier-plan';
import { startWatchdog, type Watchdog } from './watchdog';

export interface LocalTierOptions {
  /** Everything of the tier lies here and nothing elsewhere: `.polystore/<tier>/<stage>` of a project. */
  readonly directory: string;
  /** Where templates are kept; tiers may share it. */
  readonly templates: string;
  /** The servers get this port and the ones after it, in the order of the definition. @default - free ports */
  readonly basePort?: number;
  /**
   * Directories of programs, as in PATH, in which the engines of stores that are not relational are looked for. A store whose engine is not found does
   * not run, and the topology says so.
   * @default - none
   */
  readonly searchPath?: string;
  /**
   * URLs of servers that somebody else runs, by store, for stores that are not relational: each counts before any program, is neither started nor
   * stopped, and the users of the tier that are made there stay.
   * @default - none
   */
  readonly urls?: Readonly<Record<string, string>>;
  /** As whom the servers run. @default - the first that works here, see {@link findIdentity} */
  readonly identity?: Identity;
  /** Gives the start up: everything is stopped, and the start rejects with INTERRUPTED. Of no effect once the tier is up. */
  readonly signal?: AbortSignal;
  readonly onProgress?: (event: StartEvent) => void;
}

/** What a start has done, for whoever shows progress. */
export interface StartEvent {
  readonly step: 'engine' | 'servers' | 'streaming' | 'provisioned';
  /** In words: `7 servers are up`. */
  readonly text: string;
  /** Since the start began, in milliseconds. */
  readonly elapsedMs: number;
}

/**
 * Runs a whole tier on this machine: every server of the definition with its replicas, TLS and roles. It is ready when this resolves:
 * every replica streams, every database is provisioned, and `topology.json` is written.
 *
 * The data of primaries and shards is kept from the last start; replicas are always built anew from their primary, also after a crash or
 * a failover: the primary's own directory is what counts. Whatever fails, all that was started is stopped and nothing is left listening.
 * The caller stops the tier; if its process dies first, by whatever means, a watchdog does.
 *
 * Differences from AWS: `max_connections` is at most 100, all servers share this machine, `fsync` is off (see server-settings.ts), and
 * shards are plain PostgreSQL.
 *
 * @throws {PolystoreError} TIER_ALREADY_UP, SHARD_OWNS_BUCKETS, ENGINE_MISSING, ENGINE_FAILED, PORT_TAKEN, DISK_FULL, INTERRUPTED, and
 * whatever provisioning raises
 */
export async function startLocalTier(definition: TierDefinition, options: LocalTierOptions): Promise<LocalTier> {
  const progress = progressOf(options);
  const directory = tierDirectory(resolve(options.directory));
  const clusters = planClusters(definition);
  const others = await planOtherStores(definition, options.searchPath ?? '', options.urls ?? {});
  const neededMiB = neededSpace(directory, clusters);
  try {
    throwIfInterrupted(options.signal, 'the tier');
    const lock = await takeLock(directory.root);
    return await startLocked({
      definition,
      clusters,
      others,
      directory,
      neededMiB,
      options,
      lock,
      progress,
    });
  } catch (error) {
    if (isDiskFull(error)) throw await diskFull(directory.root, neededMiB, error);
    throw error;
  }
}

/** A start, once the directory is this process's own. */
interface Start {
  readonly definition: TierDefinition;
  readonly clusters: readonly PlannedCluster[];
  readonly others: OtherStores;
  readonly directory: TierDirectory;
  readonly neededMiB: number;
  readonly options: LocalTierOptions;
  readonly lock: TierLock;
  readonly progress: (step: StartEvent['step'], text: string) => void;
}

async function startLocked(start: Start): Promise<LocalTier> {
  const { directory, definition, lock, others } = start;
  const watchdog = startWatchdog(directory.data, lock.run);
  const tier = new RunningTier(definition, directory, lock, watchdog, plannedServers(start));
  try {
    const room = await prepareRoom(start, watchdog);
    await startServers(start, room, tier);
    const { authority } = room.tls;
    const topology = localTopology(definition, directory, authority, (server) => tier.portOf(server), others);
    await completeTier(start, room, tier, topology);
    return {
      topology,
      topologyFile: directory.topologyFile,
      servers: () => tier.servers(),
      stop: () => tier.stop(),
      killServer: (label, signal) => tier.kill(label, signal),
      rebuildReplica: async (label, source) => {
        const lost = tier.find(label);
        const from = tier.find(source);
        const cluster = start.clusters.find(({ store, shard }) => store === lost.planned.store && shard === undefined);
        if (cluster === undefined) throw new RangeError(`${label} is of a store without replicas`);
        const rebuild = { cluster, lost, source: from, servers: tier.allOf(cluster) };
        await tier.rebuild((signal) => rebuildReplica(room, rebuild, signal));
      },
      onServerExit: (listener) => tier.onServerExit(listener),
    };
  } catch (error) {
    await tier.stop();
    throw error;
  }
}

/** All that can be refused is refused here, before any server runs; then what all servers share. */
async function prepareRoom(start: Start, guard: Watchdog): Promise<ClusterRoom> {
  const { definition, clusters, others, directory, neededMiB, options, lock } = start;
  const { basePort, signal, templates } = options;
  await stopLeftovers(directory);
  await requireOwners(definition, directory);
  await requireSpace(directory.root, neededMiB);
  const identity = options.identity ?? (await findIdentity());
  const prepared = await prepareEngine(identity, directory, resolve(templates), signal);
  const engine: Engine = { ...prepared, onProcess: (pid) => guard.working(pid) };
  requireVersion(engine.binaries, clusters);
  const placements = [...firstPlacements(definition)];
  const [template, secrets] = await allOf([
    ensureTemplate(engine.binaries, identity, resolve(templates), signal),
    ensureSecrets(directory.secretsFile, clusters, others.planned),
    // Before the disk is busy with data: each waits for it.
    ...placements.map(([store, first]) => placementIn(directory, store).seed(first)),
  ]);
  await guard.ready();
  const ports: PortChoice =
    basePort === undefined
      ? { kind: 'free' }
      : { kind: 'fixed', portOf: await fixedPorts(basePort, plannedServers(start)) };
  start.progress('engine', `PostgreSQL ${engine.binaries.version}${template.kept ? '' : ', template made'}`);
  // Made while data is copied: last, since from here on it is startServers that waits for them.
  const tls = tlsFilesIn(directory.tls);
  const certificates = ensureCertificates(directory.tls).then(() => giveTo(identity, tls.key));
  // Whoever waits for them meets the failure; until somebody does, it must not end the process.
  certificates.catch(() => undefined);
  return { engine, template: template.directory, directory, ports, tls, certificates, secrets, run: lock.run, guard };
}

const placementIn = (directory: TierDirectory, store: string): DirectoryPlacement =>
  new DirectoryPlacement(placementOf(directory, store));

/** More at once would only wait for the disk. */
const CLUSTERS_AT_ONCE = 8;

/** Starts clusters and other engines side by side. */
async function startServers(start: Start, room: ClusterRoom, tier: RunningTier): Promise<void> {
  const { clusters, others, options } = start;
  const failing = new AbortController();
  const signal = options.signal ? AbortSignal.any([options.signal, failing.signal]) : failing.signal;
  const failures: unknown[] = [];
  const orFail = async (work: () => Promise<void>): Promise<void> => {
    try {
      await work();
    } catch (error) {
      failures.push(error);
      failing.abort();
    }
  };
  await Promise.all([
    inParallel(clusters, CLUSTERS_AT_ONCE, (cluster) => orFail(() => startCluster(room, cluster, tier.adopt, signal))),
    ...others.planned.map((plan) =>
      orFail(async () => {
        await room.certificates;
        const running = await plan.start(room, room.secrets, signal);
        for (const server of running) tier.adopt(server);
      }),
    ),
  ]);
  // Nothing goes on after a failure, and nobody else may be waiting for them.
  await Promise.allSettled([room.certificates]);
  // The others were interrupted because of the first.
  if (failures.length > 0) throw failures[0];
  const { length: count } = plannedServers(start);
  start.progress('servers', `${count} ${count === 1 ? 'server is' : 'servers are'} up`);
}

/** Every server of a tier, in the order of clusters and then of others. */
const plannedServers = ({ clusters, others }: Pick<Start, 'clusters' | 'others'>): readonly PlannedServer[] => [
  ...clusters.flatMap(serversOf),
  ...others.planned.flatMap(({ servers }) => servers),
];

/** From servers that run to a tier that is ready. */
async function completeTier(start: Start, room: ClusterRoom, tier: RunningTier, topology: Topology): Promise<void> {
  const { directory, options } = start;
  const streams = streamsOf(start, room, tier, topology);
  await allOf([
    allOf(streams.map((stream) => waitForStreaming(stream, options.signal))).then(() =>
      start.progress('streaming', 'replicas stream'),
    ),
    provisionTier({
      topology,
      secrets: new FileSecrets(directory.secretsFile),
      placementOf: (store) => placementIn(directory, store),
    }).then(({ databases }) =>
      start.progress(
        'provisioned',
        `${databases.length} ${databases.length === 1 ? 'database' : 'databases'} provisioned`,
      ),
    ),
  ]);
  // Else who logs in to a replica at once is a stranger there still.
  await allOf(streams.map((stream) => waitForReplay(stream, options.signal)));
  throwIfInterrupted(options.signal, 'the tier');
  await publishFile(directory.topologyFile, encodeTopology(topology), 0o644);
  // Last: where there is a state, there is a topology.
  await tier.publish();
}

/** A primary and its replicas, of each cluster. */
function streamsOf(start: Start, room: ClusterRoom, tier: RunningTier, { trust }: Topology): readonly Stream[] {
  const credentials = room.secrets[SUPERVISOR_SECRET] as Credentials;
  return start.clusters.map(({ primary, replicas }) => ({
    primary: tier.find(primary.label),
    replicas: replicas.map((replica) => ({ ...tier.find(replica.label), log: logOf(room.directory, replica) })),
    credentials,
    trust,
  }));
}

function progressOf({ onProgress }: LocalTierOptions): Start['progress'] {
  const began = performance.now();
  return (step, text) => onProgress?.({ step, text, elapsedMs: Math.round(performance.now() - began) });
}

/** Like Promise.all, but waits for all even if one fails: nothing goes on while its servers are being stopped. */
async function allOf<T extends readonly unknown[] | []>(
  works: T,
): Promise<{ -readonly [K in keyof T]: Awaited<T[K]> }> {
  await Promise.allSettled(works);
  return Promise.all(works);
}
