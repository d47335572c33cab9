import type Valkey from 'iovalkey';
import { defineTier, valkey } from '../../lib/definition';
import { openRouter, type Router } from '../../lib/routing';
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

    it('is asked for at once where a server refuses the one that is known', async () => {
      await start(shape);
      await use();
      await setUser('resetpass', '>other');
      await hangUp();
      const reads = vault.reads;
      const outcome = use().then(
        () => 'in',
        (error: unknown) => String(error),
      );
      await eventually('a server refuses, and the vault is asked', () => vault.reads > reads);
      // Nobody has told the vault. One server says so at once; of a cluster, commands wait until some server lets the client in.
      expect(await Promise.race([outcome, Promise.resolve('waits')])).toMatch(/WRONGPASS|^waits$/);
      vault.password = 'other';
      await eventually('back', async () => use().then(() => true));
    }, 60_000);
  });
});
