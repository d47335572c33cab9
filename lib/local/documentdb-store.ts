import type { DocumentDbDefinition } from '../definition';
import type { Credentials } from '../sources/secrets';
import { DOCUMENT_OWNER, SMOKE_ROLE, type AbsentStore, type StandInTopology, type StoreTopology } from '../topology';
import { documentDbPrograms, startDocumentDb } from './documentdb';
import { absentStore, findProgram } from './engine-program';
import { planGivenDocumentDb } from './given-documentdb';
import type { PlannedStore, StorePlace } from './other-engines';
import { LOCAL_HOST } from './server-settings';
import { secretsAt, servicesOf, type PlannedServer } from './tier-plan';

/** How a store of kind `documentdb` runs on this machine: on FerretDB, where it is found, as one server whose users have no roles. */
export async function planDocumentDbStore(
  definition: DocumentDbDefinition,
  { tier, searchPath, url }: StorePlace,
): Promise<PlannedStore | AbsentStore> {
  const { name: store, servers } = definition;
  const hasReaders = servers.kind !== 'elastic' && servers.readers > 0;
  if (url !== undefined) return planGivenDocumentDb({ store, url, hasReaders }, tier);
  const search = documentDbPrograms(searchPath);
  const program = await findProgram(search);
  if (program === undefined) return absentStore('documentdb', search, store);
  const server: PlannedServer = { store, name: 'primary', label: `${store}/primary`, role: 'primary' };
  const services = servicesOf(tier, store);
  const secrets = secretsAt(store, services);
  const standIn: StandInTopology = {
    engine: `FerretDB ${program.version}`,
    lacks: ['roles', ...(hasReaders ? (['replicas'] as const) : [])],
  };
  return {
    store,
    servers: [server],
    users: {
      [secrets.owner]: DOCUMENT_OWNER,
      [secrets.smoke]: SMOKE_ROLE,
      ...Object.fromEntries(services.map((service) => [secrets.services[service] as string, service])),
    },
    start: async (room, credentials, signal) => [
      await startDocumentDb(room, program, server, credentials[secrets.owner] as Credentials, signal),
    ],
    topology: (portOf): StoreTopology => ({
      kind: 'documentdb',
      database: store,
      primary: { name: server.name, endpoint: { host: LOCAL_HOST, port: portOf(server), via: 'direct' } },
      replicas: [],
      standIn,
      secrets,
    }),
  };
}
