import { spawn } from 'node:child_process';
import { PolystoreError } from '../errors';
import { commandAs, type Identity } from './run-as';

export interface EngineCommand {
  /** Full path of a program of the engine, or a program of the system that works on its files. */
  readonly program: string;
  readonly args: readonly string[];
  /** What the command is for, in words for messages: `initdb`, `main/primary`. */
  readonly label: string;
  /** Fed to standard input. It may hold passwords, so it is never shown. */
  readonly input?: string;
  /** Told as soon as there is a process. */
  readonly onProcess?: (pid: number) => void;
}

/**
 * Runs a program of an engine until it ends, and resolves to what it printed. An abort ends the program, and rejects once it is gone.
 * @throws {PolystoreError} ENGINE_FAILED with its last lines where it fails or can't be run, INTERRUPTED after an abort
 */
export async function runCommand(identity: Identity, command: EngineCommand, signal?: AbortSignal): Promise<string> {
  throwIfInterrupted(signal, command.label);
  const { file, args, options } = commandAs(identity, command.program, command.args);
  const child = spawn(file, [...args], { ...options, cwd: '/', detached: true, stdio: ['pipe', 'pipe', 'pipe'] });
  if (child.pid !== undefined) command.onProcess?.(child.pid);
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8');
    stream.on('data', (chunk: string) => (output += chunk));
  }
  const abort = (): void => void child.kill('SIGTERM');
  signal?.addEventListener('abort', abort, { once: true });
  try {
    const code = await new Promise<number | string>((resolve, reject) => {
      child.once('error', (error) => reject(engineFailed(command.label, `can't be run (${error.message})`, '')));
      child.once('close', (exitCode, exitSignal) => resolve(exitCode ?? exitSignal ?? 'unknown'));
      // A program that ends before it has read its input raises EPIPE; its exit code tells the story.
      child.stdin.once('error', () => undefined);
      child.stdin.end(command.input ?? '');
    });
    throwIfInterrupted(signal, command.label);
    if (code !== 0) throw engineFailed(command.label, `ended with ${code}`, output);
    return output;
  } finally {
    signal?.removeEventListener('abort', abort);
  }
}

/** @throws {PolystoreError} INTERRUPTED after an abort */
export function throwIfInterrupted(signal: AbortSignal | undefined, during: string): void {
  if (!signal?.aborted) return;
  throw new PolystoreError('INTERRUPTED', `interrupted while starting ${during}; whatever was started is stopped`, {
    details: { during },
  });
}

const LAST_LINES = 20;

/** The error of an engine that ended or did not come up, with the line that says why, and its last lines. */
export function engineFailed(server: string, what: string, output: string): PolystoreError<'ENGINE_FAILED'> {
  const lines = output.trimEnd().split('\n').slice(-LAST_LINES);
  const reason = lines.findLast((line) => /FATAL|PANIC|ERROR|error:/.test(line)) ?? lines.at(-1) ?? '';
  return new PolystoreError('ENGINE_FAILED', `${server} ${what}${reason === '' ? '' : `: ${reason.trim()}`}`, {
    details: { server, log: lines.join('\n') },
    next: 'Its last log lines say why.',
  });
}
