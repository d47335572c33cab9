import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { existsSync, readdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { isSystemError } from '../../lib/sources/files';

/** How directories begin whose engine is still being brought. */
const DRAFT = 'draft-';

/** Where engines are kept between runs: POLYSTORE_ENGINES, or a folder in the user's cache. */
export function cacheDirectory(env: NodeJS.ProcessEnv): string {
  return env['POLYSTORE_ENGINES'] ?? join(env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'polystore', 'engines');
}

/** Directories of programs that are kept, as PATH has them. */
export const cachedPrograms = (cache: string): readonly string[] =>
  existsSync(cache)
    ? readdirSync(cache)
        .filter((name) => !name.startsWith(DRAFT))
        .map((name) => join(cache, name, 'bin'))
    : [];

/**
 * A directory of the cache, made by `make` unless it is there. It appears under its name only when it is whole; of two processes that make it
 * at once, one's is kept.
 * @param name says all that it depends on: engine, version, platform
 */
export async function cached(cache: string, name: string, make: (directory: string) => Promise<void>): Promise<string> {
  const directory = join(cache, name);
  if (existsSync(directory)) return directory;
  await mkdir(cache, { recursive: true });
  const draft = await mkdtemp(join(cache, DRAFT));
  try {
    await make(draft);
    await rename(draft, directory).catch((error: unknown) => {
      if (!isSystemError(error, 'ENOTEMPTY') && !isSystemError(error, 'EEXIST')) throw error;
    });
    return directory;
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}
