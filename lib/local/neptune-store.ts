import type { NeptuneDefinition } from '../definition';
import type { Credentials } from '../sources/secrets';
import type { AbsentStore, StandInTopology, StoreTopology } from '../topology';
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
    start: async (room, credentials, signal) => [
      await startNeptune(room, found, server, credentials[secret] as Credentials, signal),
    ],
    topology: (portOf): StoreTopology => ({
      kind: 'neptune',
      primary: { name: server.name, endpoint: { host: LOCAL_HOST, port: portOf(server), via: 'direct' } },
      replicas: [],
      standIn,
      login: { secret },
    }),
  };
}
