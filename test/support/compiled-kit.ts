import { execFileSync } from 'node:child_process';
import { chmodSync, copyFileSync, mkdirSync, readdirSync, symlinkSync } from 'node:fs';
import { basename, join } from 'node:path';
import { keptDirectory, madeOnce } from './made-once';

const root = join(__dirname, '../..');
/** What processes of the tests load: the kit, its scripts, and those of the tests. */
const FOLDERS = ['bin', 'lib', 'constructs', 'packages', 'scripts', 'test'];
/** What scripts find beside themselves. */
const ENGINES = 'scripts/conformance/engines';
/** Found beside `bin`, as in the published package. */
const BESIDE = ['node_modules', 'package.json', 'runbooks'];
/** JavaScript as it is. */
const COPIED = [
  ['bin/polystore.cjs', 'bin'],
  ['lib/local/watchdog-process.cjs', 'dist/lib/local'],
  ['package.json', 'dist'],
] as const;

/**
 * The folder of the kit laid out as its package is, compiled once a run: `bin/polystore.cjs`, and `dist` with the rest. A process of it begins in a third
 * of the time of one that compiles as it loads. What synthesizes does not run from it, since no Lambda is bundled.
 */
export const compiledKit = (): string => madeOnce('kit', root, compiledNow);

/** A script, given by its path in the repository, compiled as {@link compiledKit}. */
export const compiledScript = (path: string): string => join(compiledKit(), 'dist', path.replace(/\.ts$/, '.js'));

function compiledNow(): string {
  const kit = keptDirectory('kit');
  // Tests run it as other users, too.
  chmodSync(kit, 0o755);
  const options = [
    '--outbase=.',
    '--format=cjs',
    '--platform=node',
    '--log-level=error',
    `--outdir=${join(kit, 'dist')}`,
  ];
  execFileSync(join(root, 'node_modules/.bin/esbuild'), [...FOLDERS.flatMap(sourcesIn), ...options], { cwd: root });
  mkdirSync(join(kit, 'bin'));
  for (const [path, to] of COPIED) copyFileSync(join(root, path), join(kit, to, basename(path)));
  symlinkSync(join(root, ENGINES), join(kit, 'dist', ENGINES));
  for (const name of BESIDE) symlinkSync(join(root, name), join(kit, name));
  return kit;
}

const sourcesIn = (folder: string): readonly string[] =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts') && !/\.(test|d)\.ts$/.test(path))
    .map((path) => join(folder, path));
