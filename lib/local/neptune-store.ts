import type { NeptuneDefinition } from '../definition';
import { connectNeptune } from '../neptune';
import type { Credentials } from '../sources/secrets';
import type { AbsentStore, StandInTopology, StoreTopology } from '../topology';
import type { TlsFiles } from './certificates';
import { engineFailed } from './engine-command';
import { absentStore } from './engine-program';
import { findNeo4j, startNeptune } from './neptune';
import { FIRST_USER } from './neptune-settings';
import { planGivenNeptune } from './given-neptune';
import type { PlannedStore, StorePlace } from './other-engines';
import { LOCAL_HOST } from './server-settings';
import type { PlannedServer } from './tier-plan';

/** How a store of kind `neptune` runs on this machine: on Neo4j, where it and a Java are found, as one server with one login for everybody. */
export async function planNeptuneStore(
  { name: store, servers: { readers } }: NeptuneDefinition,
  { searchPath, url }: StorePlace,
): Promise<PlannedStore | AbsentStore> {
  const hasReaders = readers > 0;
  if (url !== undefined) return planGivenNeptune({ store, url, hasReaders });
  const found = await findNeo4j(searchPath);
  if ('missing' in found) return absentStore('neptune', found.missing, store);
  const server: PlannedServer = { store, name: 'writer', label: `${store}/writer`, role: 'primary' };
  const secret = `${store}/login`;
  const standIn: StandInTopology = {
    engine: `Neo4j ${found.version}`,
    lacks: ['signatures', 'roles', ...(hasReaders ? (['replicas'] as const) : [])],
  };
  return {
    store,
    servers: [server],
    users: { [secret]: FIRST_USER },
    start: async (room, secrets, signal) => {
      const credentials = secrets[secret] as Credentials;
      const running = await startNeptune(room, found, server, credentials, signal);
      try {
        await warmUp(running.port, credentials, room.tls);
      } catch (error) {
        await running.process.stop();
        throw engineFailed(server.label, 'did not answer a first query', error instanceof Error ? error.message : '');
      }
      return [running];
    },
    topology: (portOf): StoreTopology => ({
      kind: 'neptune',
      primary: { name: server.name, endpoint: { host: LOCAL_HOST, port: portOf(server), via: 'direct' } },
      replicas: [],
      standIn,
      login: { secret },
    }),
  };
}

const FIRST_QUERY_MS = 60_000;

/**
 * Asks a first query of every sort. A Java machine that has just started takes seconds for each: as part of the start, so that no client meets it.
 * Rejects where the login is refused, as where the data is of another password.
 */
async function warmUp(port: number, credentials: Credentials, { authority }: TlsFiles): Promise<void> {
  const client = await connectNeptune(
    {
      endpoint: { host: LOCAL_HOST, port, via: 'direct' },
      iam: undefined,
      credentials,
      trust: { kind: 'file', path: authority },
    },
    { userAgent: 'polystore', connectTimeoutMs: FIRST_QUERY_MS },
  );
  try {
    await client.executeQuery(
      'CREATE (a:PolystoreStart {name: $name})-[:POLYSTORE_START]->(b:PolystoreStart) WITH a MATCH (a)-[]->(b) DETACH DELETE a, b',
      { name: 'start' },
    );
  } finally {
    await client.close();
  }
}
