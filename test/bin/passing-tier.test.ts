import { existsSync } from 'node:fs';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { inPassingDirectory } from '../../bin/passing-tier';
import { readLock, takeLock } from '../../lib/local/tier-lock';
import { newDirectory, removeDirectory } from '../local/scratch';

let directory: string;

beforeEach(async () => {
  directory = await newDirectory();
});

afterEach(() => removeDirectory(directory));

const leave = async (name: string): Promise<void> => {
  await mkdir(directory, { recursive: true });
  await writeFile(join(directory, name), 'data');
};

it('begins with nothing of an earlier one, and leaves nothing', async () => {
  await leave('earlier');
  const found = await inPassingDirectory(directory, async () => {
    expect(existsSync(join(directory, 'earlier'))).toBe(false);
    await leave('own');
    return 'found';
  });
  expect(found).toBe('found');
  expect(existsSync(directory)).toBe(false);
});

it('leaves nothing of what failed', async () => {
  const failing = inPassingDirectory(directory, async () => {
    await leave('own');
    throw new Error('no luck');
  });
  await expect(failing).rejects.toThrow('no luck');
  expect(existsSync(directory)).toBe(false);
});

it('is refused where somebody is at work, whose data stays', async () => {
  await takeLock(directory);
  await leave('theirs');
  const work = jest.fn();
  await expect(inPassingDirectory(directory, work)).rejects.toMatchObject({
    code: 'TIER_ALREADY_UP',
    message: `process ${process.pid} is at work in ${directory}`,
    next: `Wait until it has ended, or end it: kill ${process.pid}.`,
  });
  expect(work).not.toHaveBeenCalled();
  expect(await readdir(directory)).toContain('theirs');
});

it('leaves it to whoever has begun in it since', async () => {
  const found = await inPassingDirectory(directory, async () => {
    await takeLock(directory);
    await leave('theirs');
    return 'found';
  });
  expect(found).toBe('found');
  expect(await readdir(directory)).toContain('theirs');
  expect(await readLock(directory)).toMatchObject({ pid: process.pid });
});
