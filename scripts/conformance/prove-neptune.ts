import { startNeptune, type Neo4jProgram } from '../../lib/local/neptune';
import { FIRST_USER } from '../../lib/local/neptune-settings';
import { neptuneChecks } from '../../lib/smoke/neptune';
import { newCredentials } from './credentials';
import type { Proof } from './proof';
import { provideNeptune } from './provide-neptune';

export const proveNeptune: Proof<Neo4jProgram> = {
  kind: 'neptune',
  provide: provideNeptune,
  describe: ({ engine, version }) => `${engine} ${version}`,
  prove: async ({ room, signal, prove }, program) => {
    const login = newCredentials(FIRST_USER);
    const planned = { store: 'people', name: 'writer', label: 'people/writer', role: 'primary' } as const;
    const { port, process } = await startNeptune(room, program, planned, login, signal);
    try {
      const writer = { label: planned.label, host: '127.0.0.1', port };
      const authorityFile = room.tls.authority;
      await prove(
        'a writer',
        neptuneChecks({ store: planned.store, writer, readers: [], login, authorityFile, timeoutMs: 8_000 }),
      );
    } finally {
      await process.stop();
    }
  },
};
