import { isPolystoreError, PolystoreError } from '../errors';
import { errorCodeOf } from '../postgres';
import { FileSecrets } from '../sources/file-secrets';
import { FileTopology } from '../sources/file-topology';
import type { AbsentStore, StoreTopology, Topology } from '../topology';
import { askDocumentDb } from './ask-documentdb';
import { askDynamoDb } from './ask-dynamodb';
import { askNeptune } from './ask-neptune';
import { askPostgres } from './ask-postgres';
import { askValkey } from './ask-valkey';
import { SUPERVISOR_SECRET } from './secrets-file';
import type { ServerAnswer, ServerAsked } from './server-answer';
import { readLocalState, type LocalServer, type ProcessState } from './state';
import { tierDirectory } from './tier-directory';

/** A server of a local tier, as it answered now. */
export interface ServerStatus extends ServerAnswer {
  readonly store: string;
  readonly kind: StoreTopology['kind'];
  /** The server's name in its store. */
  readonly name: string;
  /** What it was started as. */
  readonly startedAs: 'primary' | 'replica';
  readonly port: number;
  readonly pid: number;
  readonly status: ProcessState | UnreachableState;
}

/** It did not answer, though nobody saw its process end. */
export interface UnreachableState {
  readonly kind: 'unreachable';
  /** Error code or message of the attempt: `ECONNREFUSED`. */
  readonly reason: string;
}

/** A local tier, as its servers answered now. */
export interface LocalInspection {
  readonly servers: readonly ServerStatus[];
  /** Stores that nothing runs here, by name. */
  readonly absent: Readonly<Record<string, AbsentStore>>;
}

type Ask<K extends StoreTopology['kind']> = (server: ServerAsked<K>) => Promise<ServerAnswer>;

/** How a server of each kind is asked. A kind without a row does not compile. */
const ASKS: { readonly [K in StoreTopology['kind']]: Ask<K> } = {
  postgres: askPostgres,
  shardedPostgres: askPostgres,
  valkey: askValkey,
  dynamodb: askDynamoDb,
  documentdb: askDocumentDb,
  neptune: askNeptune,
};

/**
 * Asks every server of a tier who it is. A server that is down is a row like the others. Takes a second at most.
 * @throws {PolystoreError} TIER_NOT_UP
 */
export async function inspectLocalTier(directory: string): Promise<LocalInspection> {
  const state = await readLocalState(directory);
  if (!state) throw tierNotUp(directory);
  const { topologyFile, secretsFile } = tierDirectory(directory);
  const secrets = new FileSecrets(secretsFile);
  const [topology, supervisor] = await Promise.all([
    new FileTopology(topologyFile).read(),
    secrets.read(SUPERVISOR_SECRET),
  ]).catch((error: unknown) => {
    // Stopped, or deleted, since its state was read.
    throw isPolystoreError(error, 'DOCUMENT_MISSING') ? tierNotUp(directory) : error;
  });
  const servers = await Promise.all(state.servers.map((server) => inspect(server, topology, { secrets, supervisor })));
  return { servers, absent: topology.absent ?? {} };
}

export function tierNotUp(directory: string): PolystoreError<'TIER_NOT_UP'> {
  return new PolystoreError('TIER_NOT_UP', `no tier is up in ${directory}`, {
    details: { directory },
    next: 'Start it with `npx polystore up`.',
  });
}

async function inspect(
  { store: name, name: server, role: startedAs, port, pid, status }: LocalServer,
  { stores, trust }: Topology,
  login: Pick<ServerAsked<StoreTopology['kind']>, 'secrets' | 'supervisor'>,
): Promise<ServerStatus> {
  const store = stores[name] as StoreTopology;
  const row = { store: name, kind: store.kind, name: server, startedAs, port, pid };
  if (status.kind === 'ended') return { ...row, status };
  // The row of a store's own kind takes that store, which the type checker can't follow through the table.
  const ask = ASKS[store.kind] as Ask<StoreTopology['kind']>;
  try {
    return { ...row, ...(await ask({ port, store, trust, ...login })), status };
  } catch (error) {
    return { ...row, status: { kind: 'unreachable', reason: errorCodeOf(error) } };
  }
}
