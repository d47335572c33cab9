import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defineTier, documentdb, parseTier, valkey } from '../../lib/definition';
import { startLocalTier, type LocalTier } from '../../lib/local';
import { provisionTier } from '../../lib/provision';
import { openRouter, type Router } from '../../lib/routing';
import { runSmoke, type SmokeReport } from '../../lib/smoke';
import { FileSecrets, FileTopology, placementsOf, type SecretSource } from '../../lib/sources';
import type { DocumentDbTopology, Topology } from '../../lib/topology';
import { describeWithEngine, SEARCH_PATH } from '../support/real-engine';
import { TEMPLATES } from '../support/local-servers';

const tier = defineTier({
  name: 'papers',
  stages: { dev: { profile: 'disposable' } },
  stores: { catalog: documentdb({ readers: 1 }), sessions: valkey() },
  services: {
    web: { uses: { catalog: 'write' } },
    search: { uses: { catalog: 'read' } },
    jobs: { uses: { sessions: 'write' } },
  },
});

let directory: string;
let local: LocalTier;
let secrets: FileSecrets;

const start = async (searchPath: string): Promise<void> => {
  local = await startLocalTier(parseTier(tier), { directory, templates: TEMPLATES, searchPath });
  secrets = new FileSecrets(join(directory, 'secrets.json'));
};
const catalogOf = ({ stores }: Topology): DocumentDbTopology => stores['catalog'] as DocumentDbTopology;
/** As if DocumentDB itself answered. */
const asDocumentDb = ({ standIn: _dropped, ...catalog }: DocumentDbTopology): DocumentDbTopology => catalog;
const smoke = (of: { topology?: Topology; secrets?: SecretSource } = {}): Promise<SmokeReport> => {
  const topology = of.topology ?? local.topology;
  return runSmoke({ topology, secrets: of.secrets ?? secrets, placementOf: placementsOf(topology), only: ['catalog'] });
};
const withStatus = ({ outcomes }: SmokeReport, status: 'failed' | 'skipped'): readonly string[] =>
  outcomes.flatMap((outcome) =>
    outcome.status === status ? [`${outcome.subject} ${outcome.check}: ${outcome.reason}`] : [],
  );

