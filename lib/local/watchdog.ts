import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { engineFailed } from './engine-command';
import { ENGINE_ENVIRONMENT } from './run-as';

/** A second process that stops the tier's servers if this one can't any more. */
export interface Watchdog {
  /** Its process id; another one after it was restarted. */
  pid(): number;
  /**
   * Resolves as soon as it watches.
   * @throws {PolystoreError} ENGINE_FAILED where it can't be started
   */
  ready(): Promise<void>;
  /** Tells it of a process that works on a data directory; it is ended if this one dies first. */
  working(pid: number): void;
  /** Tells it, before a server's process is made, that there may be one. */
  starting(server: string): void;
  /** Tells it that a server's process is gone. */
  ended(server: string): void;
  /** Sends it away; every server must have ended. Resolves when its process is gone. */
  dismiss(): Promise<void>;
}

const SCRIPT = join(__dirname, 'watchdog-process.cjs');

/**
 * Waits in a shell, which takes a fiftieth of the time and of the memory that Node does, and starts Node once its input ends, which reads all that was
 * said: not from an argument, since those have a limit. `$0` is Node, `$1` the script, `$4` the run. Whoever reads what it says may be gone already.
 */
const WAIT = `
trap '' PIPE
[ -x "$0" ] && [ -r "$1" ] && [ -n "$4" ] || exit 2
echo watching
said=
while IFS= read -r line; do
  [ "$line" = bye ] && exit 0
  said="$said$line
"
done
printf %s "$said" | "$0" "$@"`;

/** The process that watches over a run, until its standard input ends. It is told, a line each, as `watchdog-process.cjs` says; `bye` sends it away. */
export const watchCommand = (dataDirectory: string, run: string) => ({
  file: '/bin/sh',
  args: ['-c', WAIT, process.execPath, SCRIPT, 'guard', dataDirectory, run],
});

const FIRST_RESTART_MS = 50;
const SLOWEST_RESTART_MS = 5_000;
/** A watchdog that ends this many times before it ever watched can't be started here. */
const LAUNCHES = 3;

/**
 * Starts the watchdog of a run. It lives in a session of its own, so that no Ctrl-C meant for this process reaches it, and holds the
 * reading end of a pipe whose other end only this process has: the system closes that when this process ends, by whatever means.
 * A watchdog that dies is replaced.
 */
export function startWatchdog(dataDirectory: string, run: string): Watchdog {
  const alive = new Set<string>();
  let dismissed = false;
  let restartMs = FIRST_RESTART_MS;
  let launches = 0;
  let resolveReady: () => void;
  let rejectReady: (error: unknown) => void;
  const ready = new Promise<void>((resolve, reject) => {
    resolveReady = resolve;
    rejectReady = reject;
  });
  // A start that fails for another reason first never asks.
  ready.catch(() => undefined);
  let current = launch();

  function launch(): ChildProcess {
    const { file, args } = watchCommand(dataDirectory, run);
    const child = spawn(file, args, {
      cwd: '/',
      detached: true,
      env: ENGINE_ENVIRONMENT,
      stdio: ['pipe', 'pipe', 'ignore'],
    });
    child.unref();
    launches += 1;
    child.stdout?.once('data', () => {
      resolveReady();
      restartMs = FIRST_RESTART_MS;
      child.stdout?.destroy();
    });
    // Writing to a watchdog that has just died raises EPIPE; its exit is handled below.
    child.stdin?.on('error', () => undefined);
    // A process that could not be made has no exit, only an error.
    child.once(child.pid === undefined ? 'error' : 'exit', relaunch);
    for (const server of alive) child.stdin?.write(`starting ${server}\n`);
    return child;
  }

  function relaunch(): void {
    if (dismissed) return;
    if (launches === LAUNCHES) rejectReady(engineFailed('watchdog', `can't be started (${SCRIPT})`, ''));
    setTimeout(() => {
      if (!dismissed) current = launch();
    }, restartMs).unref();
    restartMs = Math.min(restartMs * 2, SLOWEST_RESTART_MS);
  }

  return {
    pid: () => current.pid ?? 0,
    ready: () => ready,
    // One that dies takes what it was told with it: its successor knows of servers only, and copying takes less than its start.
    working: (pid) => void current.stdin?.write(`working ${pid}\n`),
    starting(server) {
      alive.add(server);
      current.stdin?.write(`starting ${server}\n`);
    },
    ended(server) {
      alive.delete(server);
      current.stdin?.write(`ended ${server}\n`);
    },
    async dismiss() {
      dismissed = true;
      const child = current;
      if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
      child.ref();
      const gone = new Promise((resolve) => child.once('exit', resolve));
      child.stdin?.end('bye\n');
      await gone;
    },
  };
}

/**
 * Stops every server of a data directory that a dead supervisor and its dead watchdog may have left.
 * Resolves to how many there were, once they are gone.
 */
export async function sweepServers(dataDirectory: string): Promise<number> {
  const args = [SCRIPT, 'sweep', dataDirectory];
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: '/', env: ENGINE_ENVIRONMENT });
  return Number(stdout);
}
