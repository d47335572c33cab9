import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { findProgram, requireProgram, type ProgramSearch } from '../../lib/local/engine-program';
import { newDirectory, removeDirectory } from './scratch';

let directory: string;
let search: ProgramSearch;

beforeEach(async () => {
  directory = await newDirectory();
  search = {
    engines: { 'valkey-server': 'valkey', 'redis-server': 'redis' },
    searchPath: ['bin', join(directory, 'one'), join(directory, 'two')].join(delimiter),
    oldest: '7.0',
    provide: 'Run `apt-get install redis-server`.',
  };
});

afterEach(() => removeDirectory(directory));

async function program(path: string, script: string, mode = 0o755): Promise<string> {
  const file = join(directory, path);
  await mkdir(join(file, '..'), { recursive: true });
  await writeFile(file, `#!/bin/sh\n${script}\n`);
  await chmod(file, mode);
  return file;
}

test('the engine that is preferred is found wherever it lies, and tells its version', async () => {
  await program('one/redis-server', "echo 'Redis server v=7.0.15 sha=00000000:0 malloc=jemalloc-5.3.0 bits=64'");
  const path = await program('two/valkey-server', "echo 'Valkey server v=8.1.1 sha=0'");
  expect(await findProgram(search)).toEqual({ engine: 'valkey', path, version: '8.1.1' });
});

test('one that is too old, can not be run or is no program is passed over', async () => {
  await program('one/valkey-server', 'echo v=6.2.14');
  await program('two/valkey-server', "echo 'error while loading shared libraries' >&2; exit 127");
  await program('one/redis-server', 'echo v=7.0.15', 0o644);
  const path = await program('two/redis-server', 'echo v=7.0.15');
  expect(await findProgram(search)).toEqual({ engine: 'redis', path, version: '7.0.15' });
});

test.each([
  ['7.0.0', true],
  ['7.0', true],
  ['10.0.1', true],
  ['8.0', true],
  ['6.9.9', false],
])('version %s is new enough for 7.0: %s', async (version, isEnough) => {
  await program('one/redis-server', `echo v=${version}`);
  expect((await findProgram(search)) !== undefined).toBe(isEnough);
});

test('where there is none, the error says which command would provide one', async () => {
  expect(await findProgram(search)).toBeUndefined();
  await expect(requireProgram(search)).rejects.toMatchObject({
    code: 'ENGINE_MISSING',
    message: 'no valkey-server or redis-server of version 7.0 or later is on the PATH',
    next: 'Run `apt-get install redis-server`.',
    details: { engine: 'valkey' },
  });
});
