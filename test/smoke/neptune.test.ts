import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defineTier, neptune, parseTier, valkey } from '../../lib/definition';
import { startLocalTier, type LocalTier } from '../../lib/local';
import { openRouter, type Router } from '../../lib/routing';
import { runSmoke, type SmokeReport } from '../../lib/smoke';
import { FileSecrets, FileTopology, placementsOf, type SecretSource } from '../../lib/sources';
import type { NeptuneTopology } from '../../lib/topology';
import { describeWithEngine, SEARCH_PATH } from '../support/real-engine';
import { TEMPLATES } from '../support/local-servers';

const tier = defineTier({
  name: 'social',
  stages: { dev: { profile: 'disposable' } },
  stores: { people: neptune({ readers: 1 }), sessions: valkey() },
  services: {
    web: { uses: { people: 'write' } },
    search: { uses: { people: 'read' } },
    jobs: { uses: { sessions: 'write' } },
  },
});

let directory: string;
let local: LocalTier;
let secrets: FileSecrets;

const start = async (searchPath: string): Promise<void> => {
  directory = await mkdtemp(join(tmpdir(), 'polystore-graphs-'));
  local = await startLocalTier(parseTier(tier), { directory, templates: TEMPLATES, searchPath });
  secrets = new FileSecrets(join(directory, 'secrets.json'));
};
const stop = async (): Promise<void> => {
  await local.stop();
  await rm(directory, { recursive: true, force: true });
};
const smoke = (as: SecretSource = secrets): Promise<SmokeReport> =>
  runSmoke({
    topology: local.topology,
    secrets: as,
    placementOf: placementsOf(local.topology),
    only: ['people'],
  });
const told = ({ outcomes }: SmokeReport, status: 'failed' | 'skipped'): readonly string[] =>
  outcomes.flatMap((outcome) =>
    outcome.status === status ? [`${outcome.subject} ${outcome.check}: ${outcome.reason}`] : [],
  );

describeWithEngine(['neo4j'], 'graphs on this machine', () => {
  beforeAll(() => start(SEARCH_PATH), 120_000);
  afterAll(stop);

  it('keep every promise that the engine can keep, and the others are skipped by its name', async () => {
    const report = await smoke();
    expect(told(report, 'failed')).toEqual([]);
    expect(told(report, 'skipped')).toEqual([
      expect.stringMatching(/^people\/writer knows-signatures: Neo4j \d.* answers here: it has no signatures$/),
      expect.stringMatching(/^people\/replicas serves-reads: Neo4j .* it has no replicas$/),
      expect.stringMatching(/^people\/replicas refuses-writes: Neo4j .* it has no replicas$/),
      'people backups-current: needs AWS',
    ]);
    expect(report.outcomes.find(({ check }) => check === 'takes-writes')).toMatchObject({
      status: 'passed',
      evidence: { engine: expect.stringMatching(/^Neo4j \d/) },
    });
  });

  it('fail once with a wrong password, which is not shown', async () => {
    const report = await smoke({
      read: async (name) => ({ ...(await secrets.read(name)), password: 'not the password' }),
    });
    expect(report.outcomes.filter(({ status }) => status === 'failed')).toEqual([
      expect.objectContaining({
        subject: 'people/writer',
        check: 'takes-writes',
        reason: expect.stringMatching(/Security\.Unauthorized.* at 127\.0\.0\.1:\d+$/),
        next: expect.stringContaining('provisions again'),
      }),
    ]);
    expect(JSON.stringify(report)).not.toContain('not the password');
  });

  describe('by a router', () => {
    const open = (service: string): Promise<Router<typeof tier>> =>
      openRouter<typeof tier>({
        topology: new FileTopology(local.topologyFile),
        secrets,
        login: { kind: 'service', service },
      });

    it('take people and friends, and show them to a service that may only read', async () => {
      const web = await open('web');
      await web.people.client().executeQuery('CREATE (:Person {name: $a})-[:KNOWS]->(:Person {name: $b})', {
        a: 'Ada',
        b: 'Bea',
      });
      const search = await open('search');
      const { records } = await search.people
        .readClient()
        .executeQuery("MATCH (:Person {name: 'Ada'})-[:KNOWS]->(friend) RETURN friend.name AS name");
      expect(records.map((record) => record.get('name') as string)).toEqual(['Bea']);
      expect(() => search.people.client()).toThrow(expect.objectContaining({ code: 'ACCESS_REFUSED' }));
      await Promise.all([web.close(), search.close()]);
    });

    it('are read by a client of their own where there are readers', async () => {
      const people = local.topology.stores['people'] as NeptuneTopology;
      const stores = { people: { ...people, replicas: [{ ...people.primary, name: 'r1' }] } };
      const router = await openRouter<typeof tier>({
        topology: { read: () => Promise.resolve({ ...local.topology, stores }) },
        secrets,
        login: { kind: 'service', service: 'web' },
      });
      const reading = router.people.readClient();
      expect(reading).not.toBe(router.people.client());
      await reading.verifyConnectivity();
      await router.close();
      await expect(reading.executeQuery('RETURN 1')).rejects.toThrow();
    });

    it('are no business of a service that does not use them', async () => {
      const jobs = await open('jobs');
      expect(() => jobs.store('people')).toThrow(expect.objectContaining({ code: 'ACCESS_REFUSED' }));
      await jobs.close();
    });

    it('have one client, which is closed with it', async () => {
      const { people, close } = await open('web').then((router) => ({
        people: router.people,
        close: () => router.close(),
      }));
      const client = people.client();
      expect(people.client()).toBe(client);
      expect(people.readClient()).toBe(client);
      await client.verifyConnectivity();
      await close();
      expect(() => people.client()).toThrow(expect.objectContaining({ code: 'HANDLE_CLOSED' }));
      await expect(client.executeQuery('RETURN 1')).rejects.toThrow();
    });
  });

  it('fail once where the server is gone', async () => {
    await local.killServer('people/writer', 'SIGKILL');
    expect(told(await smoke(), 'failed')).toEqual([
      expect.stringMatching(/^people\/writer takes-writes: ECONNREFUSED at 127\.0\.0\.1:\d+$/),
    ]);
  });
});

test('a machine without an engine skips the store, with the one command that would provide it', async () => {
  await start('');
  try {
    const { counts, outcomes } = await smoke();
    expect(counts).toEqual({ passed: 0, failed: 0, skipped: 1 });
    expect(outcomes[0]).toMatchObject({
      check: 'runs-here',
      reason: expect.stringMatching(/^no neo4j of version 5\.0 or later is on the PATH: .*npm run conformance/),
    });
  } finally {
    await stop();
  }
});
