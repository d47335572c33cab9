import { dirname } from 'node:path';
import { startDocumentDb } from '../../lib/local/documentdb';
import type { EngineProgram } from '../../lib/local/engine-program';
import { documentDbChecks, type DocumentDbUnderTest } from '../../lib/smoke/documentdb';
import { SharedClients } from '../../lib/smoke/shared-clients';
import { newCredentials } from './credentials';
import type { Proof } from './proof';
import { provideDocumentDb } from './provide-documentdb';

export const proveDocumentDb: Proof<EngineProgram> = {
  kind: 'documentdb',
  provide: provideDocumentDb,
  describe: ({ engine, path, version }) => `${engine} ${version} in ${dirname(path)}`,
  tests: {
    files: [
      'test/smoke/documentdb.test.ts',
      'test/local/given-servers.test.ts',
      'test/routing/documentdb-logins.test.ts',
      'test/rotation/document-login.test.ts',
      'test/rotation/handlers.test.ts',
    ],
    programsOf: ({ path }) => dirname(path),
  },
  prove: async ({ room, signal, prove, disprove }, program) => {
    const login = newCredentials('polystore_smoke');
    const planned = { store: 'catalog', name: 'primary', label: 'catalog/primary', role: 'primary' } as const;
    const { port, process } = await startDocumentDb(room, program, planned, login, signal);
    const clients: DocumentDbUnderTest['clients'] = new SharedClients({ close: (client) => client.close() });
    try {
      const store: DocumentDbUnderTest = {
        store: planned.store,
        primary: { label: planned.label, host: '127.0.0.1', port },
        replicas: [],
        login: () => Promise.resolve(login),
        trust: { kind: 'file', path: room.tls.authority },
        timeoutMs: 8_000,
        clients,
      };
      await prove('a server', documentDbChecks(store));
      const promoted = documentDbChecks({ ...store, replicas: [store.primary] });
      await disprove(
        "a primary in a replica's place",
        promoted.filter(({ name }) => name === 'refuses-writes'),
      );
    } finally {
      await clients.close();
      await process.stop();
    }
  },
};
