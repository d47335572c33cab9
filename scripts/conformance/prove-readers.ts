import { createHash } from 'node:crypto';
import { chmod, cp, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { cached } from './cache';
import type { EngineTests, Proof, Provision } from './proof';
import { provideJava } from './provide-java';
import { runTool } from './run-tool';

const READERS = join(__dirname, '..', '..', 'examples', 'readers');

/** A reader of what deployments publish, as a program. */
interface Reader {
  readonly programs: string;
  /** What built it. */
  readonly builder: string;
}

const tests: EngineTests<Reader> = {
  files: ['test/topology/readers.test.ts'],
  programsOf: ({ programs }) => programs,
};

/** Built by Go from the modules that go.sum names, each by its digest. */
export const proveGoReader: Proof<Reader> = {
  kind: 'go',
  provide: provideGoReader,
  describe: ({ builder }) => `reader of the topology, ${builder}`,
  tests,
};

/** Compiled against jars that Maven brings. */
export const proveJavaReader: Proof<Reader> = {
  kind: 'java',
  provide: provideJavaReader,
  describe: ({ builder }) => `reader of the topology, ${builder}`,
  tests,
};

async function provideGoReader({ cache, signal }: Provision): Promise<Reader> {
  const source = join(READERS, 'go');
  const name = `reader-go-${process.platform}-${process.arch}-${await digestOf(source)}`;
  const built = await cached(cache, name, async (cwd) => {
    const work = join(cwd, 'source');
    await cp(source, work, { recursive: true });
    const program = join(cwd, 'bin', 'polystore-reader-go');
    await runTool('go', ['build', '-trimpath', '-o', program, './prove'], { cwd: work, signal });
    await rm(work, { recursive: true });
  });
  return { programs: join(built, 'bin'), builder: (await runTool('go', ['version'], { cwd: built, signal })).trim() };
}

async function provideJavaReader(provision: Provision): Promise<Reader> {
  const source = join(READERS, 'java');
  const files = (await readdir(source)).filter((file) => file.endsWith('.java')).map((file) => join(source, file));
  const { java, directory, version } = await provideJava(
    { name: 'reader-java', project: join(source, 'pom.xml'), artifact: 'bom', sources: files.sort() },
    provision,
  );
  const programs = join(directory, 'bin');
  await mkdir(programs, { recursive: true });
  const program = join(programs, 'polystore-reader-java');
  const classPath = [join(directory, 'classes'), join(directory, 'lib', '*')].join(delimiter);
  await writeFile(program, `#!/bin/sh\nexec '${java}' -cp '${classPath}' Prove "$@"\n`);
  await chmod(program, 0o755);
  return { programs, builder: `AWS SDK ${version}` };
}

/** Of every file in a directory and below. */
async function digestOf(directory: string): Promise<string> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  const paths = entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name));
  const texts = await Promise.all(paths.sort().map((path) => readFile(path, 'utf8')));
  return createHash('sha256').update(texts.join('\0')).digest('hex').slice(0, 12);
}
