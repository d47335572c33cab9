import { existsSync } from 'node:fs';
import files, { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { copyLiveDirectory } from '../../lib/local/live-copy';
import { newDirectory, removeDirectory } from './scratch';

let root: string;
const at = (...names: readonly string[]): string => join(root, ...names);
const copy = (): Promise<void> => copyLiveDirectory({ kind: 'self' }, at('from'), at('to'));

beforeEach(async () => {
  root = await newDirectory();
  for (const folder of ['from/base/1', 'from/base/2', 'from/pg_wal', 'to'])
    await mkdir(at(folder), { recursive: true });
  for (const file of ['base/1/one', 'base/2/two', 'pg_wal/log', 'postmaster.pid'])
    await writeFile(at('from', file), file);
});

afterEach(async () => {
  jest.restoreAllMocks();
  await removeDirectory(root);
});

it('copies all but what belongs to the server', async () => {
  await copy();
  expect(await readFile(at('to/base/1/one'), 'utf8')).toBe('base/1/one');
  expect(existsSync(at('to/pg_wal'))).toBe(true);
  expect(existsSync(at('to/pg_wal/log')) || existsSync(at('to/postmaster.pid'))).toBe(false);
});

it('leaves out a directory that goes while it copies, and copies the others', async () => {
  const { readdir } = files;
  jest.spyOn(files, 'readdir').mockImplementation((async (path: string, options: { withFileTypes: true }) => {
    if (path === at('from/base/2')) await rm(path, { recursive: true });
    return readdir(path, options);
  }) as unknown as typeof readdir);
  await copy();
  expect(existsSync(at('to/base/2/two'))).toBe(false);
  expect(await readFile(at('to/base/1/one'), 'utf8')).toBe('base/1/one');
});

it('copies nothing any more once it has failed', async () => {
  let goOn = (): void => undefined;
  jest
    .spyOn(files, 'copyFile')
    .mockImplementation((source) =>
      String(source).endsWith('one')
        ? Promise.reject(Object.assign(new Error('disk full'), { code: 'ENOSPC' }))
        : new Promise((resolve) => (goOn = resolve)),
    );
  const ended: string[] = [];
  const copying = copy().catch((error: Error) => ended.push(error.message));
  while (jest.mocked(files.copyFile).mock.calls.length < 2) await turn();
  await turn();
  expect(ended).toEqual([]);
  goOn();
  await copying;
  expect(ended).toEqual(['disk full']);
});

it('fails where there is nothing to copy', async () => {
  await rm(at('from'), { recursive: true });
  await expect(copy()).rejects.toMatchObject({ code: 'ENOENT' });
});
