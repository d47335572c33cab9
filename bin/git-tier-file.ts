import { execFileSync } from 'node:child_process';
import { realpathSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join, posix, relative, resolve, sep } from 'node:path';
import { PolystoreError } from '../lib/errors';
import { STATE_ROOT } from './tier-context';

/** A tier file as a commit has it, laid out on the disk for as long as it is read. */
export interface CommittedTierFile {
  /** `undefined` where the commit has no such file. */
  readonly file: string | undefined;
  /** A text with the places of laid out files as git names them: `HEAD:tier.config.ts:9:33`. */
  asCommitted(text: string): string;
  /** Removes what was laid out. The caller calls it, whatever happens. */
  remove(): Promise<void>;
}

/**
 * Lays out a tier file of a commit with every file that it imports by a relative path, in a folder beside the working tier file, so that packages are
 * found as they are from there. The repository itself is only read.
 *
 * @throws {PolystoreError} DOCUMENT_MISSING where the tier file is in no git repository, or git knows no such commit
 */
export async function checkOutTierFile(tierFile: string, ref: string): Promise<CommittedTierFile> {
  const directory = realpathSync(dirname(resolve(tierFile)));
  const git = (args: readonly string[], input?: string): Buffer =>
    runGit({ directory, args, ref, ...(input !== undefined && { input }) });
  const root = git(['rev-parse', '--show-toplevel']).toString().trim();
  const commit = git(['rev-parse', '--verify', '--quiet', '--end-of-options', `${ref}^{commit}`])
    .toString()
    .trim();
  const known = new Set(git(['ls-tree', '-r', '-z', '--name-only', '--full-tree', commit]).toString().split('\0'));
  const path = relative(realpathSync(root), join(directory, basename(tierFile)))
    .split(sep)
    .join('/');
  if (!known.has(path)) return { file: undefined, asCommitted: (text) => text, remove: () => Promise.resolve() };

  const state = join(directory, STATE_ROOT);
  await mkdir(state, { recursive: true });
  const target = await mkdtemp(join(state, 'base-'));
  for (const [name, content] of filesFrom(path, known, (paths) => readBlobs(git, commit, paths))) {
    const file = join(target, name);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, content);
  }
  return {
    file: join(target, path),
    asCommitted: (text) =>
      [target, relative('.', target)].reduce((named, folder) => named.replaceAll(`${folder}${sep}`, `${ref}:`), text),
    remove: () => rm(target, { recursive: true, force: true }),
  };
}

/** A file and all that it imports, by their paths in the repository. */
function filesFrom(
  path: string,
  known: ReadonlySet<string>,
  read: (paths: readonly string[]) => readonly Buffer[],
): ReadonlyMap<string, Buffer> {
  const files = new Map<string, Buffer>();
  let wanted: readonly string[] = [path];
  while (wanted.length > 0) {
    const contents = read(wanted);
    wanted.forEach((name, position) => files.set(name, contents[position] ?? Buffer.alloc(0)));
    const named = wanted.flatMap((name) => importsOf(name, files.get(name)?.toString() ?? '', known));
    wanted = [...new Set(named)].filter((name) => !files.has(name));
  }
  return files;
}

/** Anything that reads like a relative import; one that names no file of the commit is none. */
const RELATIVE_IMPORT = /\b(?:from|import|require)\s*\(?\s*['"](\.{1,2}(?:\/[^'"]*)?)['"]/g;
const EXTENSIONS = ['', '.ts', '.mts', '.cts', '.js', '.mjs', '.cjs', '.json'];

function importsOf(importer: string, text: string, known: ReadonlySet<string>): readonly string[] {
  return [...text.matchAll(RELATIVE_IMPORT)].flatMap(([, specifier = '']) => {
    const path = posix.join(posix.dirname(importer), specifier);
    // TypeScript is imported by the name that its compiled file will have.
    const stem = path.replace(/\.([mc]?)js$/, '');
    const candidates = [...EXTENSIONS.map((extension) => path + extension), `${stem}.ts`, `${stem}.mts`, `${stem}.cts`];
    const inFolder = EXTENSIONS.slice(1).map((extension) => posix.join(path, `index${extension}`));
    return [...candidates, ...inFolder].find((candidate) => known.has(candidate)) ?? [];
  });
}

type Git = (args: readonly string[], input?: string) => Buffer;

/** Contents of files of a commit, in one process however many they are. */
function readBlobs(git: Git, commit: string, paths: readonly string[]): readonly Buffer[] {
  const answer = git(['cat-file', '--batch'], paths.map((path) => `${commit}:${path}\n`).join(''));
  const blobs: Buffer[] = [];
  for (let position = 0; position < answer.length;) {
    const end = answer.indexOf(10, position);
    const size = Number(answer.subarray(position, end).toString().split(' ')[2]);
    blobs.push(answer.subarray(end + 1, end + 1 + size));
    position = end + 1 + size + 1;
  }
  return blobs;
}

interface GitCall {
  readonly directory: string;
  readonly args: readonly string[];
  readonly ref: string;
  readonly input?: string;
}

const ANSWER_BYTES_MAX = 1 << 28;

function runGit({ directory, args, ref, input }: GitCall): Buffer {
  try {
    return execFileSync('git', args, {
      cwd: directory,
      maxBuffer: ANSWER_BYTES_MAX,
      stdio: ['pipe', 'pipe', 'pipe'],
      ...(input !== undefined && { input }),
    });
  } catch (cause) {
    const said = cause instanceof Error && 'stderr' in cause ? String(cause.stderr).trim() : '';
    throw new PolystoreError(
      'DOCUMENT_MISSING',
      `no tier file to compare with at "${ref}": ${said === '' ? 'git knows no such commit' : said}`,
      {
        details: { document: 'tier file', source: ref },
        next: 'Name a commit with --base, or a directory that `cdk synth` wrote.',
        cause,
      },
    );
  }
}
