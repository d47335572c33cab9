import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { clusterMode, defineTier, parseTier, valkey } from '../../lib/definition';
import { startLocalTier, type LocalTier } from '../../lib/local';
import { tierDirectory } from '../../lib/local/tier-directory';
import { CacheAside, openRouter, type Router } from '../../lib/routing';
import { FileSecrets, FileTopology } from '../../lib/sources';
import { TEMPLATES } from '../support/local-servers';
import { describeWithEngine, SEARCH_PATH } from '../support/real-engine';

const tier = defineTier({
  name: 'aside',
  stages: { dev: { profile: 'disposable' } },
  // Keys and leases of one value have to share a slot.
  stores: { cache: valkey({ shape: clusterMode({ shards: 3 }) }), lost: valkey() },
  services: { web: { uses: { cache: 'write', lost: 'write' } } },
});

interface User {
  readonly name: string;
}

describeWithEngine(['valkey-server', 'redis-server'], 'values kept beside their database', () => {
  let directory: string;
  let local: LocalTier;
  let routers: readonly Router<typeof tier>[];
  const errors: unknown[] = [];
  const onError = (error: unknown): void => void errors.push(error);
  const asideOf = (prefix: string, process = 0, options = {}): CacheAside<User> =>
    new CacheAside<User>((routers[process] as Router<typeof tier>).cache, {
      prefix,
      ttlSeconds: 60,
      onError,
      ...options,
    });

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'polystore-aside-'));
    local = await startLocalTier(parseTier(tier), { directory, templates: TEMPLATES, searchPath: SEARCH_PATH });
    const open = () =>
      openRouter<typeof tier>({
        topology: new FileTopology(local.topologyFile),
        secrets: new FileSecrets(join(directory, 'secrets.json')),
        login: { kind: 'service', service: 'web' },
      });
    // As two processes have one each.
    routers = [await open(), await open()];
  }, 120_000);
  afterAll(async () => {
    await Promise.all(routers.map((router) => router.close()));
    await local.stop();
    const logs = errors.length === 0 ? [] : await logsOf('cache');
    await rm(directory, { recursive: true, force: true });
    expect({ errors, logs }).toEqual({ errors: [], logs: [] });
  });

  /** What servers say of themselves and of each other, should they have been the reason of an error. */
  async function logsOf(store: string): Promise<readonly string[]> {
    const folder = join(tierDirectory(directory).log, store);
    return Promise.all((await readdir(folder)).map((file) => readFile(join(folder, file), 'utf8')));
  }

  /** Counts loads, each of which ends when it is told to. */
  function loader(value: User | undefined) {
    const waiting: (() => void)[] = [];
    const load = (): Promise<User | undefined> => new Promise((resolve) => waiting.push(() => resolve(value)));
    const begun = async (): Promise<void> => {
      while (waiting.length === 0) await new Promise((resolve) => setImmediate(resolve));
    };
    return { load, begun, count: () => waiting.length, finish: () => waiting.forEach((end) => end()) };
  }

  it('are loaded once a key under a thousand misses at once, in two processes', async () => {
    const asides = [asideOf('stampede'), asideOf('stampede', 1)];
    const { load, begun, count, finish } = loader({ name: 'Ada' });
    const all = Array.from({ length: 1_000 }, (_, index) => (asides[index % 2] as CacheAside<User>).get('7', load));
    await begun();
    finish();
    const values = await Promise.all(all);
    expect(count()).toBe(1);
    expect(new Set(values.map((value) => value?.name))).toEqual(new Set(['Ada']));
    expect(await asideOf('stampede', 1).get('7', () => Promise.reject(new Error('loaded again')))).toEqual({
      name: 'Ada',
    });
  });

  it('are loaded once more, by one of those who wait, where whoever loads them has died', async () => {
    const leaseMs = 500;
    const client = (routers[0] as Router<typeof tier>).cache.client();
    await client.set('{died:7}:lease', 'of a process that has died', 'PX', leaseMs);
    // As many processes.
    const asides = Array.from({ length: 20 }, (_, index) => asideOf('died', index % 2, { leaseMs }));
    let loads = 0;
    // Longer than others take to look again.
    const load = (): Promise<User> => delay(100, { name: `loaded ${++loads}` });
    const values = await Promise.all(asides.map((aside) => aside.get('7', load)));
    expect(new Set(values.map((value) => value?.name))).toEqual(new Set(['loaded 1']));
  });

  it('are loaded by whoever waits, where whoever loads them never ends', async () => {
    const leaseMs = 100;
    const stuck = asideOf('stuck', 0, { leaseMs }).get('7', () => new Promise(() => undefined));
    const next = asideOf('stuck', 1, { leaseMs }).get('7', () => new Promise(() => undefined));
    expect(await asideOf('stuck', 1, { leaseMs }).get('7', () => Promise.resolve({ name: 'Ada' }))).toEqual({
      name: 'Ada',
    });
    void [stuck, next];
  });

  it('are remembered not to be there, and for less time', async () => {
    const aside = asideOf('missing', 0, { missingTtlSeconds: 5 });
    expect(await aside.get('8', () => Promise.resolve(undefined))).toBeUndefined();
    expect(await aside.get('8', () => Promise.reject(new Error('loaded again')))).toBeUndefined();
    const leftMs = await (routers[0] as Router<typeof tier>).cache.client().pttl('{missing:8}');
    expect(leftMs).toBeGreaterThan(0);
    expect(leftMs).toBeLessThanOrEqual(5_000);
  });

  it('expire apart, and never later than is said', async () => {
    const aside = asideOf('jitter', 0, { ttlSeconds: 100, jitter: 0.5 });
    const keys = Array.from({ length: 40 }, (_, index) => String(index));
    await Promise.all(keys.map((key) => aside.get(key, () => Promise.resolve({ name: key }))));
    const client = (routers[0] as Router<typeof tier>).cache.client();
    const left = await Promise.all(keys.map((key) => client.pttl(`{jitter:${key}}`)));
    expect(Math.max(...left)).toBeLessThanOrEqual(100_000);
    expect(Math.min(...left)).toBeGreaterThan(45_000);
    expect(Math.max(...left) - Math.min(...left)).toBeGreaterThan(10_000);
  });

  it('are not kept where they were read before a change and come after it', async () => {
    const aside = asideOf('change');
    const { load, begun, finish } = loader({ name: 'old' });
    const early = aside.get('9', load);
    await begun();
    await asideOf('change', 1).changing(['9'], () => Promise.resolve());
    finish();
    expect(await early).toEqual({ name: 'old' });
    expect(await aside.get('9', () => Promise.resolve({ name: 'new' }))).toEqual({ name: 'new' });
  });

  it('are forgotten where the change fails, which may have been done, and the failure stays', async () => {
    const aside = asideOf('lost-commit');
    await aside.get('1', () => Promise.resolve({ name: 'old' }));
    await expect(aside.changing(['1'], () => Promise.reject(new Error('COMMIT was lost')))).rejects.toThrow('COMMIT');
    expect(await aside.get('1', () => Promise.resolve({ name: 'new' }))).toEqual({ name: 'new' });
  });

  it('are loaded anew at once where a load fails', async () => {
    const aside = asideOf('failing');
    await expect(aside.get('1', () => Promise.reject(new Error('database is down')))).rejects.toThrow('is down');
    const began = performance.now();
    expect(await aside.get('1', () => Promise.resolve({ name: 'Ada' }))).toEqual({ name: 'Ada' });
    expect(performance.now() - began).toBeLessThan(2_000);
  });

  it('are loaded past a cache that is gone, which is told', async () => {
    await local.killServer('lost/primary', 'SIGKILL');
    const told: unknown[] = [];
    const aside = new CacheAside<User>((routers[0] as Router<typeof tier>).lost, {
      prefix: 'gone',
      ttlSeconds: 60,
      onError: (error) => told.push(error),
    });
    expect(await aside.get('1', () => Promise.resolve({ name: 'Ada' }))).toEqual({ name: 'Ada' });
    await aside.invalidate('1');
    expect(told.length).toBeGreaterThan(0);
  });
});

test.each([
  [{ ttlSeconds: 0 }, 'ttlSeconds must be in (0, ∞), got 0'],
  [{ ttlSeconds: 5, jitter: 1 }, 'jitter must be in [0, 1), got 1'],
])('%p is refused', (options, message) => {
  const cache = {
    client: (): never => {
      throw new TypeError('asked');
    },
  };
  expect(() => new CacheAside(cache, { prefix: 'p', ...options })).toThrow(message);
});
