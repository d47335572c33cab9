import { execFile } from 'node:child_process';
import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { PolystoreError } from '../errors';
import type { AbsentStore } from '../topology';
import { ENGINE_ENVIRONMENT } from './run-as';
import { urlVariable } from './store-url';

/** An engine's program on this machine. */
export interface EngineProgram {
  /** As people call it: `valkey`, `redis`. */
  readonly engine: string;
  /** Full path. */
  readonly path: string;
  /** As in `7.0.15`. */
  readonly version: string;
}

/** How an engine is looked for. */
export interface ProgramSearch {
  /** By program name, in the order of preference. */
  readonly engines: Readonly<Record<string, string>>;
  /** Directories, as in PATH. */
  readonly searchPath: string;
  /** The oldest version that has what the kit needs. */
  readonly oldest: string;
  /** Whether what is found there is of use. @default - whatever can be run and is not too old */
  readonly isUsable?: (path: string) => boolean;
  /** How a person gets one: a sentence with the command. */
  readonly provide: string;
}

/** How long a program may take to tell its version. The JVM is the slowest. */
const VERSION_MS = 20_000;

/**
 * Finds the first program that can be run and is not too old; undefined where there is none.
 */
export async function findProgram(search: ProgramSearch): Promise<EngineProgram | undefined> {
  for (const [name, engine] of Object.entries(search.engines)) {
    for (const path of placesOf(name, search)) {
      const version = await versionOf(path);
      if (version !== undefined && !isOlder(version, search.oldest)) return { engine, path, version };
    }
  }
  return undefined;
}

const missing = ({ engines, oldest }: ProgramSearch): string =>
  `no ${Object.keys(engines).join(' or ')} of version ${oldest} or later is on the PATH`;

/** What is said of a store whose program was not found. */
export const absentStore = (kind: AbsentStore['kind'], search: ProgramSearch, store: string): AbsentStore => ({
  kind,
  reason: missing(search),
  next: `${search.provide} Or set ${urlVariable(store)} to the URL of a server that runs; compose.yaml of the kit has one.`,
});

/** @throws {PolystoreError} ENGINE_MISSING with the command that would provide one */
export async function requireProgram(search: ProgramSearch): Promise<EngineProgram> {
  const found = await findProgram(search);
  if (found) return found;
  throw missingProgram(search);
}

/** With the command that would provide one. */
export function missingProgram(search: ProgramSearch): PolystoreError<'ENGINE_MISSING'> {
  const [engine = ''] = Object.values(search.engines);
  return new PolystoreError('ENGINE_MISSING', missing(search), {
    details: { engine, platform: `${process.platform}-${process.arch}` },
    next: search.provide,
  });
}

function placesOf(program: string, { searchPath, isUsable = () => true }: ProgramSearch): readonly string[] {
  const candidates = searchPath.split(delimiter).filter((directory) => directory.startsWith('/'));
  return candidates.map((directory) => join(directory, program)).filter((path) => isExecutable(path) && isUsable(path));
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

/** The first dotted number that the program prints when asked; undefined where it can't be run. */
async function versionOf(path: string): Promise<string | undefined> {
  try {
    const options = { env: ENGINE_ENVIRONMENT, cwd: '/', timeout: VERSION_MS };
    const { stdout } = await promisify(execFile)(path, ['--version'], options);
    return /\d+\.\d+(\.\d+)?/.exec(stdout)?.[0];
  } catch {
    // Not a program for this machine, or one whose libraries are missing.
    return undefined;
  }
}

function isOlder(version: string, than: string): boolean {
  const [own, other] = [version, than].map((text) => text.split('.').map(Number)) as [number[], number[]];
  const differs = other.findIndex((part, index) => part !== (own[index] ?? 0));
  return differs >= 0 && (own[differs] ?? 0) < (other[differs] as number);
}
