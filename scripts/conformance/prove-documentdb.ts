import { readFile } from 'node:fs/promises';
import { startDocumentDb } from '../../lib/local/documentdb';
import type { EngineProgram } from '../../lib/local/engine-program';
import { documentDbChecks } from '../../lib/smoke/documentdb';
import { newCredentials } from './credentials';
import type { Proof } from './proof';
import { provideDocumentDb } from './provide-documentdb';

export const proveDocumentDb: Proof<EngineProgram> = {
  kind: 'documentdb',
  provide: provideDocumentDb,
  describe: ({ engine, version }) => `${engine} ${version}`,
  prove: async ({ room, signal, prove }, program) => {
    const login = newCredentials('polystore_smoke');
    const planned = { store: 'catalog', name: 'primary', label: 'catalog/primary', role: 'primary' } as const;
    const { port, process } = await startDocumentDb(room, program, planned, login, signal);
    try {
      await prove(
        'a server',
        documentDbChecks({
          store: planned.store,
          primary: { label: planned.label, host: '127.0.0.1', port },
          replicas: [],
          login,
          authority: await readFile(room.tls.authority, 'utf8'),
          timeoutMs: 8_000,
        }),
      );
    } finally {
      await process.stop();
    }
  },
};
