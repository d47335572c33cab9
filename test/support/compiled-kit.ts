import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { basename, join } from 'node:path';
import { isSystemError } from '../../lib/sources/files';

const root = join(__dirname, '../..');
/** What processes of the tests load: the kit, and scripts of the tests. */
const FOLDERS = ['bin', 'lib', 'constructs', 'packages', 'test'];
/** Found beside `bin`, as in the published package. */
const BESIDE = ['node_modules', 'package.json', 'runbooks'];
/** JavaScript as it is. */
const COPIED = [
  ['bin/polystore.cjs', 'bin'],
  ['lib/local/watchdog-process.cjs', 'dist/lib/local'],
  ['package.json', 'dist'],
] as const;

/**
 * The kit laid out as its package is, compiled from what is here now: a process of it begins in a third of the time of one that compiles as it loads.
 * Made once; what synthesizes does not run from it, since no Lambda is bundled.
 *
 * @returns its folder: `bin/polystore.cjs`, and `dist` with the rest
 */
export function compiledKit(): string {
  const sources = FOLDERS.flatMap(sourcesIn);
  const kit = join(tmpdir(), `polystore-test-kit-${userInfo().uid}-${stampOf(sources)}`);
  if (!existsSync(kit)) compileTo(kit, sources);
  return kit;
}

/** A script of the tests, given by its path in the repository, compiled as {@link compiledKit}. */
export const compiledScript = (path: string): string => join(compiledKit(), 'dist', path.replace(/\.ts$/, '.js'));

const sourcesIn = (folder: string): readonly string[] =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts') && !/\.(test|d)\.ts$/.test(path))
    .map((path) => join(folder, path));

/** Another one where a file has changed since. */
function stampOf(sources: readonly string[]): string {
  const hash = createHash('sha256');
  for (const path of [...sources, ...COPIED.map(([copied]) => copied)]) {
    const { mtimeMs, size } = statSync(join(root, path));
    hash.update(`${path} ${mtimeMs} ${size}\n`);
  }
  return hash.digest('hex').slice(0, 12);
}

function compileTo(kit: string, sources: readonly string[]): void {
  const draft = mkdtempSync(`${kit}.`);
  const options = ['--outbase=.', '--format=cjs', '--platform=node', '--log-level=error'];
  const esbuild = join(root, 'node_modules/.bin/esbuild');
  execFileSync(esbuild, [...sources, ...options, `--outdir=${join(draft, 'dist')}`], { cwd: root });
  mkdirSync(join(draft, 'bin'));
  for (const [path, to] of COPIED) copyFileSync(join(root, path), join(draft, to, basename(path)));
  for (const name of BESIDE) symlinkSync(join(root, name), join(draft, name));
  // Tests run it as other users, too.
  chmodSync(draft, 0o755);
  putInPlace(draft, kit);
}

function putInPlace(draft: string, kit: string): void {
  try {
    renameSync(draft, kit);
  } catch (error) {
    // Another worker was faster.
    if (!isSystemError(error, 'ENOTEMPTY') && !isSystemError(error, 'EEXIST')) throw error;
    rmSync(draft, { recursive: true });
  }
}
