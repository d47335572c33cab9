import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { encodePlacement, hash, seedShardMap, type Placement } from '../../lib/placement';
import type { ProvisionReport } from '../../lib/provision';
import { decodeSmokeReport } from '../../lib/smoke';
import { placementsOf } from '../../lib/sources';
import { startTestTier, type TestTier } from '../support/local-servers';
import { encodeTopology } from '../../lib/topology';
import { postsOf, tier } from '../smoke/tier';
import { bundleHandler, packagesOf, type HandlerBundle } from './bundle';
import { callHandler } from './call-handler';

let smokeTest: HandlerBundle;
let provision: HandlerBundle;
let local: TestTier;
let env: Record<string, string>;

beforeAll(async () => {
  [smokeTest, provision, local] = await Promise.all([
    bundleHandler('smoke-test'),
    bundleHandler('provision'),
    startTestTier(tier),
  ]);
  env = {
    POLYSTORE_TOPOLOGY_FILE: local.topologyFile,
    POLYSTORE_SECRETS_FILE: join(dirname(local.topologyFile), 'secrets.json'),
  };
});
afterAll(() => Promise.all([smokeTest.remove(), provision.remove(), local.stop()]));

describe.each([
  ['smoke-test', () => smokeTest],
  ['provision', () => provision],
])('the bundle of %s', (_name, bundle) => {
  it('is at most 1 MB', () => {
    expect(bundle().bytes).toBeGreaterThan(50_000);
    expect(bundle().bytes).toBeLessThanOrEqual(1024 * 1024);
  });

  it('holds PostgreSQL’s client and the schema library, and no other package', () => {
    const allowed = /^(pg|pg-.*|pgpass|postgres-.*|split2|xtend|zod)$/;
    expect(packagesOf(bundle().inputs).filter((name) => !allowed.test(name))).toEqual([]);
    expect(packagesOf(bundle().inputs)).toEqual(expect.arrayContaining(['pg', 'zod']));
  });

  it('holds rooms of the runtime world only', () => {
    const rooms = new Set(bundle().inputs.flatMap((input) => /^lib\/([^/]+)\//.exec(input)?.[1] ?? []));
    const allowed = ['errors', 'placement', 'postgres', 'provision', 'routing', 'smoke', 'sources', 'topology'];
    expect([...rooms].filter((room) => !allowed.includes(room))).toEqual([]);
  });

  it('expects nothing of the Lambda runtime but the AWS SDK', () => {
    const optional = ['pg-native'];
    expect(bundle().externals.filter((name) => !name.startsWith('@aws-sdk/') && !optional.includes(name))).toEqual([]);
  });
});

describe('the smoke-test handler, bundled', () => {
  it('returns the report of a tier that keeps its promises, and logs it with its metrics', async () => {
    const { result, log } = await callHandler(smokeTest.path, {}, env);
    const report = decodeSmokeReport(result, 'the handler');
    expect(report.counts).toEqual({ passed: 31, failed: 0, skipped: 4 });
    expect(log.filter((line) => '_aws' in line).map(({ Store, SmokeFailed }) => [Store, SmokeFailed])).toEqual([
      ['main', 0],
      ['posts', 0],
    ]);
    expect(log.at(-1)).toEqual({ report: result });
  });

  it('proves only the stores that the event names', async () => {
    const { result } = await callHandler(smokeTest.path, { only: ['posts'] }, env);
    expect(decodeSmokeReport(result, 'the handler').outcomes.every(({ store }) => store === 'posts')).toBe(true);
  });

  describe('where a check fails', () => {
    beforeAll(() => local.on('main/primary', (client) => client.query('grant connect on database main to public')));
    afterAll(() => local.on('main/primary', (client) => client.query('revoke connect on database main from public')));

    it('throws what failed, so that a deployment fails', async () => {
      const { error, log } = await callHandler(smokeTest.path, {}, env);
      expect(error?.name).toBe('SmokeTestFailed');
      expect(error?.message).toMatch(
        /^30 passed, 1 failed, 4 skipped\n✗ main refuses-strangers: CONNECT is granted to PUBLIC/,
      );
      expect(log).toHaveLength(3);
    });

    it('returns the report to whoever asks for one', async () => {
      const { result } = await callHandler(smokeTest.path, { onFailure: 'report' }, env);
      expect(decodeSmokeReport(result, 'the handler').counts.failed).toBe(1);
    });
  });

  it('reports before its time is over, and throws since not all was proven', async () => {
    const { error, log } = await callHandler(smokeTest.path, {}, env, 5_001);
    expect(error?.message).toContain('interrupted');
    expect(log.at(-1)).toHaveProperty('report');
  });

  it('says what to set where the environment names no tier', async () => {
    const { error } = await callHandler(smokeTest.path, {}, {});
    expect(error).toEqual({ name: 'PolystoreError', message: 'the environment names no tier' });
  });
});

describe('the provision handler, bundled', () => {
  const seedOf = (shards: readonly string[]): string => {
    const shardMap = seedShardMap(shards.map((name) => ({ name, weight: 1 })));
    const placement: Placement = { version: 1, store: 'posts', keyType: 'bigint', strategy: hash(), shardMap };
    return encodePlacement(placement);
  };

  it('provisions every database, and never overwrites a placement', async () => {
    const before = await placementsOf(local.topology)('posts').read();
    const { result } = await callHandler(provision.path, { seeds: { posts: seedOf(['s0']) } }, env);
    const { databases } = result as ProvisionReport;
    expect(databases.map(({ store, shard, identity }) => [store, shard, identity])).toEqual([
      ['main', undefined, 'confirmed'],
      ['posts', 's0', 'confirmed'],
      ['posts', 's1', 'confirmed'],
    ]);
    expect(await placementsOf(local.topology)('posts').read()).toEqual(before);
  });

  it('seeds a placement that does not stand yet', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'polystore-seed-'));
    const posts = postsOf(local.topology);
    const placement = { kind: 'directory', path: join(directory, 'placement') } as const;
    const topology = { ...local.topology, stores: { ...local.topology.stores, posts: { ...posts, placement } } };
    const file = join(directory, 'topology.json');
    await writeFile(file, encodeTopology(topology));
    const seeds = { posts: seedOf(['s0', 's1']) };
    const { error } = await callHandler(provision.path, { seeds }, { ...env, POLYSTORE_TOPOLOGY_FILE: file });
    expect(error).toBeUndefined();
    expect(encodePlacement(await placementsOf(topology)('posts').read())).toBe(seeds.posts);
    await rm(directory, { recursive: true });
  });

  it('refuses a seed that is no placement', async () => {
    const { error } = await callHandler(provision.path, { seeds: { posts: '{}' } }, env);
    expect(error?.message).toContain("the seed of store posts can't be read");
  });

  it('refuses a seed of a store that has no placement', async () => {
    const { error } = await callHandler(provision.path, { seeds: { main: seedOf(['s0']) } }, env);
    expect(error?.message).toBe('store "main" has no placement; stores are: main, posts');
  });
});
