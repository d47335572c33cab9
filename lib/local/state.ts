import { readFile } from 'node:fs/promises';
import * as z from 'zod/mini';
import { describeFaults, documentWords, invalidDocument } from '../errors';
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

/** Version of the state's JSON; a reader refuses any other. */
export const STATE_VERSION = 1;

/** What tells a state of this version from any other document: the kit alone writes it, all of it at once. */
const stateSchema = z.looseObject({
  version: z.literal(STATE_VERSION),
  supervisor: z.looseObject({ pid: z.int(), mark: z.string() }),
  servers: z.array(z.looseObject({ store: z.string(), name: z.string(), status: z.looseObject({ kind: z.string() }) })),
});

const NEXT =
  `This version of the kit reads states of version ${STATE_VERSION}: use the version that started the tier, ` +
  'or stop it with `npx polystore down` and start it again. Its data stays.';

export async function writeLocalState(path: string, state: LocalState): Promise<void> {
  await publishFile(path, `${JSON.stringify(state, null, 2)}\n`, 0o600);
}

/**
 * The state of a tier that is up, or whose supervisor died without a word; undefined where the tier was stopped in good order or never started.
 * @throws {PolystoreError} DOCUMENT_INVALID where another version of the kit, or nobody of ours, wrote it
 */
export async function readLocalState(directory: string): Promise<LocalState | undefined> {
  const { stateFile } = tierDirectory(directory);
  let text: string;
  try {
    text = await readFile(stateFile, 'utf8');
  } catch (error) {
    if (isSystemError(error, 'ENOENT')) return undefined;
    throw error;
  }
  return decodeState(text, stateFile);
}

function decodeState(text: string, source: string): LocalState {
  let input: unknown;
  try {
    input = JSON.parse(text);
  } catch {
    throw invalidDocument('state of the tier', source, 'not JSON', NEXT);
  }
  const parsed = stateSchema.safeParse(input, { error: documentWords });
  if (!parsed.success) throw invalidDocument('state of the tier', source, describeFaults(parsed.error), NEXT);
  return input as LocalState;
}

/** Whether the process that started the tier still lives; another one that got its id does not count. */
export function isSupervised(state: LocalState): boolean {
  return isAlive(state.supervisor);
}
