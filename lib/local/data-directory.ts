import { existsSync } from 'node:fs';
import { chmod, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { isPolystoreError, PolystoreError } from '../errors';
import { quoteIdentifier, quoteLiteral } from '../postgres/quote';
import type { Credentials } from '../sources/secrets';
import { runCommand } from './engine-command';
import type { PostgresBinaries } from './postgres-binaries';
import { giveTo, type Identity } from './run-as';
import { renderAccess, renderSettings, type ServerSettings } from './server-settings';

/** What works on data directories. */
export interface Engine {
  readonly binaries: PostgresBinaries;
  readonly identity: Identity;
  /** Told of every process that works on a data directory, so that none goes on after this one has died. */
  readonly onProcess: (pid: number) => void;
}

/** Who exists in a database cluster before anything is provisioned. */
export interface FirstRoles {
  /** Owns the database. As on RDS no superuser, but it may make roles and hand out what it has. */
  readonly owner: Credentials;
  /** The kit's own superuser: replicas stream by it, `status` asks with it, drills and tests break things with it. */
  readonly supervisor: Credentials;
}

/** A primary's data, and who is in it. */
export interface PrimaryData {
  /** `<store>/<server>`, for messages. */
  readonly label: string;
  readonly directory: string;
  readonly database: string;
  readonly roles: FirstRoles;
  readonly settings: ServerSettings;
}

/**
 * Makes a primary's data directory from the template, unless there is one, and settles it: settings, passwords, and the recovery that a
 * crash left to do. It is stopped and consistent then, so that replicas may be copied from it.
 * A directory appears under its name only when it is whole.
 * @throws {PolystoreError} ENGINE_FAILED, INTERRUPTED
 */
export async function preparePrimary(
  engine: Engine,
  template: string,
  primary: PrimaryData,
  signal?: AbortSignal,
): Promise<void> {
  if (existsSync(primary.directory)) {
    await refuseOtherVersion(engine, primary);
    // Left by a drill that made this server a replica; a stand-alone backend refuses to start with it.
    for (const name of ['standby.signal', 'recovery.signal', 'postmaster.pid']) {
      await rm(join(primary.directory, name), { force: true });
    }
    await writeSettings(engine, primary.directory, primary.settings, primary.roles);
    await runStandAlone(engine, primary, primary.directory, passwordsOf(primary.roles), signal);
    return;
  }
  const draft = `${primary.directory}.draft`;
  await rm(draft, { recursive: true, force: true });
  await mkdir(dirname(draft), { recursive: true });
  giveTo(engine.identity, dirname(draft));
  await copyTree(engine, template, draft, primary.label, signal);
  await writeSettings(engine, draft, primary.settings, primary.roles);
  await runStandAlone(engine, primary, draft, birthOf(primary), signal);
  await rename(draft, primary.directory);
}

/**
 * Makes a replica's data directory a copy of its stopped primary's, whatever was in it.
 * @throws {PolystoreError} ENGINE_FAILED, INTERRUPTED
 */
export async function prepareReplica(
  engine: Engine,
  primaryDirectory: string,
  replica: {
    readonly label: string;
    readonly directory: string;
    readonly roles: FirstRoles;
    readonly settings: ServerSettings;
  },
  signal?: AbortSignal,
): Promise<void> {
  const { directory, settings, roles } = replica;
  await emptyDirectory(engine, directory, replica.label, signal);
  await copyTree(engine, `${primaryDirectory}/.`, directory, replica.label, signal);
  // Slots belong to the primary: on a copy they would hold back WAL that nobody reads.
  for (const slot of await readdir(join(directory, 'pg_replslot'))) {
    await rm(join(directory, 'pg_replslot', slot), { recursive: true });
  }
  await writeSettings(engine, directory, settings, roles);
  await writeOwned(engine, join(directory, 'standby.signal'), '');
}

/**
 * Makes a data directory, or empties the one there is. It is not removed: PostgreSQL names its shared memory by the directory's inode, so the one that a
 * kill -9 left is used again. `rm` takes a fifth of the work that Node's own takes for the thousand files in it.
 * @throws {PolystoreError} ENGINE_FAILED, INTERRUPTED
 */
export async function emptyDirectory(
  { identity, onProcess }: Engine,
  directory: string,
  label: string,
  signal?: AbortSignal,
): Promise<void> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  giveTo(identity, directory);
  const paths = (await readdir(directory)).map((name) => join(directory, name));
  if (paths.length === 0) return;
  await runCommand(identity, { program: 'rm', args: ['-rf', '--', ...paths], label, onProcess }, signal);
}

/** Where a replica keeps the password that it streams with. */
export const passwordFileIn = (dataDirectory: string): string => join(dataDirectory, 'upstream.pgpass');

