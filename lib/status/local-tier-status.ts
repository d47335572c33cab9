import { statfs } from 'node:fs/promises';
import type { TierDefinition } from '../definition';
import { isPolystoreError } from '../errors';
import { inspectLocalTier, type ServerLoad, type ServerStatus } from '../local';
import { decodeLastReport } from '../smoke/last-report';
import { readDocument } from '../sources/files';
import { storesNotAsked } from './stores-not-asked';
import { STATUS_VERSION, type FiringAlarm, type LastProof, type ServerRow, type TierStatus } from './tier-status';

export interface LocalStatusOptions {
  /** The tier's own. */
  readonly directory: string;
  /** Where `polystore smoke` keeps its last report. */
  readonly smokeFile: string;
  /** An earlier look: transactions are counted since then. @default - since the servers started */
  readonly previous?: LocalLook;
}

/** One look, with the counters by which the next one tells rates. */
export interface LocalLook {
  readonly status: TierStatus;
  readonly servers: readonly ServerStatus[];
  readonly atMs: number;
}

/**
 * Asks every server of the tier that is up here, at once. Takes a second at most, however many are down.
 * @throws {PolystoreError} TIER_NOT_UP
 */
export async function localTierStatus(tier: TierDefinition, options: LocalStatusOptions): Promise<LocalLook> {
  const { directory, smokeFile, previous } = options;
  const [servers, smoke, freeShare] = await Promise.all([
    inspectLocalTier(directory),
    lastProof(smokeFile),
    freeShareOf(directory),
  ]);
  const atMs = performance.now();
  const rows = servers.map((server) => rowOf(server, previous && rateSince(previous, server, atMs)));
  const status: TierStatus = {
    version: STATUS_VERSION,
    tier: tier.name,
    stage: tier.stage.name,
    world: 'local',
    at: new Date().toISOString(),
    servers: rows,
    alarms: [...servers.flatMap(alarmsOf), ...storageAlarm(directory, freeShare)],
    ...(smoke && { smoke }),
    unknown: storesNotAsked(tier),
  };
  return { status, servers, atMs };
}

type Rate = NonNullable<ServerRow['transactions']>;

function rowOf(server: ServerStatus, rate: Rate | undefined): ServerRow {
  const { store, name, role, lagMs, load, port, pid, status } = server;
  const transactions = rate ?? (load && rateOf(load));
  return {
    store,
    name,
    ...(role !== undefined && { role }),
    ...(lagMs !== undefined && { lagMs }),
    ...(load && { connections: load.connections }),
    ...(transactions && { transactions }),
    state: stateOf(server),
    isWell: status.kind === 'running',
    port,
    pid,
  };
}

const perSecond = (transactions: number, overMs: number): Rate => ({
  perSecond: Math.round((transactions / Math.max(overMs, 1)) * 10_000) / 10,
  overMs: Math.round(overMs),
});

const rateOf = ({ transactions, overMs }: ServerLoad): Rate => perSecond(transactions, overMs);

/** What a look adds itself: a login and two statements. */
const OWN_TRANSACTIONS = 3;

/** Nothing where the server was not there, or started anew meanwhile. */
function rateSince(previous: LocalLook, { store, name, load }: ServerStatus, atMs: number): Rate | undefined {
  const before = previous.servers.find((server) => server.store === store && server.name === name)?.load;
  if (load === undefined || before === undefined || load.transactions < before.transactions) return undefined;
  const others = Math.max(0, load.transactions - before.transactions - OWN_TRANSACTIONS);
  return perSecond(others, atMs - previous.atMs);
}

function stateOf({ status: state }: ServerStatus): string {
  switch (state.kind) {
    case 'running':
      return 'running';
    case 'ended':
      return `ended by ${state.signal ?? `exit ${state.code}`}`;
    case 'unreachable':
      return `no answer: ${state.reason}`;
  }
}

/** As the router has it unless told otherwise: a replica that lags more answers no read. */
const LAG_MS = 5_000;
const CONNECTIONS_SHARE = 0.9;
const FREE_SHARE = 0.1;

function alarmsOf(server: ServerStatus): readonly FiringAlarm[] {
  const label = `${server.store}/${server.name}`;
  const { lagMs, load, status } = server;
  if (status.kind !== 'running') {
    const since = status.kind === 'ended' ? { since: status.at } : {};
    const runbook = server.startedAs === 'replica' ? 'replica-lag' : 'failover';
    return [{ name: `${label} down`, says: `${label} ${stateOf(server)}`, runbook, ...since }];
  }
  const alarms: FiringAlarm[] = [];
  if (lagMs === 'unknown' || (lagMs ?? 0) > LAG_MS) {
    const says = lagMs === 'unknown' ? `${label} does not stream` : `${label} lags ${lagMs} ms`;
    alarms.push({ name: `${label} lag`, says, runbook: 'replica-lag' });
  }
  if (load && load.connections.used >= load.connections.most * CONNECTIONS_SHARE) {
    const { used, most } = load.connections;
    const says = `${label} has ${used} of ${most} connections in use`;
    alarms.push({ name: `${label} connections`, says, runbook: 'connections' });
  }
  return alarms;
}

function storageAlarm(directory: string, freeShare: number): readonly FiringAlarm[] {
  if (freeShare > FREE_SHARE) return [];
  const says = `${Math.round(freeShare * 100)} % of the disk of ${directory} are free`;
  return [{ name: 'disk', says, runbook: 'storage' }];
}

async function freeShareOf(directory: string): Promise<number> {
  const { bavail, blocks } = await statfs(directory);
  return bavail / Math.max(blocks, 1);
}

async function lastProof(file: string): Promise<LastProof | undefined> {
  try {
    const { startedAt, counts } = decodeLastReport(await readDocument('smoke report', file), file);
    return { at: startedAt, counts };
  } catch (error) {
    if (isPolystoreError(error, 'DOCUMENT_MISSING')) return undefined;
    throw error;
  }
}
