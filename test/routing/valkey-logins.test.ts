import type Valkey from 'iovalkey';
import { defineTier, valkey } from '../../lib/definition';
import { openRouter, type Router } from '../../lib/routing';
import { signCacheLogin } from '../../lib/valkey';
import type { Credentials, SecretSource } from '../../lib/sources';
import type { ServerTopology, Topology, ValkeyTopology } from '../../lib/topology';
import { newDirectory, removeDirectory } from '../local/scratch';
import { eventually } from '../support/eventually';
import { describeWithEngine } from '../support/real-engine';
import { startCache, type CacheShape, type RunningCache } from '../support/running-cache';

const tier = defineTier({
  name: 'logins',
  stages: { dev: { profile: 'disposable' } },
  stores: { cache: valkey() },
  services: { app: { uses: { cache: 'write' } } },
});

/** What jest would fake beside the time of day. */
const EVERYTHING_BUT_DATES = [
  'hrtime',
  'nextTick',
  'performance',
  'queueMicrotask',
  'setImmediate',
  'clearImmediate',
  'setInterval',
  'clearInterval',
  'setTimeout',
  'clearTimeout',
] as const satisfies readonly string[];

/** A vault whose secret a test changes, and that counts who reads it. */
class Vault implements SecretSource {
  reads = 0;
  password = 'first';

  read(): Promise<Credentials> {
    this.reads++;
    return Promise.resolve({ username: 'app', password: this.password });
  }
}

const SHAPES = {
  'one primary with a replica': { mode: 'single', servers: [['primary', 'r1']] },
  'a cluster of shards': { mode: 'cluster', servers: [['s0', 's0-r1'], ['s1'], ['s2']] },
} as const satisfies Record<string, CacheShape>;

function topologyOf(mode: CacheShape['mode'], { servers, trust }: RunningCache): Topology {
  const [first, ...others] = servers as [ServerTopology, ...ServerTopology[]];
  const cache: ValkeyTopology = {
    kind: 'valkey',
    engine: 'valkey',
    primary: { ...first, name: 'primary' },
    replicas: mode === 'single' ? others : [],
    ...(mode === 'cluster' && { slots: { shards: 3, replicasAShard: 1 } }),
    secrets: { smoke: 'smoke', services: { app: 'app' } },
  };
  const names = { version: 1, tier: tier.name, stage: 'dev', world: 'local' } as const;
  return { ...names, trust, stores: { cache }, services: { app: { uses: { cache: 'write' } } } };
}

