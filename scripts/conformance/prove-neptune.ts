import { dirname } from 'node:path';
import { startNeptune, type Neo4jProgram } from '../../lib/local/neptune';
import { FIRST_USER } from '../../lib/local/neptune-settings';
import type { NeptuneUnderTest } from '../../lib/smoke/graph-server';
import { neptuneChecks } from '../../lib/smoke/neptune';
import { SharedClients } from '../../lib/smoke/shared-clients';
import { newCredentials } from './credentials';
import type { Proof } from './proof';
import { provideNeptune } from './provide-neptune';

export const proveNeptune: Proof<Neo4jProgram> = {
  kind: 'neptune',
  provide: provideNeptune,
  describe: ({ engine, path, version }) => `${engine} ${version} in ${dirname(path)}`,
  tests: {
    files: ['test/smoke/neptune.test.ts', 'test/local/given-servers.test.ts'],
    programsOf: ({ path }) => dirname(path),
  },
  prove: async ({ room, signal, prove, disprove }, program) => {
    const login = newCredentials(FIRST_USER);
    const planned = { store: 'people', name: 'writer', label: 'people/writer', role: 'primary' } as const;
    const { port, process } = await startNeptune(room, program, planned, login, signal);
    const clients: NeptuneUnderTest['clients'] = new SharedClients({ close: (driver) => driver.close() });
    try {
      const writer = { label: planned.label, host: '127.0.0.1', port };
      const store: NeptuneUnderTest = {
        store: planned.store,
        writer,
        readers: [],
        login: () => Promise.resolve(login),
        trust: { kind: 'file', path: room.tls.authority },
        standIn: { engine: `Neo4j ${program.version}`, lacks: ['signatures'] },
        timeoutMs: 8_000,
        clients,
      };
      await prove('a writer', neptuneChecks(store));
      const promoted = neptuneChecks({ ...store, readers: [writer] });
      await disprove(
        "a writer in a reader's place",
        promoted.filter(({ name }) => name === 'refuses-writes'),
      );
    } finally {
      await clients.close();
      await process.stop();
    }
  },
};