describeWithEngine(['ferretdb'], 'documents on this machine', () => {
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'polystore-documents-'));
    await start(SEARCH_PATH);
  }, 120_000);
  afterAll(async () => {
    await local.stop();
    await rm(directory, { recursive: true, force: true });
  });

  it('keep every promise that the engine can keep, and the others are skipped by its name', async () => {
    const report = await smoke();
    expect(withStatus(report, 'failed')).toEqual([]);
    expect(withStatus(report, 'skipped')).toEqual([
      expect.stringMatching(/^catalog as web holds-rights: FerretDB \d.* answers here: it has no roles$/),
      expect.stringMatching(/^catalog as search holds-rights: FerretDB .* it has no roles$/),
      expect.stringMatching(/^catalog\/replicas serves-reads: FerretDB .* it has no replicas$/),
      expect.stringMatching(/^catalog\/replicas refuses-writes: FerretDB .* it has no replicas$/),
      'catalog backups-current: needs AWS',
    ]);
    expect(report.outcomes.find(({ check }) => check === 'takes-writes')).toMatchObject({
      status: 'passed',
      evidence: { engine: expect.stringMatching(/^FerretDB \d/) },
    });
  });

  it('are noticed where users may do more than the tier says', async () => {
    const catalog = asDocumentDb(catalogOf(local.topology));
    const report = await smoke({ topology: { ...local.topology, stores: { catalog } } });
    expect(withStatus(report, 'failed')).toEqual([
      'catalog as web holds-rights: refused: nothing, where it may write',
      'catalog as search holds-rights: refused: nothing, where it may read',
    ]);
  });

  it('have a user a service, made once and confirmed from then on', async () => {
    const { databases } = await provisionTier({
      topology: local.topology,
      secrets,
      placementOf: placementsOf(local.topology),
    });
    expect(databases).toMatchObject([
      {
        store: 'catalog',
        database: 'catalog',
        identity: 'confirmed',
        roles: [
          { role: 'polystore_smoke', access: 'smoke', outcome: 'confirmed' },
          { role: 'web', service: 'web', access: 'write', outcome: 'confirmed' },
          { role: 'search', service: 'search', access: 'read', outcome: 'confirmed' },
        ],
      },
    ]);
  });

  it('are not provisioned with roles that the engine has not, and the error names the store and no password', async () => {
    const catalog = asDocumentDb(catalogOf(local.topology));
    const topology = { ...local.topology, stores: { catalog } };
    const provisioning = provisionTier({ topology, secrets, placementOf: placementsOf(topology) });
    await expect(provisioning).rejects.toMatchObject({
      code: 'PROVISION_FAILED',
      message: expect.stringMatching(/^catalog: .*roles/),
      next: expect.stringContaining('provision again'),
    });
    const { password } = await secrets.read('catalog/services/web');
    expect(await provisioning.catch(String)).not.toContain(password);
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

    it('are written, found by what is inside, and read by a service that may only read', async () => {
      const { catalog } = router;
      const articles = catalog.client().db(catalog.database).collection('articles');
      await articles.insertOne({ title: 'Sharding', tags: ['databases'], author: { name: 'Ada' } });
      expect(await articles.findOne({ 'author.name': 'Ada' })).toMatchObject({ title: 'Sharding' });
      const search = await open('search');
      const read = search.catalog.readClient().db(search.catalog.database).collection('articles');
      expect(await read.countDocuments({ tags: 'databases' })).toBe(1);
      expect(() => search.catalog.client()).toThrow(expect.objectContaining({ code: 'ACCESS_REFUSED' }));
      await search.close();
    });

    it('are no business of a service that does not use them', async () => {
      const jobs = await open('jobs');
      expect(() => jobs.store('catalog')).toThrow(expect.objectContaining({ code: 'ACCESS_REFUSED' }));
      await jobs.close();
    });

    it('have one client, which is closed with it', async () => {
      const other = await open('web');
      const client = other.catalog.client();
      expect(other.catalog.client()).toBe(client);
      expect(other.catalog.readClient()).toBe(client);
      const { catalog } = other;
      await client.db(catalog.database).command({ ping: 1 });
      await other.close();
      expect(() => catalog.client()).toThrow(expect.objectContaining({ code: 'HANDLE_CLOSED' }));
      await expect(client.db(catalog.database).command({ ping: 1 })).rejects.toThrow(/connect|closed/i);
    });

    it('are read by a client of their own where there are replicas, and by the same again when these are gone', async () => {
      const catalog = catalogOf(local.topology);
      let described: Topology = {
        ...local.topology,
        stores: { catalog: { ...catalog, replicas: [{ ...catalog.primary, name: 'r1' }] } },
      };
      const two = await openRouter<typeof tier>({
        topology: { read: () => Promise.resolve(described) },
        secrets,
        login: { kind: 'service', service: 'web' },
      });
      const reading = two.catalog.readClient();
      expect(reading).not.toBe(two.catalog.client());
      expect(reading.readPreference.mode).toBe('secondaryPreferred');
      expect(await reading.db('catalog').collection('articles').countDocuments()).toBe(1);
      described = local.topology;
      await two.refresh();
      expect(two.catalog.readClient()).toBe(two.catalog.client());
      await expect(reading.db('catalog').command({ ping: 1 })).rejects.toThrow();
      await two.close();
    });

    it('stay from start to start', async () => {
      await local.stop();
      await start(SEARCH_PATH);
      const again = await open('web');
      const { catalog } = again;
      expect(await catalog.client().db(catalog.database).collection('articles').countDocuments()).toBe(1);
      await again.close();
    });
  });

  it('fail by name with a wrong password, and with a server that is gone', async () => {
    const wrong: SecretSource = {
      read: async (name) => ({ ...(await secrets.read(name)), password: 'not the password' }),
    };
    const refused = await smoke({ secrets: wrong });
    expect(refused.outcomes.filter(({ status }) => status === 'failed')).toEqual([
      expect.objectContaining({
        subject: 'catalog/primary',
        check: 'takes-writes',
        reason: expect.stringMatching(/Authentication failed\. at 127\.0\.0\.1:\d+$/),
        next: expect.stringContaining('provisions again'),
      }),
    ]);
    expect(JSON.stringify(refused)).not.toContain('not the password');
    await local.killServer('catalog/primary', 'SIGKILL');
    const report = await smoke();
    expect(withStatus(report, 'failed')).toEqual([
      expect.stringMatching(/^catalog\/primary takes-writes: ECONNREFUSED at 127\.0\.0\.1:\d+$/),
    ]);
    expect(report.counts.passed).toBe(0);
  });
});

test('a machine without an engine skips the store, with the one command that would provide it', async () => {
  directory = await mkdtemp(join(tmpdir(), 'polystore-documents-'));
  await start('');
  try {
    const { counts, outcomes } = await smoke();
    expect(counts).toEqual({ passed: 0, failed: 0, skipped: 1 });
    expect(outcomes[0]).toMatchObject({
      check: 'runs-here',
      reason: expect.stringMatching(/^no ferretdb of version 1\.24 or later is on the PATH: .*npm run conformance/),
    });
  } finally {
    await local.stop();
    await rm(directory, { recursive: true, force: true });
  }
});
