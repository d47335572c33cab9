import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  clusterMode,
  defineTier,
  documentdb,
  dynamodb,
  neptune,
  parseTier,
  replicationGroup,
  valkey,
  type TierDefinition,
} from '../../lib/definition';
import { startLocalTier, type LocalTier } from '../../lib/local';
import { isWell, localTierStatus, renderStatus, type LocalLook, type ServerRow } from '../../lib/status';
import { eventually } from '../support/eventually';
import { TEMPLATES } from '../support/local-servers';
import { describeWithEngine, SEARCH_PATH } from '../support/real-engine';

const tier = parseTier(
  defineTier({
    name: 'others',
    stages: { dev: { profile: 'disposable' } },
    stores: {
      sessions: valkey({ shape: replicationGroup({ replicas: 1 }) }),
      feeds: valkey({ shape: clusterMode({ shards: 2 }) }),
      carts: dynamodb({ partitionKey: { name: 'id', type: 'string' } }),
    },
    services: { web: { uses: { sessions: 'write', feeds: 'read', carts: 'write' } } },
  }),
);
const plain = { dim: String, green: String, red: String, yellow: String };

let directory: string;
let local: LocalTier;

const start = async (searchPath: string, definition: TierDefinition = tier): Promise<void> => {
  directory = await mkdtemp(join(tmpdir(), 'polystore-status-'));
  local = await startLocalTier(definition, { directory, templates: TEMPLATES, searchPath });
};
const stop = async (): Promise<void> => {
  await local.stop();
  await rm(directory, { recursive: true, force: true });
};
const look = (previous?: LocalLook): Promise<LocalLook> =>
  localTierStatus(tier, { directory, smokeFile: join(directory, 'none.json'), ...(previous && { previous }) });
const rowOf = ({ status }: LocalLook, store: string, name: string): ServerRow | undefined =>
  status.servers.find((server) => server.store === store && server.name === name);

describeWithEngine(['valkey-server', 'redis-server'], 'stores that are not relational, on this machine', () => {
  beforeAll(() => start(SEARCH_PATH), 60_000);
  afterAll(stop);

  it('are asked server by server who they are, and none is left out', async () => {
    const found = await look();
    expect(found.status.unknown).toEqual([]);
    expect(isWell(found.status)).toBe(true);
    expect(found.status.servers.map(({ store, name, role, link }) => [store, name, role, link])).toEqual([
      ['sessions', 'primary', 'primary', undefined],
      ['sessions', 'r1', 'replica', 'up'],
      ['feeds', 's0', 'primary', undefined],
      ['feeds', 's1', 'primary', undefined],
      ['carts', 'table', undefined, undefined],
    ]);
    const primary = rowOf(found, 'sessions', 'primary');
    expect(primary?.memory?.bytes).toBeGreaterThan(100_000);
    // Its replica is no client.
    expect(primary?.connections).toEqual({ used: 0, most: expect.any(Number) as number });
    expect(renderStatus(found.status, plain)).toMatch(
      /^sessions +r1 +replica +\d+ +\d+ +up +\d\/\d+ +\d+\.\d MiB +[\d.]+ +running$/m,
    );
  });

  it('count what others asked since the look before', async () => {
    const idle = rowOf(await look(await look()), 'sessions', 'primary')?.transactions;
    // A replica asks once a second.
    expect(((idle?.perSecond ?? 99) * (idle?.overMs ?? 99)) / 1_000).toBeLessThan(4);
  });

  it('are an alarm where one is down, or does not hear from its primary, with the runbook of its kind', async () => {
    await local.killServer('sessions/primary', 'SIGKILL');
    await eventually('the replica has noticed', async () => rowOf(await look(), 'sessions', 'r1')?.link === 'down');
    await local.killServer('carts/table', 'SIGKILL');
    const { status } = await look();
    expect(isWell(status)).toBe(false);
    expect(status.alarms).toMatchObject([
      { name: 'sessions/primary down', says: 'sessions/primary ended by SIGKILL', runbook: 'cache' },
      { name: 'sessions/r1 link', says: 'sessions/r1 does not hear from its primary', runbook: 'cache' },
      { name: 'carts/table down', next: expect.stringContaining('npx polystore up') },
    ]);
    expect(status.alarms[2]).not.toHaveProperty('runbook');
  });
});

describe.each([
  ['ferretdb', 'documents', documentdb()],
  ['neo4j', 'graphs', neptune()],
])('what %s runs', (program, what, store) => {
  const definition = parseTier(
    defineTier({ name: 'others', stages: { dev: { profile: 'disposable' } }, stores: { beside: store } }),
  );

  describeWithEngine([program], `a store of ${what}`, () => {
    beforeAll(() => start(SEARCH_PATH, definition), 120_000);
    afterAll(stop);

    it('is asked too, and an alarm where it is down', async () => {
      // What has just started may take longer than a look does.
      await eventually('it answers in time', async () => isWell((await look()).status), 30_000);
      const up = (await look()).status;
      expect(up.unknown).toEqual([]);
      expect(up.servers).toMatchObject([{ role: 'primary', state: 'running' }]);
      await local.killServer(`beside/${up.servers[0]?.name ?? ''}`, 'SIGKILL');
      const { alarms } = (await look()).status;
      expect(alarms).toMatchObject([{ name: expect.stringMatching(/^beside.* down$/), runbook: what }]);
    });
  });
});

describe('stores whose engine is not here', () => {
  beforeAll(() => start(''), 60_000);
  afterAll(stop);

  it('are named with what is missing and what to do, beside those that are asked', async () => {
    const { status } = await look();
    expect(status.servers.map(({ store, state }) => [store, state])).toEqual([['carts', 'running']]);
    expect(status.unknown).toEqual([
      expect.stringMatching(
        /^sessions does not run here: no valkey-server or redis-server .*\. Run `.*`\. Or set POLYSTORE_URL_SESSIONS to /,
      ),
      expect.stringMatching(/^feeds does not run here: /),
    ]);
  });
});
