import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chmod, mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { PolystoreError } from '../errors';
import { isSystemError } from '../sources/files';
import type { Engine } from './data-directory';
import { runCommand } from './engine-command';
import { findPostgres, linkLibraries, type PostgresBinaries } from './postgres-binaries';
import { giveTo, type Identity } from './run-as';
import type { TierDirectory } from './tier-directory';

/**
 * Makes the directories of a tier, for the user whom its servers run as, and finds an engine that this user can run.
 * @throws {PolystoreError} ENGINE_MISSING, or ENGINE_FAILED where that user can't reach the directories
 */
export async function prepareEngine(
  identity: Identity,
  directory: TierDirectory,
  templates: string,
  signal?: AbortSignal,
): Promise<Omit<Engine, 'onProcess'>> {
  const found = await findPostgres();
  // Another user must pass through to the data, and see nothing on the way.
  const mode = identity.kind === 'setuid' ? 0o711 : 0o700;
  for (const path of [directory.root, directory.data, directory.log, directory.tls, templates]) {
    await mkdir(path, { recursive: true, mode });
    await chmod(path, mode);
  }
  giveTo(identity, directory.data);
  await requireReach(identity, directory.data, 'w', signal);
  await requireReach(identity, templates, 'x', signal);
  const isUsable = found.linked && (await canRun(identity, found, signal));
  return { identity, binaries: isUsable ? found : await copyBinaries(found, templates, signal) };
}

async function requireReach(identity: Identity, path: string, right: 'w' | 'x', signal?: AbortSignal): Promise<void> {
  if (identity.kind !== 'setuid' || (await succeeds(identity, 'test', [`-${right}`, path], signal))) return;
  throw new PolystoreError(
    'ENGINE_FAILED',
    `PostgreSQL must not run as root, so it runs as ${identity.user}, who can't reach ${path}`,
    {
      details: { server: 'postgres', log: '' },
      next: `Put the project in a directory that ${identity.user} may pass through (chmod a+x), or run as a user other than root.`,
    },
  );
}

async function canRun(identity: Identity, { directory }: PostgresBinaries, signal?: AbortSignal): Promise<boolean> {
  // Everybody else reads what npm installed for them.
  if (identity.kind !== 'setuid') return true;
  return succeeds(identity, join(directory, 'bin', 'postgres'), ['-V'], signal);
}

/**
 * An engine that everybody can run: 60 MB, copied once, for a user who can't read node_modules, or where nobody may write the links that
 * are missing there.
 */
export async function copyBinaries(
  found: PostgresBinaries,
  templates: string,
  signal?: AbortSignal,
): Promise<PostgresBinaries> {
  const directory = join(templates, `postgres-${found.version}`);
  if (existsSync(directory)) return { ...found, directory };
  const draft = join(templates, `draft.${process.pid}.${randomBytes(4).toString('hex')}`);
  const as: Identity = { kind: 'self' };
  try {
    await runCommand(as, { program: 'cp', args: ['-R', found.directory, draft], label: 'postgres' }, signal);
    await linkLibraries(draft);
    await runCommand(as, { program: 'chmod', args: ['-R', 'a+rX', draft], label: 'postgres' }, signal);
    await rename(draft, directory).catch((error: unknown) => {
      // Another process was faster.
      if (!isSystemError(error, 'ENOTEMPTY') && !isSystemError(error, 'EEXIST')) throw error;
    });
    return { ...found, directory };
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}

async function succeeds(
  identity: Identity,
  program: string,
  args: readonly string[],
  signal?: AbortSignal,
): Promise<boolean> {
  return runCommand(identity, { program, args, label: 'postgres' }, signal).then(
    () => true,
    () => false,
  );
}