describeWithEngine(['valkey-server', 'redis-server'], 'a password that changes while a router uses', () => {
  let directory: string;
  let running: RunningCache;
  let vault: Vault;
  let router: Router<typeof tier>;
  let laterMs = 0;

  beforeAll(async () => {
    directory = await newDirectory();
    const now = performance.now.bind(performance);
    jest.spyOn(performance, 'now').mockImplementation(() => now() + laterMs);
  });

  afterEach(async () => {
    await router.close();
    await running.stop();
  });

  afterAll(async () => {
    jest.restoreAllMocks();
    await removeDirectory(directory);
  });

  async function start(shape: CacheShape): Promise<void> {
    running = await startCache(directory, shape);
    vault = new Vault();
    router = await openRouter<typeof tier>({
      topology: { read: () => Promise.resolve(topologyOf(shape.mode, running)) },
      secrets: vault,
      login: { kind: 'service', service: 'app' },
    });
  }

  const everyServer = (change: (admin: Valkey) => Promise<unknown>): Promise<unknown> =>
    Promise.all(running.admins.map(change));
  const setUser = (...rules: readonly string[]): Promise<unknown> =>
    everyServer((admin) => admin.acl('SETUSER', 'app', ...rules));
  /** Ends every connection of the user, so that what comes next needs new ones. */
  const hangUp = (): Promise<unknown> => everyServer((admin) => admin.client('KILL', 'USER', 'app'));

  /** What a command rejects with, because of `reason`. */
  const unavailable = (reason: string, outcome = 'nothing was sent') => ({
    code: 'SERVER_UNAVAILABLE',
    message: expect.stringMatching(
      new RegExp(`^cache at 127\\.0\\.0\\.1:\\d+ is unavailable \\(${reason}.*\\): ${outcome}$`),
    ) as string,
  });

  /** Keys of every shard, written, and read from whoever reads. */
  async function use(): Promise<void> {
    const keys = Array.from({ length: 12 }, (_, index) => `key:${index}`);
    await Promise.all(keys.map((key) => router.cache.client().set(key, key)));
    await Promise.all(keys.map((key) => router.cache.readClient().get(key)));
  }

  describe.each(Object.entries(SHAPES))('%s', (_, shape) => {
    it('is followed from one rotation to the next, and no command fails', async () => {
      await start(shape);
      await use();
      let before = 'first';
      for (const next of ['second', 'third', 'fourth']) {
        // As a rotation does: the new one beside the old one, which goes with the next rotation.
        await setUser(`>${next}`);
        vault.password = next;
        await hangUp();
        await use();
        laterMs += 61_000;
        await setUser(`<${before}`);
        before = next;
        await hangUp();
        await use();
      }
      expect(vault.reads).toBeLessThan(20);
    }, 60_000);

    it('that is wrong from the start fails every command in time, by name, until it is right', async () => {
      await start(shape);
      vault.password = 'a secret that is out of date';
      await setUser('resetpass', '>other');
      const began = performance.now();
      const refused = await Promise.all([1, 2, 3].map(() => use().catch((error: unknown) => error)));
      expect(performance.now() - began).toBeLessThan(5_000);
      for (const error of refused) {
        expect(error).toMatchObject({
          ...unavailable('WRONGPASS'),
          details: { store: 'cache', sent: false },
          retryable: false,
          next: expect.stringContaining('secret of this login'),
        });
        expect(JSON.stringify([error, String(error)])).not.toContain(vault.password);
      }
      vault.password = 'other';
      await eventually('it is in', () =>
        use().then(
          () => true,
          () => false,
        ),
      );
    }, 60_000);

    it('matters to nobody whose servers are gone: every command fails in time, and says where', async () => {
      await start(shape);
      await use();
      await running.stop();
      const began = performance.now();
      // What was on its way when they went may have been done, and is told by iovalkey.
      await use().catch(() => undefined);
      await expect(use()).rejects.toMatchObject({ ...unavailable('.*ECONNREFUSED') });
      expect(performance.now() - began).toBeLessThan(10_000);
    }, 60_000);

    it('is asked for at once where a server refuses the one that is known', async () => {
      await start(shape);
      await use();
      await setUser('resetpass', '>other');
      await hangUp();
      const reads = vault.reads;
      const outcome = use().catch((error: unknown) => error);
      await eventually('a server refuses, and the vault is asked', () => vault.reads > reads);
      // Nobody has told the vault. What was on its way when the connection was ended does not wait for a better one either.
      const either = '(nothing was sent|the command was sent and may have been done)';
      await expect(outcome).resolves.toMatchObject(unavailable('WRONGPASS', either));
      vault.password = 'other';
      await eventually('back', () =>
        use().then(
          () => true,
          () => false,
        ),
      );
    }, 60_000);
  });

  it('is a token that is signed for each connection, where a service logs in by IAM', async () => {
    await start(SHAPES['one primary with a replica']);
    const keys = { AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE', AWS_SECRET_ACCESS_KEY: 'no-such-key' };
    const before = { ...process.env };
    Object.assign(process.env, keys);
    jest.useFakeTimers({ now: new Date('2030-01-02T03:04:05Z'), doNotFake: [...EVERYTHING_BUT_DATES] });
    try {
      const user = 'logins-dev-cache-app';
      const cache = { name: 'logins-dev-cache' };
      const credentials = { accessKeyId: keys.AWS_ACCESS_KEY_ID, secretAccessKey: keys.AWS_SECRET_ACCESS_KEY };
      const token = await signCacheLogin({ cache, user, region: 'eu-west-1', credentials });
      await everyServer((admin) => admin.acl('SETUSER', user, 'on', `>${token}`, '~*', '&*', '+@all'));
      const topology = topologyOf('single', running);
      const store = topology.stores['cache'] as ValkeyTopology;
      const byIam = { smoke: 'smoke', services: {}, iam: { app: { role: user, region: 'eu-west-1' } } };
      const open = (stores: Topology['stores']) =>
        openRouter<typeof tier>({
          topology: { read: () => Promise.resolve({ ...topology, stores }) },
          secrets: vault,
          login: { kind: 'service', service: 'app' },
        });
      const signing = await open({ cache: { ...store, cache, secrets: byIam } });
      expect(await signing.cache.client().set('key', 'value')).toBe('OK');
      expect(await signing.cache.client().acl('WHOAMI')).toBe(user);
      await signing.close();
      await expect(open({ cache: { ...store, secrets: byIam } })).rejects.toMatchObject({ code: 'DOCUMENT_MISSING' });
    } finally {
      jest.useRealTimers();
      process.env = before;
    }
  }, 30_000);
});
