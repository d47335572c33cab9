import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { findProgram, requireProgram, type EngineProgram } from '../../lib/local/engine-program';
import { valkeyPrograms } from '../../lib/local/valkey';
import { cached } from './cache';
import { isDebianRoot, unpackDebian } from './debian';
import type { Provision } from './proof';

/** A Valkey or Redis server of this machine; else, for root on Debian, Debian's, unpacked into the cache. */
export async function provideValkey({ cache, searchPath, signal }: Provision): Promise<EngineProgram> {
  const found = await findProgram(valkeyPrograms(searchPath));
  if (found) return found;
  if (!(await isDebianRoot())) return requireProgram(valkeyPrograms(searchPath));
  const unpacked = await cached(cache, `redis-debian-${process.arch}`, async (cwd) => {
    await unpackDebian('redis-server', { cwd, signal });
    await mkdir(join(cwd, 'bin'));
    await writeFile(join(cwd, 'bin', 'redis-server'), LAUNCHER);
    await chmod(join(cwd, 'bin', 'redis-server'), 0o755);
  });
  return requireProgram(valkeyPrograms(join(unpacked, 'bin')));
}

/** Finds its libraries beside it, wherever that is: the directory gets its name when it is whole. */
const LAUNCHER = `#!/bin/sh
root="$(dirname "$(dirname "$0")")/root"
for libraries in "$root"/usr/lib/*-linux-gnu; do
  LD_LIBRARY_PATH="$libraries:$LD_LIBRARY_PATH"
done
export LD_LIBRARY_PATH
exec "$root/usr/bin/redis-server" "$@"
`;
