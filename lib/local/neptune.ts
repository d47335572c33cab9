import { readdirSync, realpathSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Credentials } from '../sources/secrets';
import { findProgram, missingProgram, type EngineProgram, type ProgramSearch } from './engine-program';
import { onFreshPorts, startInRoom, type EngineRoom, type RunningEngine } from './engine-room';
import { findFreePorts } from './ports';
import { FIRST_USER, renderFirstUser, renderNeo4jSettings } from './neptune-settings';
import { dataOf } from './tier-directory';
import type { PlannedServer } from './tier-plan';

/** What runs a `neptune` store here: openCypher over Bolt. Jars lie in `lib` beside the program's own directory. */
export const neptunePrograms = (searchPath: string): ProgramSearch => ({
  engines: { neo4j: 'neo4j' },
  searchPath,
  oldest: '5.0',
  provide:
    "Run `npm run conformance -- --only neptune` in the kit's repository, which brings one and says where; put that on the PATH.",
});

const javaPrograms = (searchPath: string): ProgramSearch => ({
  engines: { java: 'java' },
  searchPath,
  oldest: '17.0',
  provide:
    process.platform === 'darwin' ? 'Run `brew install openjdk`.' : 'Run `apt-get install openjdk-17-jre-headless`.',
});

/** Neo4j's jars, and the Java that runs them. */
export interface Neo4jProgram extends EngineProgram {
  /** Full path of the program. */
  readonly java: string;
  /** Directory of the jars. */
  readonly jars: string;
}

/** Finds a Neo4j and a Java that can run it; else says which of them is missing. */
export async function findNeo4j(searchPath: string): Promise<Neo4jProgram | { readonly missing: ProgramSearch }> {
  const programs = { ...neptunePrograms(searchPath), isUsable: (path: string) => hasServer(jarsOf(path)) };
  const program = await findProgram(programs);
  if (program === undefined) return { missing: programs };
  const java = await findProgram(javaPrograms(searchPath));
  if (java === undefined) return { missing: javaPrograms(searchPath) };
  return { ...program, java: java.path, jars: jarsOf(program.path) };
}

/** @throws {PolystoreError} ENGINE_MISSING where there is no Neo4j, or no Java that can run it */
export async function requireNeo4j(searchPath: string): Promise<Neo4jProgram> {
  const found = await findNeo4j(searchPath);
  if ('missing' in found) throw missingProgram(found.missing);
  return found;
}

const jarsOf = (program: string): string => join(dirname(dirname(realpathSync(program))), 'lib');

function hasServer(jars: string): boolean {
  try {
    return readdirSync(jars).some((name) => /^neo4j-server-\d.*\.jar$/.test(name));
  } catch {
    return false;
  }
}

/**
 * Starts the graph store: Neo4j, its edition for everybody, with TLS only. `owner`'s password counts on the first start of its data; its name is
 * {@link FIRST_USER}. It keeps its data from start to start.
 *
 * The Java machine is run without the shell program around it, which would start it as a child that outlives its parent's end. It has no
 * replicas and no roles: whoever has a name may do everything.
 * @throws {PolystoreError} ENGINE_FAILED, PORT_TAKEN, INTERRUPTED
 */
export async function startNeptune(
  room: EngineRoom,
  { java, jars }: Neo4jProgram,
  planned: PlannedServer,
  owner: Pick<Credentials, 'password'>,
  signal?: AbortSignal,
): Promise<RunningEngine> {
  const home = dataOf(room.directory, planned);
  const [settings, users] = [join(home, 'conf'), join(home, 'data', 'dbms')];
  for (const directory of [home, settings, users]) await mkdir(directory, { recursive: true, mode: 0o700 });
  await writeFile(join(users, 'auth.ini'), renderFirstUser({ username: FIRST_USER, ...owner }), { mode: 0o600 });
  return onFreshPorts(room, async () => {
    const port = room.ports.kind === 'fixed' ? room.ports.portOf(planned) : ((await findFreePorts(1))[0] as number);
    await writeFile(join(settings, 'neo4j.conf'), renderNeo4jSettings(port, room.tls), { mode: 0o600 });
    const machine = ['-Xmx512m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', '-cp', `${jars}/*`];
    const places = [`--home-dir=${home}`, `--config-dir=${settings}`, '--console-mode'];
    const args = [...machine, 'org.neo4j.server.CommunityEntryPoint', ...places];
    return startInRoom(room, planned, { program: java, args, port, ready: /^.*INFO\s+Started\.$/m }, signal);
  });
}
