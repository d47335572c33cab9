import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { mkdir, readFile, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { isSystemError } from '../sources/files';
import type { Engine } from './data-directory';
import { engineFailed, throwIfInterrupted } from './engine-command';
import { commandAs } from './run-as';

/** How a server's process ended: by a code of its own or by a signal. */
export interface ServerExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** ISO 8601. */
  readonly at: string;
}

/** A server that takes connections, or did until it ended. */
export interface PostgresServer {
  readonly pid: number;
  /** Resolves when the process is gone; never rejects. */
  readonly exited: Promise<ServerExit>;
  /** Undefined while it runs. */
  exit(): ServerExit | undefined;
  /** Sends a signal to the postmaster, which passes it on as PostgreSQL means it. */
  kill(signal: NodeJS.Signals): void;
  /** Ends connections and shuts down cleanly; harder if that takes too long. Resolves when it is gone. */
  stop(): Promise<void>;
}

export interface ServerLaunch {
  /** `<store>/<server>`. */
  readonly label: string;
  readonly dataDirectory: string;
  readonly log: string;
  readonly run: string;
}

const READY_MS = 60_000;
const POLL_MS = 10;
/** Fast shutdown, then immediate, then the end: after how many milliseconds each. */
const STOPS = [
  { signal: 'SIGINT', waitMs: 8_000 },
  { signal: 'SIGQUIT', waitMs: 2_000 },
  { signal: 'SIGKILL', waitMs: 2_000 },
] as const;

/**
 * Starts a server on a prepared data directory and waits until it takes connections. A server that does not come up is gone when
 * this rejects.
 * @throws {PolystoreError} ENGINE_FAILED with the last lines of its log, INTERRUPTED
 */
export async function startPostgresServer(
  engine: Engine,
  launch: ServerLaunch,
  signal?: AbortSignal,
): Promise<PostgresServer> {
  throwIfInterrupted(signal, launch.label);
  await keepPreviousLog(launch.log);
  const server = watch(spawnPostmaster(engine, launch));
  try {
    await waitUntilReady(server, launch, signal);
    return server;
  } catch (error) {
    await server.stop();
    throw error;
  }
}

/** Lines that a server logged in this run; empty where it logged none. */
export async function readLog(log: string): Promise<string> {
  return readFile(log, 'utf8').catch(() => '');
}

/**
 * In a session of its own, so that a Ctrl-C in the terminal reaches the supervisor only, which then stops servers in good order.
 * The watchdog knows its servers by the order of these arguments.
 */
function spawnPostmaster({ binaries, identity }: Engine, launch: ServerLaunch): ChildProcess {
  const args = ['-D', launch.dataDirectory, '-c', `polystore.run=${launch.run}`];
  const command = commandAs(identity, join(binaries.directory, 'bin', 'postgres'), args);
  const log = openSync(launch.log, 'a', 0o600);
  try {
    return spawn(command.file, [...command.args], {
      ...command.options,
      cwd: '/',
      detached: true,
      stdio: ['ignore', log, log],
    });
  } finally {
    closeSync(log);
  }
}

function watch(child: ChildProcess): PostgresServer {
  let exit: ServerExit | undefined;
  const exited = new Promise<ServerExit>((resolve) => {
    const end = (code: number | null, signal: NodeJS.Signals | null): void => {
      exit ??= { code, signal, at: new Date().toISOString() };
      resolve(exit);
    };
    child.once('exit', end);
    // Not started at all: the program is missing or may not be run.
    child.once('error', () => end(127, null));
  });
  return {
    pid: child.pid ?? 0,
    exited,
    exit: () => exit,
    kill: (signal) => void child.kill(signal),
    async stop() {
      for (const { signal, waitMs } of STOPS) {
        if (exit) return;
        child.kill(signal);
        await Promise.race([exited, delay(waitMs, undefined, { ref: false })]);
      }
    },
  };
}

/** The eighth line of postmaster.pid tells the state. */
async function waitUntilReady(server: PostgresServer, launch: ServerLaunch, signal?: AbortSignal): Promise<void> {
  const deadline = Date.now() + READY_MS;
  for (;;) {
    throwIfInterrupted(signal, launch.label);
    const exit = server.exit();
    if (exit) {
      const how = exit.signal ? `by ${exit.signal}` : `with exit code ${exit.code}`;
      throw engineFailed(launch.label, `ended ${how} before it was ready`, await readLog(launch.log));
    }
    const lines = (await readFile(join(launch.dataDirectory, 'postmaster.pid'), 'utf8').catch(() => '')).split('\n');
    if (Number(lines[0]) === server.pid && lines[7]?.trim() === 'ready') return;
    if (Date.now() > deadline) {
      throw engineFailed(launch.label, `was not ready after ${READY_MS / 1000} s`, await readLog(launch.log));
    }
    await delay(POLL_MS);
  }
}

async function keepPreviousLog(log: string): Promise<void> {
  await mkdir(dirname(log), { recursive: true });
  await rename(log, log.replace(/\.log$/, '.previous.log')).catch((error: unknown) => {
    if (!isSystemError(error, 'ENOENT')) throw error;
  });
  await rm(log, { force: true });
}
