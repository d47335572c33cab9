import { spawn } from 'node:child_process';
import { mkdirSync, openSync, closeSync } from 'node:fs';
import { join } from 'node:path';
import { PolystoreError, isPolystoreError, type ErrorCode } from '../../lib/errors';
import { listenForInterrupt } from '../interrupt';

/** What a detached `up` tells the command that started it. */
type Message =
  | { readonly kind: 'progress'; readonly text: string }
  | { readonly kind: 'ready' }
  | { readonly kind: 'failed'; readonly error: CarriedError };

/** An error on its way between the two processes. */
interface CarriedError {
  readonly code?: ErrorCode;
  readonly message: string;
  readonly next?: string;
  readonly details?: unknown;
}

/**
 * Runs this same command line without `--detach` in a process of its own session, and waits until its tier is ready.
 * @returns the process id
 * @throws whatever the other process failed with
 */
export async function startDetached(directory: string, now: (text: string) => void): Promise<number> {
  const log = openLog(directory);
  const [, script = '', ...args] = process.argv;
  const child = spawn(process.execPath, [...process.execArgv, script, ...args.filter((arg) => arg !== '--detach')], {
    detached: true,
    stdio: ['ignore', log.descriptor, log.descriptor, 'ipc'],
  });
  closeSync(log.descriptor);
  const interrupt = listenForInterrupt();
  interrupt.signal.addEventListener('abort', () => void child.kill('SIGTERM'));
  try {
    await new Promise<void>((resolve, reject) => {
      child.on('message', (message: Message) => {
        if (message.kind === 'progress') now(message.text);
        else if (message.kind === 'ready') resolve();
        else reject(revive(message.error));
      });
      child.on('error', reject);
      child.on('exit', (code, signal) =>
        reject(
          new PolystoreError(
            'ENGINE_FAILED',
            `the tier's process ended (${signal ?? `exit ${code}`}) before it was ready`,
            {
              details: { server: 'supervisor', log: log.path },
              next: `Read ${log.path}.`,
            },
          ),
        ),
      );
    });
  } finally {
    interrupt.release();
    if (child.connected) child.disconnect();
    child.unref();
  }
  return child.pid as number;
}

/** The other end: messages to the command that started this process, or nothing where nobody listens. */
export interface Parent {
  readonly isThere: boolean;
  progress(text: string): void;
  ready(): void;
  failed(error: unknown): void;
}

/** Messages to whoever called {@link startDetached}. */
export function announceToParent(): Parent {
  const send = (message: Message): void => {
    // A parent that is gone has lost its interest, not the tier its life.
    if (process.connected) process.send?.(message, undefined, undefined, () => undefined);
  };
  return {
    isThere: process.send !== undefined,
    progress: (text) => send({ kind: 'progress', text }),
    ready: () => send({ kind: 'ready' }),
    failed: (error) => send({ kind: 'failed', error: carry(error) }),
  };
}

function openLog(directory: string): { readonly path: string; readonly descriptor: number } {
  const folder = join(directory, 'log');
  mkdirSync(folder, { recursive: true });
  const path = join(folder, 'supervisor.log');
  return { path, descriptor: openSync(path, 'a', 0o600) };
}

function carry(error: unknown): CarriedError {
  if (isPolystoreError(error)) {
    const { code, message, next, details } = error;
    return { code, message, details, ...(next !== undefined && { next }) };
  }
  return { message: error instanceof Error ? error.message : String(error) };
}

function revive({ code, message, next, details }: CarriedError): Error {
  if (code === undefined) return new Error(message);
  return new PolystoreError(code, message, { details: details as never, ...(next !== undefined && { next }) });
}
