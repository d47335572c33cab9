import type { Credentials } from '../sources/secrets';
import type { TlsFiles } from './certificates';
import {
  passwordFileIn,
  preparePrimary,
  prepareReplica,
  writeSettings,
  type Engine,
  type FirstRoles,
} from './data-directory';
import { throwIfInterrupted } from './engine-command';
import { findFreePorts, portTaken } from './ports';
import { startPostgresServer } from './postgres-server';
import { readLog, type ServerProcess } from './server-process';
import type { ServerSettings } from './server-settings';
import { SUPERVISOR_SECRET } from './secrets-file';
import { dataOf, logOf, type TierDirectory } from './tier-directory';
import { serversOf, type PlannedCluster, type PlannedServer } from './tier-plan';

/** What every cluster of a tier starts with. */
export interface ClusterRoom {
  readonly engine: Engine;
  readonly template: string;
  readonly directory: TierDirectory;
  readonly ports: PortChoice;
  readonly tls: TlsFiles;
  /** Resolves once the files of `tls` are there, which servers need and their data does not. */
  readonly certificates: Promise<unknown>;
  readonly secrets: Readonly<Record<string, Credentials>>;
  readonly run: string;
  /** Told before a server's process is made, and when it is gone. */
  readonly guard: { starting(server: string): void; ended(server: string): void };
}

/** A server that runs. */
export interface RunningServer {
  readonly planned: PlannedServer;
  readonly port: number;
  readonly process: ServerProcess;
}

/** Ports by server name: given ones are kept, others are chosen anew where somebody was faster. */
export type PortChoice =
  { readonly kind: 'fixed'; readonly portOf: (server: PlannedServer) => number } | { readonly kind: 'free' };

const PORT_ATTEMPTS = 5;

/**
 * Starts a primary and its replicas, which are rebuilt from it. Either all run, and `onStart` gets them and owns them, or this rejects and none does.
 * @throws {PolystoreError} ENGINE_FAILED, PORT_TAKEN, INTERRUPTED
 */
export async function startCluster(
  room: ClusterRoom,
  cluster: PlannedCluster,
  onStart: (server: RunningServer) => void,
  signal?: AbortSignal,
): Promise<void> {
  const { ports } = room;
  let chosen = await choosePorts(cluster, ports);
  await prepareData(room, cluster, chosen, signal);
  await room.certificates;
  for (let attempt = 1; ; attempt++) {
    const starts = await startAll(room, cluster, chosen, signal);
    const failure = starts.find((start) => start.status === 'rejected');
    const running = starts.flatMap((start) => (start.status === 'fulfilled' ? [start.value] : []));
    if (failure === undefined) return running.forEach(onStart);
    await Promise.all(running.map(({ process }) => process.stop()));
    throwIfInterrupted(signal, cluster.store);
    const taken = await portTakenIn(room, cluster, chosen);
    if (taken === undefined) throw failure.reason;
    if (ports.kind === 'fixed' || attempt === PORT_ATTEMPTS) throw taken;
    chosen = await choosePorts(cluster, ports);
    await rewriteSettings(room, cluster, chosen);
  }
}

/** Port by label of the server. */
export type Ports = ReadonlyMap<string, number>;

async function choosePorts(cluster: PlannedCluster, ports: PortChoice): Promise<Ports> {
  const servers = serversOf(cluster);
  const free = ports.kind === 'free' ? await findFreePorts(servers.length) : [];
  return new Map(
    servers.map((server, i) => [server.label, ports.kind === 'fixed' ? ports.portOf(server) : (free[i] as number)]),
  );
}

