import { PolystoreError } from '../errors';
import { errorCodeOf, readServerState, withClient, type ReplicaLag } from '../postgres';
import { FileSecrets } from '../sources/file-secrets';
import { FileTopology } from '../sources/file-topology';
import type { Credentials } from '../sources/secrets';
import type { Trust } from '../topology';
import { SUPERVISOR_SECRET } from './secrets-file';
import { readLocalState, type LocalServer, type ProcessState } from './state';
import { supervisorTarget } from './streaming';
import { tierDirectory } from './tier-directory';

/** A server of a local tier, as it answered now. */
export interface ServerStatus {
  readonly store: string;
  /** The server's name in its store. */
  readonly name: string;
  /** What it said of itself; absent where it did not answer. */
  readonly role?: 'primary' | 'replica';
  readonly port: number;
  readonly pid: number;
  /** Of a replica, in milliseconds. */
  readonly lagMs?: ReplicaLag;
  readonly status: ProcessState | UnreachableState;
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
  const { trust } = await new FileTopology(topologyFile).read();
  const credentials = await new FileSecrets(secretsFile).read(SUPERVISOR_SECRET);
  return Promise.all(state.servers.map((server) => inspect(server, credentials, trust)));
}

export function tierNotUp(directory: string): PolystoreError<'TIER_NOT_UP'> {
  return new PolystoreError('TIER_NOT_UP', `no tier is up in ${directory}`, {
    details: { directory },
    next: 'Start it with `npx polystore up`.',
  });
}

async function inspect(
  { store, name, port, pid, status }: LocalServer,
  credentials: Credentials,
  trust: Trust,
): Promise<ServerStatus> {
  const row = { store, name, port, pid };
  if (status.kind === 'ended') return { ...row, status };
  try {
    const target = supervisorTarget(port, credentials, trust);
    const state = await withClient(target, (client) => readServerState(client, 'postgres'), { timeoutMs: TIMEOUT_MS });
    const { role, lagMs } = state;
    return { ...row, role, ...(lagMs !== undefined && { lagMs }), status };
  } catch (error) {
    return { ...row, status: { kind: 'unreachable', reason: errorCodeOf(error) } };
  }
}
