import { readFileSync } from 'node:fs';
import Valkey from 'iovalkey';
import { defineTier, valkey } from '../../lib/definition';
import { ensureCertificates } from '../../lib/local/certificates';
import { requireProgram } from '../../lib/local/engine-program';
import type { RunningEngine } from '../../lib/local/engine-room';
import { tierDirectory } from '../../lib/local/tier-directory';
import { startValkey, valkeyPrograms } from '../../lib/local/valkey';
import { openRouter, type Router } from '../../lib/routing';
import type { Credentials, SecretSource } from '../../lib/sources';
import type { ServerTopology, Topology, ValkeyTopology } from '../../lib/topology';
import { newDirectory, removeDirectory } from '../local/scratch';
import { eventually } from '../support/eventually';
import { describeWithEngine, SEARCH_PATH } from '../support/real-engine';

const tier = defineTier({
  name: 'logins',
  stages: { dev: { profile: 'disposable' } },
  stores: { cache: valkey() },
  services: { app: { uses: { cache: 'write' } } },
});

const ADMIN = { username: 'admin', password: 'all' };

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
} as const;

describeWithEngine(['valkey-server', 'redis-server'], 'a password that changes while a router uses', () => {
  let directory: string;
  let running: readonly RunningEngine[];
  let admins: readonly Valkey[];
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
    for (const admin of admins) admin.disconnect();
    await Promise.all(running.map(({ process }) => process.stop()));
  });

  afterAll(async () => {
    jest.restoreAllMocks();
    await removeDirectory(directory);
  });

  async function start({ mode, servers }: (typeof SHAPES)[keyof typeof SHAPES]): Promise<void> {
    const place = tierDirectory(directory);
    const tls = await ensureCertificates(place.tls);
    const guard = { starting: () => undefined, ended: () => undefined };
    const shards = servers.map(([primary, ...replicas]) => ({
      primary: { store: 'cache', name: primary, label: `cache/${primary}`, role: 'primary' as const },
      replicas: replicas.map((name) => ({ store: 'cache', name, label: `cache/${name}`, role: 'replica' as const })),
    }));
    running = await startValkey(
      { directory: place, tls, ports: { kind: 'free' }, run: 'abc', guard },
      await requireProgram(valkeyPrograms(SEARCH_PATH)),
      {
        store: 'cache',
        mode,
        shards,
        users: [
          { credentials: { username: 'app', password: 'first' }, rules: '~* &* +@all -@dangerous -@admin +info' },
          { credentials: ADMIN, rules: '~* &* +@all' },
        ],
        replication: { username: 'replication', password: 'follow' },
      },
    );
    const ca = readFileSync(tls.authority, 'utf8');
    admins = running.map(({ port }) => new Valkey({ ...ADMIN, host: '127.0.0.1', port, tls: { ca } }));
    vault = new Vault();
    router = await openRouter<typeof tier>({
      topology: { read: () => Promise.resolve(topologyOf(mode, tls.authority)) },
      secrets: vault,
      login: { kind: 'service', service: 'app' },
    });
  }

  function topologyOf(mode: 'single' | 'cluster', authority: string): Topology {
    const serverOf = ({ planned, port }: RunningEngine, name: string = planned.name): ServerTopology => ({
      name,
      endpoint: { host: '127.0.0.1', port, via: 'direct' },
    });
    const [first, ...others] = running as [RunningEngine, ...RunningEngine[]];
    const cache: ValkeyTopology = {
      kind: 'valkey',
      engine: 'valkey',
      primary: serverOf(first, 'primary'),
      replicas: mode === 'single' ? others.map((server) => serverOf(server)) : [],
      ...(mode === 'cluster' && { slots: { shards: 3, replicasAShard: 1 } }),
      secrets: { smoke: 'smoke', services: { app: 'app' } },
    };
    const names = { version: 1, tier: tier.name, stage: 'dev', world: 'local' } as const;
    const trust = { kind: 'file', path: authority } as const;
    return { ...names, trust, stores: { cache }, services: { app: { uses: { cache: 'write' } } } };
  }

  const everyServer = (change: (admin: Valkey) => Promise<unknown>): Promise<unknown> =>
    Promise.all(admins.map(change));
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
