import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  clusterMode,
  defineTier,
  parseTier,
  postgres,
  replicationGroup,
  serverlessCache,
  valkey,
} from '../../lib/definition';
import { startLocalTier, type LocalTier } from '../../lib/local';
import { openRouter, type Router } from '../../lib/routing';
import { runSmoke, type SmokeReport } from '../../lib/smoke';
import { FileSecrets, FileTopology, placementsOf, type SecretSource } from '../../lib/sources';
import type { Topology } from '../../lib/topology';
import { describeWithEngine, SEARCH_PATH } from '../support/real-engine';
import { TEMPLATES } from '../support/local-servers';

const tier = defineTier({
  name: 'fast',
  stages: { dev: { profile: 'disposable' } },
  stores: {
    main: postgres(),
    sessions: valkey({ shape: replicationGroup({ replicas: 1 }) }),
    feeds: valkey({ shape: clusterMode({ shards: 3, replicas: 1 }) }),
    pages: valkey({ shape: serverlessCache() }),
  },
  services: {
    web: { uses: { sessions: 'write', feeds: 'read', pages: 'write' } },
    jobs: { uses: { sessions: 'read' } },
    books: { uses: { main: 'write' } },
  },
});

let directory: string;
let local: LocalTier;
let secrets: FileSecrets;

const start = async (searchPath: string): Promise<void> => {
  directory = await mkdtemp(join(tmpdir(), 'polystore-valkey-'));
  local = await startLocalTier(parseTier(tier), { directory, templates: TEMPLATES, searchPath });
  secrets = new FileSecrets(join(directory, 'secrets.json'));
};
const stop = async (): Promise<void> => {
  await local.stop();
  await rm(directory, { recursive: true, force: true });
};
const smoke = (topology: Topology, only: readonly string[]): Promise<SmokeReport> =>
  runSmoke({ topology, secrets, placementOf: placementsOf(topology), only });
const failures = ({ outcomes }: SmokeReport): readonly string[] =>
  outcomes.flatMap((outcome) =>
    outcome.status === 'failed' ? [`${outcome.subject} ${outcome.check}: ${outcome.reason}`] : [],
  );

