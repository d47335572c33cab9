import { statfs } from 'node:fs/promises';
import type { TierDefinition } from '../definition';
import { isPolystoreError } from '../errors';
import { inspectLocalTier, type LocalInspection, type ServerLoad, type ServerStatus } from '../local';
import { decodeLastReport } from '../smoke/last-report';
import { isSystemError, readDocument } from '../sources/files';
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
  // First: a tier that is not up may have no directory to look at.
  const { servers, absent } = await inspectLocalTier(directory);
  const atMs = performance.now();
  const [smoke, freeShare] = await Promise.all([lastProof(smokeFile), freeShareOf(directory)]);
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
    unknown: absentOnes(absent),
  };
  return { status, servers, atMs };
}

const absentOnes = (absent: LocalInspection['absent']): readonly string[] =>
  Object.entries(absent).map(([store, { reason, next }]) => `${store} does not run here: ${reason}. ${next}`);

type Rate = NonNullable<ServerRow['transactions']>;

function rowOf(server: ServerStatus, rate: Rate | undefined): ServerRow {
  const { store, name, role, lagMs, link, load, memoryBytes, port, pid, status } = server;
  const transactions = rate ?? (load && rateOf(load));
  return {
    store,
    name,
    ...(role !== undefined && { role }),
    ...(lagMs !== undefined && { lagMs }),
    ...(link !== undefined && { link }),
    ...(memoryBytes !== undefined && { memory: { bytes: memoryBytes } }),
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

/** Nothing where the server was not there, or started anew meanwhile. */
function rateSince(previous: LocalLook, { store, name, load }: ServerStatus, atMs: number): Rate | undefined {
  const before = previous.servers.find((server) => server.store === store && server.name === name)?.load;
  if (load === undefined || before === undefined || load.transactions < before.transactions) return undefined;
  const others = Math.max(0, load.transactions - before.transactions - load.ofLook);
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

type Situation = 'primary' | 'replica' | 'connections';

type Pages = Readonly<Partial<Record<Situation, string>>>;

const OF_DATABASES: Pages = {
  primary: 'failover',
  replica: 'replica-lag',
  connections: 'connections',
};
const onePage = (runbook: string): Pages => ({
  primary: runbook,
  replica: runbook,
  connections: runbook,
});

/** What to read about a server that is down, of the role that it was started as, about one that lags, and about its connections. */
const RUNBOOKS: Readonly<Record<ServerStatus['kind'], Pages>> = {
  postgres: OF_DATABASES,
  shardedPostgres: OF_DATABASES,
  valkey: onePage('cache'),
  // What stands in for DynamoDB is nobody's incident.
  dynamodb: {},
  documentdb: onePage('documents'),
  neptune: onePage('graphs'),
};

function alarmsOf(server: ServerStatus): readonly FiringAlarm[] {
  const label = `${server.store}/${server.name}`;
  const { lagMs, link, load, status } = server;
  const pages = RUNBOOKS[server.kind];
  if (status.kind !== 'running') {
    const since = status.kind === 'ended' ? { since: status.at } : {};
    const down = { name: `${label} down`, says: `${label} ${stateOf(server)}`, ...since, next: START_AGAIN };
    return [withPage(down, pages[server.startedAs])];
  }
  const alarms: FiringAlarm[] = [];
  if (lagMs === 'unknown' || (lagMs ?? 0) > LAG_MS) {
    const says = lagMs === 'unknown' ? `${label} does not stream` : `${label} lags ${lagMs} ms`;
    const next = lagMs === 'unknown' ? BUILD_ANEW : statementsOf(pages.replica);
    alarms.push(withPage({ name: `${label} lag`, says, ...next }, pages.replica));
  }
  if (link === 'down') {
    const says = `${label} does not hear from its primary`;
    alarms.push(withPage({ name: `${label} link`, says, next: START_AGAIN }, pages.replica));
  }
  if (load && load.connections.used >= load.connections.most * CONNECTIONS_SHARE) {
    const { used, most } = load.connections;
    const says = `${label} has ${used} of ${most} connections in use`;
    const next = statementsOf(pages.connections);
    alarms.push(withPage({ name: `${label} connections`, says, ...next }, pages.connections));
  }
  return alarms;
}

const START_AGAIN = 'npx polystore down, then npx polystore up: every server starts again';
const BUILD_ANEW = { next: 'npx polystore down, then npx polystore up: every replica is copied anew from its primary' };

/** Where it is the work of a server that is too much, only who looks into it can tell whose. */
const statementsOf = (runbook: string | undefined): Pick<FiringAlarm, 'next'> =>
  runbook === undefined
    ? {}
    : { next: `npx polystore runbook ${runbook}: its SQL works here too, its commands are for AWS` };

const withPage = (alarm: FiringAlarm, runbook: string | undefined): FiringAlarm => ({
  ...alarm,
  ...(runbook !== undefined && { runbook }),
});

function storageAlarm(directory: string, freeShare: number | undefined): readonly FiringAlarm[] {
  if (freeShare === undefined || freeShare > FREE_SHARE) return [];
  const says = `${Math.round(freeShare * 100)} % of the disk of ${directory} are free`;
  const next = 'make room on it; npx polystore down --delete-data deletes the databases of this tier';
  return [{ name: 'disk', says, next, runbook: 'storage' }];
}

/** Undefined where the tier was stopped and deleted since its servers were asked. */
async function freeShareOf(directory: string): Promise<number | undefined> {
  try {
    const { bavail, blocks } = await statfs(directory);
    return bavail / Math.max(blocks, 1);
  } catch (error) {
    if (isSystemError(error, 'ENOENT')) return undefined;
    throw error;
  }
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
