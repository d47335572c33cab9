import { cp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { documentDbPrograms } from '../../lib/local/documentdb';
import { findProgram, requireProgram, type EngineProgram } from '../../lib/local/engine-program';
import { cached } from './cache';
import type { Provision } from './proof';
import { runTool } from './run-tool';

const MODULE = 'github.com/FerretDB/FerretDB';

/** A FerretDB of this machine; else one that Go builds from the modules that `engines/ferretdb/go.sum` names, each by its digest. */
export async function provideDocumentDb({ cache, searchPath, signal }: Provision): Promise<EngineProgram> {
  const found = await findProgram(documentDbPrograms(searchPath));
  if (found) return found;
  const source = join(__dirname, 'engines', 'ferretdb');
  const version = new RegExp(`${MODULE} (v\\S+)`).exec(await readFile(join(source, 'go.mod'), 'utf8'))?.[1] as string;
  const built = await cached(cache, `ferretdb-${version}-${process.platform}-${process.arch}`, async (cwd) => {
    const work = join(cwd, 'source');
    await cp(source, work, { recursive: true });
    const run = { cwd: work, signal };
    await runTool('go', ['mod', 'vendor'], run);
    // Its own build makes this file; the program refuses to run without.
    await writeFile(join(work, 'vendor', MODULE, 'build', 'version', 'version.txt'), `${version}\n`);
    const output = join(cwd, 'bin', 'ferretdb');
    await runTool(
      'go',
      ['build', '-mod=vendor', '-trimpath', '-ldflags=-s -w', '-o', output, `${MODULE}/cmd/ferretdb`],
      run,
    );
    await rm(work, { recursive: true });
  });
  return requireProgram(documentDbPrograms(join(built, 'bin')));
}
