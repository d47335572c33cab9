import { readFile } from 'node:fs/promises';
import { isSystemError } from '../sources/files';
import { isAlive, type ProcessMark } from './process-mark';
import { publishFile } from './publish-file';
import type { ServerExit } from './server-process';
import { tierDirectory } from './tier-directory';
import type { PlannedServer } from './tier-plan';

/** What became of a server's process. */
export type ProcessState = { readonly kind: 'running' } | ({ readonly kind: 'ended' } & ServerExit);

/** A server of a local tier. */
export interface LocalServer extends PlannedServer {
  readonly port: number;
  readonly pid: number;
  readonly dataDirectory: string;
  readonly log: string;
  readonly status: ProcessState;
}

/** What the supervisor of a local tier last wrote down; nobody else writes it. */
export interface LocalState {
  readonly version: typeof STATE_VERSION;
  readonly tier: string;
  readonly stage: string;
  readonly supervisor: ProcessMark;
  /** ISO 8601. */
  readonly startedAt: string;
  readonly servers: readonly LocalServer[];
}

export const STATE_VERSION = 1;

export async function writeLocalState(path: string, state: LocalState): Promise<void> {
  await publishFile(path, `${JSON.stringify(state, null, 2)}\n`, 0o600);
}

/**
 * The state of a tier that is up, or whose supervisor died without a word; undefined where the tier was stopped in good order or never started.
 */
export async function readLocalState(directory: string): Promise<LocalState | undefined> {
  try {
    return JSON.parse(await readFile(tierDirectory(directory).stateFile, 'utf8')) as LocalState;
  } catch (error) {
    if (isSystemError(error, 'ENOENT')) return undefined;
    throw error;
  }
}

/** Whether the process that started the tier still lives; another one that got its id does not count. */
export function isSupervised(state: LocalState): boolean {
  return isAlive(state.supervisor);
}