async function prepareData(
  room: ClusterRoom,
  cluster: PlannedCluster,
  ports: Ports,
  signal?: AbortSignal,
): Promise<void> {
  const { engine, directory } = room;
  const { primary } = cluster;
  const roles = rolesOf(room, cluster);
  const settings = settingsOf(room, cluster, primary, ports);
  const primaryDirectory = dataOf(directory, primary);
  const data = { label: primary.label, directory: primaryDirectory, database: cluster.database, roles, settings };
  await preparePrimary(engine, room.template, data, signal);
  await allOrNothing(
    cluster.replicas.map((replica) =>
      prepareReplica(
        engine,
        primaryDirectory,
        {
          label: replica.label,
          directory: dataOf(directory, replica),
          roles,
          settings: settingsOf(room, cluster, replica, ports),
        },
        signal,
      ),
    ),
  );
}

async function rewriteSettings(room: ClusterRoom, cluster: PlannedCluster, ports: Ports): Promise<void> {
  for (const server of serversOf(cluster)) {
    const settings = settingsOf(room, cluster, server, ports);
    await writeSettings(room.engine, dataOf(room.directory, server), settings, rolesOf(room, cluster));
  }
}

function startAll(
  room: ClusterRoom,
  cluster: PlannedCluster,
  ports: Ports,
  signal?: AbortSignal,
): Promise<PromiseSettledResult<RunningServer>[]> {
  return Promise.allSettled(
    serversOf(cluster).map((planned) => startServer(room, planned, ports.get(planned.label) as number, signal)),
  );
}

/**
 * Starts a server on its prepared data directory.
 * @throws {PolystoreError} ENGINE_FAILED, INTERRUPTED
 */
export async function startServer(
  room: ClusterRoom,
  planned: PlannedServer,
  port: number,
  signal?: AbortSignal,
): Promise<RunningServer> {
  const { label } = planned;
  const launch = {
    label,
    dataDirectory: dataOf(room.directory, planned),
    log: logOf(room.directory, planned),
    run: room.run,
  };
  room.guard.starting(label);
  try {
    const process = await startPostgresServer(room.engine, launch, signal);
    void process.exited.then(() => room.guard.ended(label));
    return { planned, port, process };
  } catch (error) {
    room.guard.ended(label);
    throw error;
  }
}

/** The port that a server of this start could not have, told by its log. */
async function portTakenIn(
  room: ClusterRoom,
  cluster: PlannedCluster,
  ports: Ports,
): Promise<ReturnType<typeof portTaken> | undefined> {
  for (const server of serversOf(cluster)) {
    const log = await readLog(logOf(room.directory, server));
    if (/could not create any TCP\/IP sockets/.test(log))
      return portTaken(ports.get(server.label) as number, server.label);
  }
  return undefined;
}

/** The settings of a server of a cluster: a replica's lead to the cluster's primary. */
export function settingsOf(
  room: ClusterRoom,
  cluster: PlannedCluster,
  server: PlannedServer,
  ports: Ports,
): ServerSettings {
  const { tls } = room;
  const settings = {
    label: server.label,
    port: ports.get(server.label) as number,
    maxConnections: cluster.maxConnections,
    slowQueryMs: cluster.slowQueryMs,
    tls,
  };
  if (server.role === 'primary') return settings;
  return {
    ...settings,
    upstream: {
      port: ports.get(cluster.primary.label) as number,
      username: rolesOf(room, cluster).supervisor.username,
      passwordFile: passwordFileIn(dataOf(room.directory, server)),
      authority: tls.authority,
    },
  };
}

/** Who exists in a cluster before anything is provisioned. */
export function rolesOf({ secrets }: ClusterRoom, cluster: PlannedCluster): FirstRoles {
  return {
    owner: secrets[cluster.secrets.owner] as Credentials,
    supervisor: secrets[SUPERVISOR_SECRET] as Credentials,
  };
}

/** Waits for all, even if one fails, so that nothing goes on behind the caller's back. */
async function allOrNothing(works: readonly Promise<void>[]): Promise<void> {
  const failure = (await Promise.allSettled(works)).find((result) => result.status === 'rejected');
  if (failure) throw failure.reason;
}
