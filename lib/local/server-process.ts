import type { ChildProcess } from 'node:child_process';
import { mkdir, readFile, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { isSystemError } from '../sources/files';

/** How a server's process ended: by a code of its own or by a signal. */
export interface ServerExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** ISO 8601. */
  readonly at: string;
}

/** A server that takes connections, or did until it ended. */
export interface ServerProcess {
  readonly pid: number;
  /** Resolves when the process is gone; never rejects. */
  readonly exited: Promise<ServerExit>;
  /** Undefined while it runs. */
  exit(): ServerExit | undefined;
  /** Sends it a signal, which means what the engine makes of it. */
  kill(signal: NodeJS.Signals): void;
  /** Ends connections and shuts down cleanly; harder if that takes too long. Resolves when it is gone. */
  stop(): Promise<void>;
}

/** A step of a stop: the signal, and how long to wait for its effect. */
export interface StopStep {
  readonly signal: NodeJS.Signals;
  readonly waitMs: number;
}

/** Watches a process from its start to its end; `stops` are the steps of its stop, the gentlest first. */
export function watchProcess(child: ChildProcess, stops: readonly StopStep[]): ServerProcess {
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
      for (const { signal, waitMs } of stops) {
        if (exit) return;
        child.kill(signal);
        await Promise.race([exited, delay(waitMs, undefined, { ref: false })]);
      }
      // The last signal leaves it no choice; on a busy machine its end takes longer.
      await exited;
    },
  };
}

/** In words, for messages: `by SIGKILL`, `with exit code 1`. */
export const howItEnded = ({ code, signal }: ServerExit): string =>
  signal ? `by ${signal}` : `with exit code ${code}`;

/** Lines that a server logged in this run; empty where it logged none. */
export async function readLog(log: string): Promise<string> {
  return readFile(log, 'utf8').catch(() => '');
}

/** Makes room for the log of a new run: the one before it stays beside it as `.previous.log`. */
export async function keepPreviousLog(log: string): Promise<void> {
  await mkdir(dirname(log), { recursive: true });
  await rename(log, log.replace(/\.log$/, '.previous.log')).catch((error: unknown) => {
    if (!isSystemError(error, 'ENOENT')) throw error;
  });
  await rm(log, { force: true });
}
