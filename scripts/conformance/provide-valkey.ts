import { execFile } from 'node:child_process';
import { chmod, mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { findProgram, requireProgram, type EngineProgram } from '../../lib/local/engine-program';
import { valkeyPrograms } from '../../lib/local/valkey';
import { cached } from './cache';
import type { Provision } from './proof';
import { runTool, type ToolRun } from './run-tool';

/**
 * A Valkey or Redis server of this machine; else, for root on Debian, the packages of one, unpacked into the cache: nothing is installed, and no
 * service is started. apt checks their signatures and digests.
 */
export async function provideValkey({ cache, searchPath, signal }: Provision): Promise<EngineProgram> {
  const found = await findProgram(valkeyPrograms(searchPath));
  if (found || process.getuid?.() !== 0 || !(await hasApt()))
    return found ?? requireProgram(valkeyPrograms(searchPath));
  const unpacked = await cached(cache, `redis-debian-${process.arch}`, (directory) =>
    unpackDebian('redis-server', { cwd: directory, signal }),
  );
  return requireProgram(valkeyPrograms(join(unpacked, 'bin')));
}

async function hasApt(): Promise<boolean> {
  return promisify(execFile)('apt-get', ['--version']).then(
    () => true,
    () => false,
  );
}

/** Downloads a package with what it needs and this machine lacks, unpacks all of it, and puts a program beside it that finds its libraries. */
async function unpackDebian(name: string, run: ToolRun): Promise<void> {
  const archives = join(run.cwd, 'archives');
  await mkdir(join(archives, 'partial'), { recursive: true });
  await runTool('apt-get', ['update', '-q'], run);
  const options = ['-y', '-q', '--no-install-recommends', '--download-only', '-o', `Dir::Cache::archives=${archives}`];
  await runTool('apt-get', ['install', ...options, name], run);
  for (const file of await readdir(archives)) {
    if (file.endsWith('.deb')) await runTool('dpkg-deb', ['-x', join(archives, file), join(run.cwd, 'root')], run);
  }
  await rm(archives, { recursive: true });
  const program = join(run.cwd, 'bin', name);
  await mkdir(join(run.cwd, 'bin'));
  await writeFile(program, LAUNCHER.replaceAll('NAME', name));
  await chmod(program, 0o755);
}

/** Knows where it lies, since the directory gets its name when it is whole. */
const LAUNCHER = `#!/bin/sh
root="$(dirname "$(dirname "$0")")/root"
for libraries in "$root"/usr/lib/*-linux-gnu; do
  LD_LIBRARY_PATH="$libraries:$LD_LIBRARY_PATH"
done
export LD_LIBRARY_PATH
exec "$root/usr/bin/NAME" "$@"
`;
