import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { copyFile, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { Client } from 'pg';
import { commandAs, ENGINE_ENVIRONMENT, findIdentity, giveTo, type Identity } from '../lib/local/run-as';
import { LOCAL_HOST } from '../lib/local/server-settings';
import type { Credentials } from '../lib/sources';

/** The servers that a proxy stands before, and who logs in. */
export interface Backends {
  readonly primaryPort: number;
  readonly replicaPort: number;
  readonly database: string;
  readonly credentials: Credentials;
  /** TLS of the servers, as `lib/local` names it: proxies verify them as every client does. */
  readonly tls: { readonly authority: string; readonly certificate: string; readonly key: string };
}

/** A program between clients and servers that a Debian package brings. */
export interface ProxyProgram {
  readonly name: 'pgbouncer' | 'pgpool';
  readonly aptPackage: string;
  /** The database that a client names, by what it is going to do there. */
  readonly databaseFor: (purpose: ProxyPurpose, backends: Backends) => string;
  /** Its files by name, and how it is started with them. They may hold passwords; nothing else does. */
  plan(room: ProxyRoom): {
    readonly files: Readonly<Record<string, string>>;
    readonly args: readonly string[];
    /** What makes it end at once. */
    readonly stopSignal: 'SIGTERM' | 'SIGINT';
  };
}

/** `readYourWrites`: a client that has written must see it, so that a replica will not do. */
export type ProxyPurpose = 'read' | 'write' | 'readYourWrites';

/** Where a proxy runs. */
export interface ProxyRoom {
  /** Of its own, with the files of {@link TLS_FILES} in it. */
  readonly directory: string;
  readonly port: number;
  /** For a door of its own that some have. */
  readonly adminPort: number;
  /** Of clients, and to each server. */
  readonly connections: number;
  readonly backends: Backends;
}

export const TLS_FILES = { authority: 'ca.crt', certificate: 'server.crt', key: 'server.key' } as const;

export interface RunningProxy {
  readonly program: ProxyProgram;
  readonly port: number;
  readonly backends: Backends;
  /** Resolves when its process is gone. */
  stop(): Promise<void>;
}

/** Full path of an installed program; undefined where there is none. */
export function findProgram(name: string): string | undefined {
  return ENGINE_ENVIRONMENT.PATH.split(':')
    .map((directory) => join(directory, name))
    .find((path) => existsSync(path));
}

/** Why a proxy's rows are missing, and what to do. */
export const notInstalled = ({ name, aptPackage }: Pick<ProxyProgram, 'name' | 'aptPackage'>): string =>
  `${name} is not installed (apt-get install ${aptPackage})`;

const CONNECT_MS = 15_000;
const START_MS = 15_000;
const STOP_MS = 5_000;
const POLL_MS = 50;

/** Starts a proxy on this machine's loopback, and resolves when it answers. Whoever starts it stops it. */
export async function startProxy(program: ProxyProgram, path: string, room: ProxyRoom): Promise<RunningProxy> {
  const identity = await findIdentity();
  const { files, args, stopSignal } = program.plan(room);
  await writeRoom(identity, room, files);
  const { file, args: all, options } = commandAs(identity, path, args);
  const child = spawn(file, [...all], { ...options, cwd: room.directory, stdio: ['ignore', 'ignore', 'pipe'] });
  const said = lastWordsOf(child);
  const gone = new Promise<void>((resolve) => {
    child.once('exit', () => resolve());
    child.once('error', () => resolve());
  });
  const stop = async (): Promise<void> => {
    const isLate = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
    child.kill(stopSignal);
    await gone;
    clearTimeout(isLate);
  };
  try {
    await untilAnswering(program, room, child);
  } catch (error) {
    await stop();
    throw new Error(`${program.name} did not start: ${said()}`, { cause: error });
  }
  return { program, port: room.port, backends: room.backends, stop };
}

async function writeRoom(
  identity: Identity,
  { directory, backends }: ProxyRoom,
  files: Readonly<Record<string, string>>,
): Promise<void> {
  await mkdir(directory, { mode: 0o700 });
  giveTo(identity, directory);
  for (const [name, text] of Object.entries(files)) await writeFile(join(directory, name), text, { mode: 0o600 });
  for (const part of ['authority', 'certificate', 'key'] as const) {
    await copyFile(backends.tls[part], join(directory, TLS_FILES[part]));
  }
  for (const name of [...Object.keys(files), ...Object.values(TLS_FILES)]) giveTo(identity, join(directory, name));
}

async function untilAnswering(
  program: ProxyProgram,
  { port, backends }: ProxyRoom,
  child: ChildProcess,
): Promise<void> {
  const deadline = performance.now() + START_MS;
  for (;;) {
    const client = new Client(clientConfig(backends, port, program.databaseFor('write', backends)));
    client.on('error', () => undefined);
    try {
      await client.connect();
      await client.query('select 1');
      return;
    } catch (error) {
      const isGone = child.exitCode !== null || child.signalCode !== null || child.pid === undefined;
      if (isGone || performance.now() > deadline) throw error;
    } finally {
      await client.end().catch(() => undefined);
    }
    await pause(POLL_MS);
  }
}

/** How clients log in, whoever answers. Some take long to let many in at once. */
export const clientConfig = ({ credentials, tls }: Backends, port: number, database: string) => ({
  host: LOCAL_HOST,
  port,
  database,
  user: credentials.username,
  password: credentials.password,
  connectionTimeoutMillis: CONNECT_MS,
  ssl: { ca: readFileSync(tls.authority, 'utf8') },
});

const LAST_WORDS = 2_000;

function lastWordsOf(child: ChildProcess): () => string {
  let said = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (said = `${said}${text}`.slice(-LAST_WORDS)));
  child.once('error', (error) => (said += error.message));
  return () => said.trim();
}
