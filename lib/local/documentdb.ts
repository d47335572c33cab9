import { mkdir } from 'node:fs/promises';
import type { Credentials } from '../sources/secrets';
import type { EngineProgram, ProgramSearch } from './engine-program';
import { onFreshPorts, startInRoom, type EngineRoom, type RunningEngine } from './engine-room';
import { findFreePorts } from './ports';
import { LOCAL_HOST } from './server-settings';
import { dataOf } from './tier-directory';
import type { PlannedServer } from './tier-plan';

/** What runs a `documentdb` store here: MongoDB's protocol over SQLite. */
export const documentDbPrograms = (searchPath: string): ProgramSearch => ({
  engines: { ferretdb: 'ferretdb' },
  searchPath,
  oldest: '1.24',
  provide:
    "Run `npm run conformance -- --only documentdb` in the kit's repository, which builds one and says where; put that on the PATH.",
});

/**
 * Starts the document store: FerretDB with TLS only, and `owner` as its first user. It keeps its data from start to start.
 *
 * It has no replicas, no transactions and no roles: whoever has a name may do everything. `owner`'s password reaches it by its environment,
 * which only this user and root can read: it has no file for it.
 * @throws {PolystoreError} ENGINE_FAILED, PORT_TAKEN, INTERRUPTED
 */
export async function startDocumentDb(
  room: EngineRoom,
  program: EngineProgram,
  planned: PlannedServer,
  owner: Credentials,
  signal?: AbortSignal,
): Promise<RunningEngine> {
  const data = dataOf(room.directory, planned);
  await mkdir(data, { recursive: true, mode: 0o700 });
  return onFreshPorts(room, async () => {
    const port = room.ports.kind === 'fixed' ? room.ports.portOf(planned) : ((await findFreePorts(1))[0] as number);
    const args = [
      '--handler=sqlite',
      // A URI: what is no plain character in a path is escaped.
      `--sqlite-url=file:${encodeURI(`${data}/`)}`,
      `--state-dir=${data}`,
      '--listen-addr=',
      `--listen-tls=${LOCAL_HOST}:${port}`,
      `--listen-tls-cert-file=${room.tls.certificate}`,
      `--listen-tls-key-file=${room.tls.key}`,
      // Clients show a password, not a certificate.
      '--listen-tls-ca-file=',
      '--debug-addr=-',
      '--telemetry=disable',
      '--test-enable-new-auth',
      '--setup-database=admin',
    ];
    const env = { FERRETDB_SETUP_USERNAME: owner.username, FERRETDB_SETUP_PASSWORD: owner.password };
    return startInRoom(room, planned, { program: program.path, args, env, port, ready: /Listening on TLS/ }, signal);
  });
}
