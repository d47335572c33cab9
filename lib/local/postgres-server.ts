import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Engine } from './data-directory';
import { engineFailed, throwIfInterrupted } from './engine-command';
import { commandAs } from './run-as';
import { howItEnded, keepPreviousLog, readLog, watchProcess, type ServerProcess } from './server-process';

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
): Promise<ServerProcess> {
  throwIfInterrupted(signal, launch.label);
  await keepPreviousLog(launch.log);
  const server = watchProcess(spawnPostmaster(engine, launch), STOPS);
  try {
    await waitUntilReady(server, launch, signal);
    return server;
  } catch (error) {
    await server.stop();
    throw error;
  }
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

/** The eighth line of postmaster.pid tells the state. */
async function waitUntilReady(server: ServerProcess, launch: ServerLaunch, signal?: AbortSignal): Promise<void> {
  const deadline = Date.now() + READY_MS;
  for (;;) {
    throwIfInterrupted(signal, launch.label);
    const exit = server.exit();
    if (exit) {
      throw engineFailed(launch.label, `ended ${howItEnded(exit)} before it was ready`, await readLog(launch.log));
    }
    const lines = (await readFile(join(launch.dataDirectory, 'postmaster.pid'), 'utf8').catch(() => '')).split('\n');
    if (Number(lines[0]) === server.pid && lines[7]?.trim() === 'ready') return;
    if (Date.now() > deadline) {
      throw engineFailed(launch.label, `was not ready after ${READY_MS / 1000} s`, await readLog(launch.log));
    }
    await delay(POLL_MS);
  }
}
