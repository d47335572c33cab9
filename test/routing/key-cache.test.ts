import { KeyCache } from '../../lib/routing/key-cache';
import type { Assignment, KeyDirectory } from '../../lib/sources';

/** Answers each question when it is told to. */
class SlowDirectory implements KeyDirectory {
  readonly questions: ((bucket: number | undefined) => void)[] = [];

  find(): Promise<Assignment | undefined> {
    return new Promise((resolve) =>
      this.questions.push((bucket) => resolve(bucket === undefined ? undefined : { bucket, revision: 'any' })),
    );
  }

  assign = (): Promise<Assignment> => Promise.reject(new Error('nobody assigns here'));
  remove = (): Promise<void> => Promise.reject(new Error('nobody removes here'));
  countByBucket = (): Promise<ReadonlyMap<number, number>> => Promise.resolve(new Map());
}

let directory: SlowDirectory;
let cache: KeyCache;

beforeEach(() => {
  directory = new SlowDirectory();
  cache = new KeyCache('tenants', 'text', directory, { kind: 'refuse' });
});

it('a key is asked for once, however many wait for it, and remembered', async () => {
  const found = [cache.find('acme'), cache.find('acme')];
  expect(directory.questions).toHaveLength(1);
  directory.questions[0]?.(7);
  expect(await Promise.all(found)).toEqual([7, 7]);
  expect(cache.cached('acme')).toBe(7);
});

it('an answer that was on its way when a key was assigned anew is not remembered', async () => {
  const found = cache.find('acme');
  cache.remember('acme', 9);
  directory.questions[0]?.(7);
  expect(await found).toBe(7);
  expect(cache.cached('acme')).toBe(9);
});

it('who asks after a key was forgotten gets an answer of their own, and the one that was on its way is not remembered', async () => {
  const before = cache.find('acme');
  cache.forget('acme');
  const after = cache.find('acme');
  expect(directory.questions).toHaveLength(2);
  directory.questions[1]?.(9);
  expect(await after).toBe(9);
  directory.questions[0]?.(7);
  expect(await before).toBe(7);
  expect(cache.cached('acme')).toBe(9);
});

it('that a key was unknown is not remembered once it is known', async () => {
  const found = cache.find('acme');
  cache.remember('acme', 9);
  directory.questions[0]?.(undefined);
  await expect(found).rejects.toMatchObject({ code: 'KEY_UNKNOWN' });
  expect(await cache.find('acme')).toBe(9);
});

it('a question that failed is asked again', async () => {
  jest.spyOn(directory, 'find').mockRejectedValueOnce(new Error('no directory'));
  await expect(cache.find('acme')).rejects.toThrow('no directory');
  const found = cache.find('acme');
  directory.questions[0]?.(7);
  expect(await found).toBe(7);
});
