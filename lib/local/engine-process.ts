import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, openSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { engineFailed, throwIfInterrupted } from './engine-command';
import { portTaken } from './ports';
import { ENGINE_ENVIRONMENT } from './run-as';
import { howItEnded, keepPreviousLog, readLog, watchProcess, type ServerProcess } from './server-process';

/** An engine other than PostgreSQL, ready to be run. It logs to its standard output. */
export interface EngineLaunch {
  /** `<store>/<server>`. */
  readonly label: string;
  /** Full path. */
  readonly program: string;
  /** They name the data directory, by which the watchdog knows its servers; never a password. */
  readonly args: readonly string[];
  /** What the engine must see of an environment besides {@link ENGINE_ENVIRONMENT}. @default - nothing */
  readonly env?: Readonly<Record<string, string>>;
  /** Exists, and belongs to this server. */
  readonly dataDirectory: string;
  readonly log: string;
  readonly run: string;
  readonly port: number;
  /** What it logs once it takes connections. */
  readonly ready: RegExp;
}

/** The file in a data directory that names the process and the run; written by the process itself before it becomes the engine. */
export const ENGINE_PID_FILE = 'engine.pid';

const READY_MS = 60_000;
const POLL_MS = 10;
const STOPS = [
  { signal: 'SIGTERM', waitMs: 8_000 },
  { signal: 'SIGKILL', waitMs: 2_000 },
] as const;
/** In the words of C, Go, Node and Java alike. */
const PORT_TAKEN = /address already in use|EADDRINUSE/i;
/** Announces itself, then becomes the engine under the same id: there is no moment in which it runs and no file names it. */
const ANNOUNCE_AND_RUN = 'echo "$$ $0" > "$1" && shift && exec "$@"';

/**
 * Starts an engine and waits until it takes connections. One that does not come up is gone when this rejects.
 * @throws {PolystoreError} ENGINE_FAILED with the last lines of its log, PORT_TAKEN, INTERRUPTED
 */
export async function startEngine(launch: EngineLaunch, signal?: AbortSignal): Promise<ServerProcess> {
  throwIfInterrupted(signal, launch.label);
  await keepPreviousLog(launch.log);
  const server = watchProcess(spawnEngine(launch), STOPS);
  // At once, before anybody who waits for the end starts another in the same directory.
  void server.exited.then(() => rmSync(join(launch.dataDirectory, ENGINE_PID_FILE), { force: true }));
  try {
    await waitUntilLogged(server, launch, launch.ready, signal);
    return server;
  } catch (error) {
    await server.stop();
    throw error;
  }
}

/**
 * Waits until a running engine has logged `line`, which tells how far it has come.
 * @throws {PolystoreError} ENGINE_FAILED where it ends first or never says so, PORT_TAKEN, INTERRUPTED
 */
export async function waitUntilLogged(
  server: ServerProcess,
  { label, log, port }: Pick<EngineLaunch, 'label' | 'log' | 'port'>,
  line: RegExp,
  signal?: AbortSignal,
): Promise<void> {
  const deadline = Date.now() + READY_MS;
  for (;;) {
    throwIfInterrupted(signal, label);
    // Before the log, so that what it wrote last is read.
    const exit = server.exit();
    const text = await readLog(log);
    if (exit) {
      if (PORT_TAKEN.test(text)) throw portTaken(port, label);
      throw engineFailed(label, `ended ${howItEnded(exit)} before it was ready`, text);
    }
    if (line.test(text)) return;
    if (Date.now() > deadline) throw engineFailed(label, `was not ready after ${READY_MS / 1000} s`, text);
    await delay(POLL_MS);
  }
}

/** In a session of its own, so that a Ctrl-C in the terminal reaches the supervisor only, which then stops servers in good order. */
function spawnEngine({ program, args, env, dataDirectory, log: path, run }: EngineLaunch): ChildProcess {
  const log = openSync(path, 'a', 0o600);
  try {
    const script = ['-c', ANNOUNCE_AND_RUN, run, join(dataDirectory, ENGINE_PID_FILE)];
    return spawn('/bin/sh', [...script, program, ...args], {
      cwd: dataDirectory,
      detached: true,
      env: { ...ENGINE_ENVIRONMENT, ...env },
      stdio: ['ignore', log, log],
    });
  } finally {
    closeSync(log);
  }
}
