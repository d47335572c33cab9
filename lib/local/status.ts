import { PolystoreError } from '../errors';
import { errorCodeOf, readServerState, withClient, type Queryable, type ReplicaLag } from '../postgres';
import { FileSecrets } from '../sources/file-secrets';
import { FileTopology } from '../sources/file-topology';
import type { Credentials } from '../sources/secrets';
import { isRelational, type Trust } from '../topology';
import { SUPERVISOR_SECRET } from './secrets-file';
import { readLocalState, type LocalServer, type ProcessState } from './state';
import { supervisorTarget } from './streaming';
import { tierDirectory } from './tier-directory';

/** A server of a local tier, as it answered now. */
export interface ServerStatus {
  readonly store: string;
  /** The server's name in its store. */
  readonly name: string;
  /** What it was started as. */
  readonly startedAs: 'primary' | 'replica';
  /** What it said of itself; absent where it did not answer. */
  readonly role?: 'primary' | 'replica';
  readonly port: number;
  readonly pid: number;
  /** Of a replica, in milliseconds. */
  readonly lagMs?: ReplicaLag;
  /** What it has to do; absent where it did not answer. */
  readonly load?: ServerLoad;
  readonly status: ProcessState | UnreachableState;
}

/** What a server has to do. */
export interface ServerLoad {
  /** Connections of clients, without the one that asked. */
  readonly connections: { readonly used: number; readonly most: number };
  /** Transactions that have ended since the server's statistics began: of two looks follows how many a second. */
  readonly transactions: number;
  /** How long those statistics reach back, in milliseconds. */
  readonly overMs: number;
}

/** It did not answer, though nobody saw its process end. */
export interface UnreachableState {
  readonly kind: 'unreachable';
  /** Error code or message of the attempt: `ECONNREFUSED`. */
  readonly reason: string;
}

/** Each of connecting and asking; servers are asked at once. */
const TIMEOUT_MS = 500;

/**
 * Asks every server of a tier who it is. A server that is down is a row like the others. Takes a second at most.
 * @throws {PolystoreError} TIER_NOT_UP
 */
export async function inspectLocalTier(directory: string): Promise<readonly ServerStatus[]> {
  const state = await readLocalState(directory);
  if (!state) throw tierNotUp(directory);
  const { topologyFile, secretsFile } = tierDirectory(directory);
  const { trust, stores } = await new FileTopology(topologyFile).read();
  const credentials = await new FileSecrets(secretsFile).read(SUPERVISOR_SECRET);
  return Promise.all(
    state.servers.map((server) => {
      const store = stores[server.store];
      return store !== undefined && isRelational(store) ? inspect(server, credentials, trust) : asWritten(server);
    }),
  );
}

export function tierNotUp(directory: string): PolystoreError<'TIER_NOT_UP'> {
  return new PolystoreError('TIER_NOT_UP', `no tier is up in ${directory}`, {
    details: { directory },
    next: 'Start it with `npx polystore up`.',
  });
}

/** What its supervisor knows of it: servers of other protocols are asked by the smoke test. */
const asWritten = ({ store, name, port, pid, role, status }: LocalServer): ServerStatus => ({
  startedAs: role,
  store,
  name,
  port,
  pid,
  ...(status.kind === 'running' && { role }),
  status,
});

async function inspect(
  { store, name, role: startedAs, port, pid, status }: LocalServer,
  credentials: Credentials,
  trust: Trust,
): Promise<ServerStatus> {
  const row = { store, name, startedAs, port, pid };
  if (status.kind === 'ended') return { ...row, status };
  try {
    const target = supervisorTarget(port, credentials, trust);
    return await withClient(
      target,
      async (client) => {
        const { role, lagMs } = await readServerState(client, 'postgres');
        const load = await readLoad(client);
        return { ...row, role, ...(lagMs !== undefined && { lagMs }), load, status };
      },
      { timeoutMs: TIMEOUT_MS },
    );
  } catch (error) {
    return { ...row, status: { kind: 'unreachable', reason: errorCodeOf(error) } };
  }
}

const LOAD = `
  select (select count(*) from pg_stat_activity where backend_type = 'client backend' and pid <> pg_backend_pid()) as used,
         current_setting('max_connections') as most,
         (select sum(xact_commit + xact_rollback) from pg_stat_database) as transactions,
         extract(epoch from clock_timestamp() - pg_postmaster_start_time()) * 1000 as over_ms`;

async function readLoad(client: Queryable): Promise<ServerLoad> {
  const { rows } = await client.query<{ used: string; most: string; transactions: string; over_ms: string }>(LOAD);
  const [row] = rows;
  return {
    connections: { used: Number(row?.used), most: Number(row?.most) },
    transactions: Number(row?.transactions),
    overMs: Math.round(Number(row?.over_ms)),
  };
}
