import { createHash, randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { isSystemError } from '../sources/files';
import { runCommand } from './engine-command';
import type { PostgresBinaries } from './postgres-binaries';
import { giveTo, type Identity } from './run-as';

/**
 * A data directory that `initdb` made, kept so that the next server is a copy of it. Holds no password: nobody can log in until a copy is settled.
 */
export interface Template {
  readonly directory: string;
  /** Whether it was there already. */
  readonly kept: boolean;
}

/**
 * - Collation: C.UTF-8 of PostgreSQL itself (C before 17, which has none), the same on every system. (RDS has en_US.UTF-8: text sorts otherwise there.)
 * - WAL segments of 1 MiB, and as few as there may be: a template takes 24 MiB, and not 36.
 * - `max_connections` as low as it goes: a replica refuses to start with less than the control file of its copy names.
 * - nobody may log in: who may is written into each copy.
 * - shared memory in files of the directory: an initdb that is killed leaves nothing elsewhere.
 * - no sync: a template is not worth waiting for the disk.
 */
const initdbArgs = (version: string): readonly string[] => [
  '--username=postgres',
  '--auth=reject',
  '--encoding=UTF8',
  '--locale=C',
  ...(Number.parseInt(version, 10) >= 17 ? ['--locale-provider=builtin', '--builtin-locale=C.UTF-8'] : []),
  '--wal-segsize=1',
  ...[
    'min_wal_size=2MB',
    'max_wal_size=2MB',
    'max_connections=10',
    'wal_level=logical',
    'fsync=off',
    'dynamic_shared_memory_type=mmap',
  ].flatMap((setting) => ['--set', setting]),
  '--no-sync',
  '--no-instructions',
];

/**
 * Makes the template of an engine version and its settings, once: a second process that makes the same one at the same time
 * loses nothing but its work, since a finished template is put in place by a rename.
 * @throws {PolystoreError} ENGINE_FAILED, INTERRUPTED
 */
export async function ensureTemplate(
  binaries: PostgresBinaries,
  identity: Identity,
  templates: string,
  signal?: AbortSignal,
): Promise<Template> {
  const directory = join(templates, templateName(binaries));
  if (existsSync(directory)) return { directory, kept: true };
  const draft = join(templates, `draft.${process.pid}.${randomBytes(4).toString('hex')}`);
  await mkdir(draft, { recursive: true, mode: 0o700 });
  giveTo(identity, draft);
  try {
    await clearDeadDrafts(templates);
    const made = join(draft, 'data');
    const args = ['-D', made, ...initdbArgs(binaries.version)];
    await runCommand(identity, { program: join(binaries.directory, 'bin', 'initdb'), args, label: 'initdb' }, signal);
    return { directory, kept: !(await publish(made, directory)) };
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}

function templateName({ version }: PostgresBinaries): string {
  const settings = createHash('sha256')
    .update(JSON.stringify(initdbArgs(version)))
    .digest('hex')
    .slice(0, 12);
  return `postgres-${version}-${settings}`;
}

/** False where another process published the same template first. */
async function publish(made: string, directory: string): Promise<boolean> {
  try {
    await rename(made, directory);
    return true;
  } catch (error) {
    if (isSystemError(error, 'ENOTEMPTY') || isSystemError(error, 'EEXIST')) return false;
    throw error;
  }
}

const DEAD_DRAFT_MS = 60 * 60 * 1000;

/** A process that was killed while it made a template leaves its draft. */
async function clearDeadDrafts(templates: string): Promise<void> {
  for (const name of await readdir(templates)) {
    if (!name.startsWith('draft.')) continue;
    const path = join(templates, name);
    const made = await stat(path).catch(() => undefined);
    if (made && Date.now() - made.mtimeMs > DEAD_DRAFT_MS) await rm(path, { recursive: true, force: true });
  }
}
