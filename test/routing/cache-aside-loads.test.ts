import { setImmediate as turn } from 'node:timers/promises';
import { CacheAside, type ValkeyHandle } from '../../lib/routing';

/** A cache in which nothing is ever found. */
const empty = {
  client: () => ({
    get: () => Promise.resolve(null),
    set: () => Promise.resolve('OK'),
    del: () => Promise.resolve(0),
    eval: () => Promise.resolve(1),
  }),
} as unknown as Pick<ValkeyHandle, 'client'>;

it('a load that was invalidated and ends late does not hide the one after it: who comes then waits for that', async () => {
  const cache = new CacheAside<string>(empty, { prefix: 'users', ttlSeconds: 60 });
  const loads: ((value: string) => void)[] = [];
  const load = (): Promise<string> => new Promise((resolve) => loads.push(resolve));
  const first = cache.get('7', load);
  await turn();
  await cache.invalidate('7');
  const second = cache.get('7', load);
  await turn();
  loads[0]?.('before');
  expect(await first).toBe('before');
  const third = cache.get('7', load);
  await turn();
  expect(loads).toHaveLength(2);
  loads[1]?.('after');
  expect(await Promise.all([second, third])).toEqual(['after', 'after']);
});
