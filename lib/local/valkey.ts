import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Credentials } from '../sources/secrets';
import type { PortChoice } from './cluster';
import type { EngineProgram, ProgramSearch } from './engine-program';
import { allOrNone, onFreshPorts, startInRoom, type EngineRoom, type RunningEngine } from './engine-room';
import { findFreePorts } from './ports';
import { dataOf } from './tier-directory';
import type { PlannedServer } from './tier-plan';
import {
  renderClusterNodes,
  renderValkeySettings,
  type ClusterMember,
  type ValkeySettings,
  type ValkeyUser,
} from './valkey-settings';

/** What runs a `valkey` store here: Valkey, or the Redis that it began as. `cluster-port` came with 7.0. */
export const valkeyPrograms = (searchPath: string): ProgramSearch => ({
  engines: { 'valkey-server': 'valkey', 'redis-server': 'redis' },
  searchPath,
  oldest: '7.0',
  provide: process.platform === 'darwin' ? 'Run `brew install valkey`.' : 'Run `apt-get install redis-server`.',
});

/** A primary and the replicas that follow it: a whole store, or one shard of a cluster. */
export interface PlannedValkeyShard {
  readonly primary: PlannedServer;
  readonly replicas: readonly PlannedServer[];
}

/** A Valkey store to run. */
export interface PlannedValkey {
  readonly store: string;
  /** `single`: one shard, and clients need not know of slots. `cluster`: slots in equal parts on each shard. */
  readonly mode: 'single' | 'cluster';
  readonly shards: readonly PlannedValkeyShard[];
  readonly users: readonly ValkeyUser[];
  /** As whom replicas follow. */
  readonly replication: Credentials;
}

const READY = /Ready to accept connections/;
const FOLLOWS = /sync: Finished with success|MASTER <-> REPLICA sync: Master accepted a Partial/;
const CLUSTER_IS_WHOLE = /Cluster state changed: ok/;

/**
 * Starts every server of a store; resolves when replicas have their primary's data and, of a cluster, every slot has its server.
 * Either all run, or this rejects and none does. A primary keeps its data from the last clean stop; replicas begin anew.
 * @throws {PolystoreError} ENGINE_FAILED, PORT_TAKEN, INTERRUPTED
 */
export async function startValkey(
  room: EngineRoom,
  program: EngineProgram,
  plan: PlannedValkey,
  signal?: AbortSignal,
): Promise<readonly RunningEngine[]> {
  return onFreshPorts(room, async () => {
    const servers = await layOut(plan, room.ports);
    await Promise.all(servers.map((server) => prepare(room, plan, server, servers)));
    return allOrNone(await startInOrder(plan, servers, (server) => start(room, program, plan, server, signal)));
  });
}

/** A replica that comes up before its primary asks again a second later; in a cluster nobody is ready before the others run. */
async function startInOrder<T>(
  { mode }: PlannedValkey,
  servers: readonly PlacedServer[],
  startOne: (server: PlacedServer) => Promise<T>,
): Promise<readonly PromiseSettledResult<T>[]> {
  if (mode === 'cluster') return Promise.allSettled(servers.map(startOne));
  const primaries = await Promise.allSettled(servers.filter(({ primary }) => !primary).map(startOne));
  if (primaries.some(({ status }) => status === 'rejected')) return primaries;
  return [...primaries, ...(await Promise.allSettled(servers.filter(({ primary }) => primary).map(startOne)))];
}

/** A server with its ports. */
interface PlacedServer {
  readonly planned: PlannedServer;
  readonly port: number;
  readonly busPort: number | undefined;
  /** Whom it follows. */
  readonly primary: PlannedServer | undefined;
}

async function layOut({ mode, shards }: PlannedValkey, ports: PortChoice): Promise<readonly PlacedServer[]> {
  const servers = shards.flatMap(({ primary, replicas }) => [
    { planned: primary, primary: undefined },
    ...replicas.map((planned) => ({ planned, primary })),
  ]);
  // The bus is no client's business, so its ports are free ones always.
  const free = await findFreePorts(servers.length * 2);
  return servers.map((server, index) => ({
    ...server,
    port: ports.kind === 'fixed' ? ports.portOf(server.planned) : (free[index] as number),
    busPort: mode === 'cluster' ? (free[servers.length + index] as number) : undefined,
  }));
}

const settingsFileIn = (dataDirectory: string): string => join(dataDirectory, 'valkey.conf');

async function prepare(
  room: EngineRoom,
  { users, replication }: PlannedValkey,
  server: PlacedServer,
  servers: readonly PlacedServer[],
): Promise<void> {
  const dataDirectory = dataOf(room.directory, server.planned);
  if (server.primary) await rm(dataDirectory, { recursive: true, force: true });
  await mkdir(dataDirectory, { recursive: true, mode: 0o700 });
  const { port, busPort, primary } = server;
  const settings: ValkeySettings = {
    port,
    dataDirectory,
    tls: room.tls,
    users,
    replication,
    ...(busPort !== undefined ? { busPort } : primary && { primaryPort: portOf(servers, primary) }),
  };
  await writeFile(settingsFileIn(dataDirectory), renderValkeySettings(settings), { mode: 0o600 });
  if (busPort === undefined) return;
  const nodes = renderClusterNodes(servers.map(memberOf), server.planned.label);
  await writeFile(join(dataDirectory, 'nodes.conf'), nodes, { mode: 0o600 });
}

function portOf(servers: readonly PlacedServer[], { label }: PlannedServer): number {
  return (servers.find(({ planned }) => planned.label === label) as PlacedServer).port;
}

const memberOf = ({ planned: { label }, port, busPort, primary }: PlacedServer): ClusterMember => ({
  label,
  port,
  busPort: busPort as number,
  ...(primary && { primary: primary.label }),
});

async function start(
  room: EngineRoom,
  { path }: EngineProgram,
  { mode }: PlannedValkey,
  { planned, port, primary }: PlacedServer,
  signal?: AbortSignal,
): Promise<RunningEngine> {
  const args = [settingsFileIn(dataOf(room.directory, planned))];
  const whenUp = async (wait: (line: RegExp) => Promise<void>): Promise<void> => {
    if (primary) await wait(FOLLOWS);
    if (mode === 'cluster') await wait(CLUSTER_IS_WHOLE);
  };
  return startInRoom(room, planned, { program: path, args, port, ready: READY, whenUp }, signal);
}
