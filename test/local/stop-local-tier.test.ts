import { existsSync, writeFileSync } from 'node:fs';
import files, { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { deleteLocalTier, stopLocalTier } from '../../lib/local';
import { ownProcess } from '../../lib/local/process-mark';
import { readLock, takeLock } from '../../lib/local/tier-lock';
import { eventually } from '../support/eventually';
import { newDirectory, removeDirectory } from './scratch';

let directory: string;
/** What would have been sent to this process, which stands for every other one. */
let signals: jest.SpyInstance<boolean, Parameters<typeof process.kill>>;

beforeEach(async () => {
  directory = await newDirectory();
  signals = jest.spyOn(process, 'kill').mockReturnValue(true);
});

afterEach(async () => {
  signals.mockRestore();
  await removeDirectory(directory);
});

test('who only clears up in a directory is waited for, and not ended in the middle of it', async () => {
  const other = await takeLock(directory, 'clearUp');
  const looks = jest.spyOn(files, 'readFile');
  const stopping = stopLocalTier(directory);
  const outcome = expect(stopping).rejects.toMatchObject({ code: 'TIER_NOT_UP' });
  await eventually('the lock is looked at again', () => looks.mock.calls.length > 2);
  looks.mockRestore();
  await other.release();
  await outcome;
  expect(signals).not.toHaveBeenCalled();
});

test('a directory that somebody else takes as soon as it is given back is theirs: nobody waits for them, and nobody is killed', async () => {
  await takeLock(directory);
  signals.mockImplementationOnce(() => {
    writeFileSync(join(directory, 'lock.2'), JSON.stringify({ ...ownProcess(), run: 'next' }));
    return true;
  });
  await expect(stopLocalTier(directory)).rejects.toMatchObject({ code: 'TIER_ALREADY_UP' });
  expect(signals.mock.calls).toEqual([[process.pid, 'SIGTERM']]);
  expect(await readLock(directory)).toMatchObject({ run: 'next' });
});

test('what can not be deleted keeps its error, and gives the directory back', async () => {
  await mkdir(directory, { recursive: true });
  await writeFile(join(directory, 'secrets.json'), '{}');
  const removing = jest.spyOn(files, 'rm').mockImplementation((path) => {
    if (String(path).endsWith('secrets.json')) return Promise.reject(new Error('held fast'));
    return Promise.resolve();
  });
  await expect(deleteLocalTier(directory)).rejects.toThrow('held fast');
  removing.mockRestore();
  expect(await readLock(directory)).toBeUndefined();
  await deleteLocalTier(directory);
  expect(existsSync(directory)).toBe(false);
});
