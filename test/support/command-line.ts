import { spawn, type ChildProcess } from 'node:child_process';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { compiledKit } from './compiled-kit';

const root = join(__dirname, '../..');
/** What synthesizes runs as a clone does, which bundles its Lambdas; the others as the published package does, which compiles nothing. */
const SYNTHESIZES = ['prove', 'guard', 'diff'];
const launcherOf = (command = ''): string =>
  join(SYNTHESIZES.includes(command) ? root : compiledKit(), 'bin/polystore.cjs');

/**
 * V8 marks its heap beside the program, again and again while CloudFormation's rules compile: a quarter of the work of a proof, for which a machine that
 * runs other suites has no processor to spare.
 */
export const NODE_ARGS = ['--no-concurrent-marking'];

/** A folder with a tier file in it, as a user has one. The caller removes it. */
export interface Project {
  readonly directory: string;
  /** Changes the tier file's text. */
  edit(change: (text: string) => string): void;
  /** Starts a command in a process of its own; it ends by itself or by its `process`. */
  start(...args: readonly string[]): Running;
  /** Runs a command in a process of its own to its end, as a user does. */
  run(...args: readonly string[]): Promise<Finished>;
  /**
   * Runs a command in this process to its end: what it prints and its exit status are the same, for a fifth of the work. That a command leaves
   * nothing open that keeps its process alive is what `run` shows. Calls wait for each other.
   */
  call(...args: readonly string[]): Promise<Finished>;
  /** The same on a terminal: coloured, and with what a step does before it has ended. */
  callOnTerminal(...args: readonly string[]): Promise<Finished>;
  remove(): void;
}

export interface Running {
  readonly process: ChildProcess;
  /** Resolves once what was printed so far matches. @throws where the command ends first */
  printed(pattern: RegExp): Promise<void>;
  readonly finished: Promise<Finished>;
}

export interface Finished {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Makes a project of a tier file of this repository. */
export function createProject(tierFile = 'tier.config.ts'): Project {
  const directory = mkdtempSync(join(tmpdir(), 'polystore-project-'));
  const path = join(directory, 'tier.config.ts');
  copyFileSync(join(root, tierFile), path);
  const edit: Project['edit'] = (change) => writeFileSync(path, change(readFileSync(path, 'utf8')));
  const start: Project['start'] = (...args) => startCommand(directory, args);
  return {
    directory,
    edit,
    start,
    run: (...args) => start(...args).finished,
    call: (...args) => inTurn(() => callCommand(directory, args)),
    callOnTerminal: (...args) => inTurn(() => callCommand(directory, args, TERMINAL)),
    remove: () => rmSync(directory, { recursive: true, force: true }),
  };
}

/** A process has one working directory and one standard output. */
let lastCall: Promise<unknown> = Promise.resolve();

function inTurn(call: () => Promise<Finished>): Promise<Finished> {
  const called = lastCall.then(call);
  lastCall = called.catch(() => undefined);
  return called;
}

/** What a stream says of itself where somebody looks at it. */
const TERMINAL = { isTTY: true, columns: 100, rows: 40 };

async function callCommand(cwd: string, args: readonly string[], seen = {}): Promise<Finished> {
  // By its whole name: without one, the launcher beside it is found.
  const { runCommandLine } = jest.requireActual<typeof import('../../bin/polystore')>('../../bin/polystore.ts');
  const [stdout, stderr] = [capture('stdout', seen), capture('stderr', seen)];
  process.chdir(cwd);
  try {
    await runCommandLine(args);
    return { code: Number(process.exitCode ?? 0), stdout: stdout.text(), stderr: stderr.text() };
  } finally {
    // Not to where it was: what process.cwd() says in a worker of jest may be a folder of before, which is gone.
    process.chdir(root);
    process.exitCode = undefined;
    for (const stream of [stdout, stderr]) stream.restore();
  }
}

/** Takes what is written to a stream of this process, as a pipe does, or as what it is `seen` as. */
function capture(name: 'stdout' | 'stderr', seen: object): { text(): string; restore(): void } {
  const chunks: string[] = [];
  const pipe = new Writable({
    decodeStrings: false,
    write: (chunk: string | Buffer, _, done) => {
      chunks.push(chunk.toString());
      done();
    },
  });
  const stream = jest.spyOn(process, name, 'get').mockReturnValue(Object.assign(pipe, seen) as never);
  return { text: () => chunks.join(''), restore: () => stream.mockRestore() };
}

function startCommand(directory: string, args: readonly string[]): Running {
  const child = spawn(process.execPath, [...NODE_ARGS, launcherOf(args[0]), ...args], {
    cwd: directory,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const output = { stdout: '', stderr: '' };
  child.stdout.on('data', (chunk: Buffer) => (output.stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (output.stderr += chunk.toString()));
  const finished = new Promise<Finished>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, ...output }));
  });
  const printed = (pattern: RegExp): Promise<void> =>
    new Promise((resolve, reject) => {
      const look = (): void => {
        if (pattern.test(output.stdout + output.stderr)) resolve();
      };
      child.stdout.on('data', look);
      child.stderr.on('data', look);
      look();
      void finished.then(() =>
        reject(new Error(`ended before it printed ${String(pattern)}:\n${output.stdout}${output.stderr}`)),
      );
    });
  return { process: child, printed, finished };
}
