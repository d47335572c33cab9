import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { defineTier, parseTier, postgres, valkey } from '../../lib/definition';
import { startLocalTier } from '../../lib/local';
import { requireProgram } from '../../lib/local/engine-program';
import { valkeyPrograms } from '../../lib/local/valkey';
import { describeWithEngine, SEARCH_PATH } from '../support/real-engine';
import { newDirectory, processesOf, removeDirectory, TEMPLATES } from './scratch';

const tier = defineTier({
  name: 'beside',
  stages: { dev: { profile: 'disposable' } },
  stores: { main: postgres(), first: valkey(), second: valkey() },
});

/** A program that waits before it becomes the engine: until both caches have come this far, and PostgreSQL has begun. */
const waitingFor = (engine: string, directory: string): string => `#!/bin/sh
if [ "$1" = --version ]; then exec ${engine} --version; fi
: > "${directory}/begun-$$"
until [ "$(ls "${directory}" | grep -c '^begun-')" -ge 2 ] && [ -s "${directory}/tier/data/main/primary/postmaster.pid" ]; do sleep 0.02; done
exec ${engine} "$@"
`;

describeWithEngine(['valkey-server', 'redis-server'], 'engines of a tier', () => {
  let directory: string;
  beforeEach(async () => {
    directory = await newDirectory();
  });
  afterEach(async () => {
    expect(processesOf(directory)).toEqual([]);
    await removeDirectory(directory);
  });

  it('start side by side: each of two waits for the other to begin, and both for a database', async () => {
    const { path } = await requireProgram(valkeyPrograms(SEARCH_PATH));
    const programs = join(directory, 'programs');
    await mkdir(programs, { recursive: true });
    await writeFile(join(programs, 'redis-server'), waitingFor(path, directory));
    await chmod(join(programs, 'redis-server'), 0o755);
    const started = await startLocalTier(parseTier(tier), {
      directory: join(directory, 'tier'),
      templates: TEMPLATES,
      searchPath: programs,
    });
    await started.stop();
    expect(Object.keys(started.topology.stores)).toEqual(['main', 'first', 'second']);
  });
});
