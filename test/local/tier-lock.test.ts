import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import files, { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isAlive, ownProcess } from '../../lib/local/process-mark';
import { isHeld, readLock, takeLock, type TierLock } from '../../lib/local/tier-lock';
import { newDirectory, removeDirectory } from './scratch';

let directory: string;

beforeEach(async () => {
  directory = await newDirectory();
});

afterEach(() => removeDirectory(directory));

const locksIn = async (): Promise<string[]> => (await readdir(directory)).filter((name) => name.startsWith('lock.'));

async function leaveLockOf(pid: number, mark: string): Promise<void> {
  await mkdir(directory, { recursive: true });
  await writeFile(join(directory, 'lock.7'), JSON.stringify({ pid, mark, run: 'old' }));
}

test('of many that want a directory at once, one gets it', async () => {
  const outcomes = await Promise.allSettled(Array.from({ length: 20 }, () => takeLock(directory)));
  expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  for (const outcome of outcomes) {
    if (outcome.status === 'rejected') expect(outcome.reason).toMatchObject({ code: 'TIER_ALREADY_UP' });
  }
  expect(await locksIn()).toHaveLength(1);
});

test('of many that find the lock of a dead process, one takes it over', async () => {
  const dead = spawnSync('true').pid;
  await leaveLockOf(dead, 'long ago');
  const outcomes = await Promise.allSettled(Array.from({ length: 20 }, () => takeLock(directory)));
  expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  expect(await locksIn()).toEqual(['lock.8']);
});

test('a process that got the id of a dead one does not hold its lock', async () => {
  await leaveLockOf(process.pid, 'another start');
  expect(isHeld(await readLock(directory))).toBe(false);
  await expect(takeLock(directory)).resolves.toMatchObject({ run: expect.stringMatching(/^[0-9a-f]{12}$/) });
});

test('a lock that was given back can be taken again, and its number is never used again', async () => {
  for (const number of [1, 2, 3]) {
    const lock = await takeLock(directory);
    expect(await locksIn()).toEqual([`lock.${number}`]);
    expect(await readLock(directory)).toMatchObject({ pid: process.pid, run: lock.run });
    await lock.release();
    expect(await readLock(directory)).toBeUndefined();
  }
});

test("a lock that holds no JSON is nobody's", async () => {
  await mkdir(directory, { recursive: true });
  await writeFile(join(directory, 'lock.3'), 'half a li');
  await (await takeLock(directory)).release();
});

test('a refusal names the holder and what to do', async () => {
  await takeLock(directory);
  await expect(takeLock(directory)).rejects.toMatchObject({
    code: 'TIER_ALREADY_UP',
    details: { pid: process.pid, directory },
    message: `the tier in ${directory} is up already, started by process ${process.pid}`,
    next: 'Use it as it is (`npx polystore status`), or stop it first with `npx polystore down`.',
  });
});

describe('a directory that is deleted by who has it', () => {
  test('is gone with everything in it, and can be begun anew', async () => {
    const lock = await takeLock(directory);
    await mkdir(join(directory, 'data', 'main'), { recursive: true });
    await writeFile(join(directory, 'secrets.json'), '{}');
    await lock.deleteDirectory();
    expect(existsSync(directory)).toBe(false);
    await takeLock(directory);
    expect(await locksIn()).toEqual(['lock.1']);
  });

  test('is refused to others until nothing is left in it', async () => {
    const lock = await takeLock(directory);
    for (const name of ['data', 'zones']) await mkdir(join(directory, name));
    const { rm } = files;
    const refusals: unknown[] = [];
    const removing = jest.spyOn(files, 'rm').mockImplementation(async (path, options) => {
      await rm(path, options);
      if (String(path).includes('.draft')) return;
      refusals.push(await takeLock(directory).catch(({ code }: { code: string }) => code));
    });
    await lock.deleteDirectory().finally(() => removing.mockRestore());
    expect(refusals).toEqual(['TIER_ALREADY_UP', 'TIER_ALREADY_UP']);
    expect(existsSync(directory)).toBe(false);
  });

  test('is gone although somebody goes on writing for a while', async () => {
    const lock = await takeLock(directory);
    await mkdir(join(directory, 'data'));
    const { rm } = files;
    const removing = jest.spyOn(files, 'rm').mockImplementationOnce(async (path, options) => {
      await rm(path, options);
      await writeFile(join(directory, 'last.log'), 'a line');
    });
    await lock.deleteDirectory().finally(() => removing.mockRestore());
    expect(existsSync(directory)).toBe(false);
  });

  test('is left to whoever takes it as soon as it is given away', async () => {
    const lock = await takeLock(directory);
    const { rmdir } = files;
    let next: TierLock | undefined;
    const removing = jest.spyOn(files, 'rmdir').mockImplementation(async (path) => {
      next = await takeLock(directory);
      await rmdir(path);
    });
    await lock.deleteDirectory().finally(() => removing.mockRestore());
    expect(await readLock(directory)).toMatchObject({ run: next?.run });
  });

  test('goes while somebody else is about to take it: that one begins anew', async () => {
    const { link } = files;
    const taking = jest.spyOn(files, 'link').mockImplementationOnce(async (draft, path) => {
      await rm(directory, { recursive: true });
      await link(draft, path);
    });
    const lock = await takeLock(directory).finally(() => taking.mockRestore());
    expect(await readLock(directory)).toMatchObject({ run: lock.run });
  });

  test('and begun anew while a slow process was about to take it by a number of before: of both, one has it', async () => {
    await leaveLockOf(spawnSync('true').pid, 'long ago');
    const { link } = files;
    let others: TierLock | undefined;
    const taking = jest.spyOn(files, 'link').mockImplementationOnce(async (draft, path) => {
      await rm(join(directory, 'lock.7'));
      others = await takeLock(directory);
      await link(draft, path);
    });
    await expect(takeLock(directory)).rejects.toMatchObject({ code: 'TIER_ALREADY_UP' });
    taking.mockRestore();
    expect(await readLock(directory)).toMatchObject({ run: others?.run });
    expect(await locksIn()).toEqual(['lock.1']);
  });
});

describe('the mark of a process', () => {
  test('is alive as long as the process is', () => {
    expect(isAlive(ownProcess())).toBe(true);
    expect(isAlive({ ...ownProcess(), mark: 'another start' })).toBe(false);
    expect(isAlive({ pid: spawnSync('true').pid, mark: ownProcess().mark })).toBe(false);
  });
});
