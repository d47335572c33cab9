import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { isSystemError } from '../../lib/sources/files';

export interface ToolRun {
  readonly cwd: string;
  readonly signal: AbortSignal;
  /** @default - this process's own, so that a tool finds its registry and its settings */
  readonly env?: NodeJS.ProcessEnv;
}

const LAST_CHARACTERS = 2_000;

/** Runs a tool that brings or builds something; resolves to what it printed. Rejects with its last words where it fails or is missing. */
export async function runTool(tool: string, args: readonly string[], { cwd, signal, env }: ToolRun): Promise<string> {
  try {
    const options = { cwd, signal, env: { ...process.env, ...env }, maxBuffer: 64 * 1024 * 1024 };
    const { stdout } = await promisify(execFile)(tool, [...args], options);
    return stdout;
  } catch (cause) {
    if (isSystemError(cause, 'ENOENT')) throw new Error(`${tool} is not on the PATH, and an engine is brought with it`);
    const { stdout = '', stderr = '' } = cause as { stdout?: string; stderr?: string };
    const said = `${stdout}\n${stderr}`.trim().slice(-LAST_CHARACTERS);
    const why = said === '' ? (cause as Error).message : said;
    throw new Error(`${tool} ${args[0] ?? ''} failed: ${why}`, { cause });
  }
}
