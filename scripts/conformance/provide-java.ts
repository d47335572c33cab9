import { createHash } from 'node:crypto';
import { copyFile, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { findProgram, requireProgram, type ProgramSearch } from '../../lib/local/engine-program';
import { cached } from './cache';
import { installDebian } from './debian';
import type { Provision } from './proof';
import { runTool } from './run-tool';

/** A program of jars, and the Java that runs it. */
export interface JavaEngine {
  /** Full path. */
  readonly java: string;
  /** Holds `lib` with the jars, and `classes` where there are sources. */
  readonly directory: string;
  readonly version: string;
}

export interface JavaSource {
  /** As it is called in the cache. */
  readonly name: string;
  /** What Maven is to bring: a path. */
  readonly project: string;
  /** The artifact whose version is the program's. */
  readonly artifact: string;
  /** Paths of what is compiled against the jars. */
  readonly sources: readonly string[];
}

const jdk = (searchPath: string): ProgramSearch => ({
  engines: { java: 'java' },
  searchPath,
  oldest: '17.0',
  provide: 'Run `apt-get install openjdk-17-jdk-headless maven`.',
});

/** Jars of fixed versions by Maven, which checks their digests (`--strict-checksums`) and knows its own repositories. */
export async function provideJava(source: JavaSource, { cache, searchPath, signal }: Provision): Promise<JavaEngine> {
  if (!(await findProgram(jdk(searchPath)))) await installDebian(['openjdk-17-jdk-headless', 'maven'], signal);
  const { path: java } = await requireProgram(jdk(searchPath));
  const files = [source.project, ...source.sources];
  const texts = await Promise.all(files.map((file) => readFile(file, 'utf8')));
  const digest = createHash('sha256').update(texts.join('\0')).digest('hex').slice(0, 12);
  const name = `${source.name}-${process.platform}-${process.arch}-${digest}`;
  const directory = await cached(cache, name, async (cwd) => {
    await copyFile(source.project, join(cwd, 'pom.xml'));
    const run = { cwd, signal };
    await runTool(
      'mvn',
      [
        '-q',
        '-B',
        '--strict-checksums',
        'dependency:copy-dependencies',
        '-DoutputDirectory=lib',
        '-DincludeScope=runtime',
      ],
      run,
    );
    if (files.length > 1) await runTool('javac', ['-cp', 'lib/*', '-d', 'classes', ...files.slice(1)], run);
  });
  const version = new RegExp(`<artifactId>${source.artifact}</artifactId>\\s*<version>([^<]+)<`).exec(
    texts[0] as string,
  )?.[1];
  return { java, directory, version: version as string };
}
