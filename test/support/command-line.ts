import { spawn, type ChildProcess } from 'node:child_process';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const root = join(__dirname, '../..');
const launcher = join(root, 'bin/polystore.cjs');

/** A folder with a tier file in it, as a user has one. The caller removes it. */
export interface Project {
  readonly directory: string;
  /** Changes the tier file's text. */
  edit(change: (text: string) => string): void;
  /** Starts a command; it ends by itself or by its `process`. */
  start(...args: readonly string[]): Running;
  /** Runs a command to its end. */
  run(...args: readonly string[]): Promise<Finished>;
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
  edit((text) => text.replace(/'\.{1,2}\/lib\/definition'/, `'${join(root, 'lib/definition')}'`));
  const start: Project['start'] = (...args) => startCommand(directory, args);
  return {
    directory,
    edit,
    start,
    run: (...args) => start(...args).finished,
    remove: () => rmSync(directory, { recursive: true, force: true }),
  };
}

function startCommand(directory: string, args: readonly string[]): Running {
  const child = spawn(process.execPath, [launcher, ...args], { cwd: directory, stdio: ['ignore', 'pipe', 'pipe'] });
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