/** Writes what the server reads when it starts; also after its port had to change. */
export async function writeSettings(
  { identity }: Pick<Engine, 'identity'>,
  directory: string,
  settings: ServerSettings,
  { supervisor }: FirstRoles,
): Promise<void> {
  await writeOwned({ identity }, join(directory, 'postgresql.conf'), renderSettings(settings));
  await writeOwned({ identity }, join(directory, 'pg_hba.conf'), renderAccess(supervisor.username));
  if (settings.upstream) {
    const line = `*:*:*:${settings.upstream.username}:${supervisor.password}\n`;
    await writeOwned({ identity }, settings.upstream.passwordFile, line);
  }
}

/** Writes a file that the server owns, and nobody else reads. */
export async function writeOwned({ identity }: Pick<Engine, 'identity'>, path: string, text: string): Promise<void> {
  await writeFile(path, text, { mode: 0o600 });
  await chmod(path, 0o600);
  giveTo(identity, path);
}

/**
 * `cp` clones blocks where the file system can, on Linux and macOS alike, and is several times faster than copying file by file here. PostgreSQL asks for
 * the right owner and mode only, which copies have: to keep times and attributes, too, would take a seventh more.
 */
async function copyTree(engine: Engine, from: string, to: string, label: string, signal?: AbortSignal): Promise<void> {
  await runCommand(
    engine.identity,
    { program: 'cp', args: ['-RP', from, to], label, onProcess: engine.onProcess },
    signal,
  );
}

function birthOf({ database, roles: { owner, supervisor } }: PrimaryData): readonly string[] {
  const [ownerName, supervisorName, databaseName] = [owner.username, supervisor.username, database].map(
    quoteIdentifier,
  );
  return [
    `create role ${supervisorName} superuser login replication password ${quoteLiteral(supervisor.password)}`,
    `create role ${ownerName} login createrole createdb password ${quoteLiteral(owner.password)}`,
    // What rds_superuser may hand out of PostgreSQL's own roles.
    `grant pg_monitor, pg_signal_backend, pg_checkpoint to ${ownerName} with admin option`,
    `create database ${databaseName} owner ${ownerName} strategy file_copy`,
    'revoke connect on database postgres from public',
    'revoke connect on database template1 from public',
  ];
}

/** Every start, so that a secrets file which was lost and made anew counts. */
function passwordsOf({ owner, supervisor }: FirstRoles): readonly string[] {
  return [owner, supervisor].map(
    ({ username, password }) => `alter role ${quoteIdentifier(username)} password ${quoteLiteral(password)}`,
  );
}

const MEMORY_IN_USE = /pre-existing shared memory block/;
const ORPHANS_END_MS = 5_000;
const RETRY_MS = 50;

/**
 * Runs statements with no server: nobody else can be connected, no password is asked for, and no port is open. A statement is a line.
 * Recovery after a crash is done on the way. Statements come by standard input, so that no password is in a process list.
 */
async function runStandAlone(
  engine: Engine,
  primary: PrimaryData,
  directory: string,
  statements: readonly string[],
  signal?: AbortSignal,
): Promise<void> {
  const program = join(engine.binaries.directory, 'bin', 'postgres');
  // Statements hold passwords, so no error may quote one.
  const settings = ['exit_on_error=on', 'log_min_error_statement=panic', 'log_min_duration_statement=-1'];
  const args = ['--single', '-D', directory, ...settings.flatMap((setting) => ['-c', setting]), 'postgres'];
  const input = statements.map((statement) => `${statement}\n`).join('');
  const deadline = Date.now() + ORPHANS_END_MS;
  for (;;) {
    try {
      await runCommand(
        engine.identity,
        { program, args, label: primary.label, input, onProcess: engine.onProcess },
        signal,
      );
      return;
    } catch (error) {
      // The server processes of a postmaster that was killed end by themselves, a moment later.
      const isWaiting = isPolystoreError(error, 'ENGINE_FAILED') && MEMORY_IN_USE.test(error.details.log);
      if (!isWaiting || Date.now() > deadline) throw error;
      await delay(RETRY_MS);
    }
  }
}

async function refuseOtherVersion({ binaries }: Engine, { label, directory }: PrimaryData): Promise<void> {
  const made = (await readFile(join(directory, 'PG_VERSION'), 'utf8')).trim();
  if (binaries.version.startsWith(`${made}.`)) return;
  const what = `${label} has data of PostgreSQL ${made}, and PostgreSQL ${binaries.version} is installed`;
  throw new PolystoreError('ENGINE_FAILED', what, {
    details: { server: label, log: '' },
    next: 'Remove the data with `npx polystore down --delete-data`, or install the version that made it.',
  });
}