describeWithEngine(['valkey-server', 'redis-server'], 'caches on this machine', () => {
  beforeAll(() => start(SEARCH_PATH), 120_000);
  afterAll(stop);

  it('keep every promise, beside a database', async () => {
    const report = await smoke(local.topology, ['sessions', 'feeds', 'pages']);
    expect(failures(report)).toEqual([]);
    const skipped = report.outcomes.filter(({ status }) => status === 'skipped');
    expect(skipped.map(({ subject, check }) => `${subject} ${check}`).sort()).toEqual(
      ['feeds', 'pages', 'sessions'].map((store) => `${store} backups-current`),
    );
    const made = report.outcomes.map(({ subject, check }) => `${subject} ${check}`);
    expect(made).toEqual(
      expect.arrayContaining([
        'sessions/r1 refuses-writes',
        'sessions as web holds-rights',
        'sessions as jobs holds-rights',
        'sessions refuses-strangers',
        'feeds/primary covers-slots',
        'pages/primary ranks-players',
      ]),
    );
  });

  it('are noticed where a service may do more, or less, than the tier says', async () => {
    const { services } = local.topology;
    const swapped: Topology = {
      ...local.topology,
      services: {
        ...services,
        web: { ...services['web'], uses: { sessions: 'read' } },
        jobs: { ...services['jobs'], uses: { sessions: 'write' } },
      },
    };
    expect(failures(await smoke(swapped, ['sessions']))).toEqual([
      'sessions as web holds-rights: refused: dangerous, where it may read',
      'sessions as jobs holds-rights: refused: writes, dangerous, where it may write',
    ]);
  });

  describe('by a router', () => {
    let router: Router<typeof tier>;
    const open = (service: string): Promise<Router<typeof tier>> =>
      openRouter<typeof tier>({
        topology: new FileTopology(local.topologyFile),
        secrets,
        login: { kind: 'service', service },
      });
    beforeAll(async () => {
      router = await open('web');
    });
    afterAll(() => router.close());

    it('write to the primary, and read from a replica what has come there', async () => {
      await router.sessions.client().set('user:7', 'abc', 'EX', 60);
      await router.sessions.client().wait(1, 5_000);
      expect(await router.sessions.readClient().get('user:7')).toBe('abc');
      await expect(router.sessions.readClient().set('user:7', 'def')).rejects.toThrow(/READONLY/);
      expect(router.sessions.spreadsKeys).toBe(false);
    });

    it('find each key by its slot, and refuse a command on several', async () => {
      expect(router.pages.spreadsKeys).toBe(true);
      await Promise.all(['a', 'b', 'c', 'd'].map((key) => router.pages.client().set(key, key, 'EX', 60)));
      expect(await Promise.all(['a', 'b', 'c', 'd'].map((key) => router.pages.client().get(key)))).toEqual([
        'a',
        'b',
        'c',
        'd',
      ]);
      expect(await router.feeds.readClient().get('none')).toBeNull();
      await expect(router.feeds.readClient().mget('a', 'b')).rejects.toThrow(/CROSSSLOT|same slot/);
    });

    it('give a service that may only read no client that writes, and another service none at all', async () => {
      expect(() => router.feeds.client()).toThrow(expect.objectContaining({ code: 'ACCESS_REFUSED' }));
      const books = await open('books');
      expect(() => books.sessions).toThrow(expect.objectContaining({ code: 'ACCESS_REFUSED' }));
      await books.close();
    });

    it('are closed with it', async () => {
      const other = await open('web');
      const client = other.sessions.client();
      await client.ping();
      await other.close();
      expect(client.status).toBe('end');
      expect(() => other.sessions.client()).toThrow(expect.objectContaining({ code: 'HANDLE_CLOSED' }));
    });
  });

  it('fail by name where a server is gone, within the deadline, and the others go on', async () => {
    await local.killServer('sessions/r1', 'SIGKILL');
    const report = await smoke(local.topology, ['sessions', 'pages']);
    expect(failures(report)).toEqual([
      expect.stringMatching(/^sessions\/r1 serves-reads: ECONNREFUSED at 127\.0\.0\.1:\d+$/),
    ]);
    expect(
      report.outcomes.filter(({ status, subject }) => status === 'skipped' && subject === 'sessions/r1'),
    ).toHaveLength(3);
  });

  it('fail once with a wrong password, which is not shown', async () => {
    const wrong: SecretSource = {
      read: async (name) => ({ ...(await secrets.read(name)), password: 'not the password' }),
    };
    const { topology } = local;
    const report = await runSmoke({ topology, secrets: wrong, placementOf: placementsOf(topology), only: ['pages'] });
    expect(report.outcomes.filter(({ status }) => status === 'failed')).toEqual([
      expect.objectContaining({
        subject: 'pages/primary',
        reason: expect.stringMatching(/^WRONGPASS .* at 127\.0\.0\.1:\d+$/),
        next: expect.stringContaining('provisions again'),
      }),
    ]);
    expect(JSON.stringify(report)).not.toContain('not the password');
  });
});

describe('a machine without an engine', () => {
  beforeAll(() => start(''), 120_000);
  afterAll(stop);

  it('runs what it can, and skips the rest with the one command that would provide it', async () => {
    const topology = await new FileTopology(local.topologyFile).read();
    expect(Object.keys(topology.stores)).toEqual(['main']);
    const { outcomes, counts } = await smoke(topology, ['sessions']);
    expect(counts).toEqual({ passed: 0, failed: 0, skipped: 1 });
    expect(outcomes[0]).toMatchObject({
      check: 'runs-here',
      reason: expect.stringMatching(/^no valkey-server or redis-server of version 7\.0 .*: .*(apt-get|brew) install/),
    });
  });

  it('tells a router why the store is not there', async () => {
    const router = await openRouter<typeof tier>({
      topology: new FileTopology(local.topologyFile),
      secrets,
      login: { kind: 'service', service: 'web' },
    });
    expect(() => router.store('sessions')).toThrow(/does not run here: no valkey-server/);
    await router.close();
    expect(await readFile(local.topologyFile, 'utf8')).toContain('"absent"');
  });
});
