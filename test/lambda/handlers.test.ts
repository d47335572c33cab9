import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { PutParameterCommand } from '@aws-sdk/client-ssm';
import { handler as smokeTestHandler } from '../../lambda/smoke-relational';
import type { SmokeTestEvent } from '../../lambda/step/prove';
import { encodePlacement, hash, seedShardMap, type Placement } from '../../lib/placement';
import type { ProvisionReport } from '../../lib/provision';
import { decodeLastReport, decodeSmokeReport } from '../../lib/smoke';
import { placementsOf } from '../../lib/sources';
import { startTestTier, type TestTier } from '../support/local-servers';
import { encodeTopology } from '../../lib/topology';
import { createUsersTables, postsOf, tier } from '../smoke/tier';
import { asDeployed, PREFIX } from './as-deployed';
import { bundleHandler } from './bundle';
import { callHandler, LoadedHandler } from './call-handler';
import { step } from './step';

/** Of the tier where it keeps its promises; what needs AWS is skipped. */
const CHECKS = { passed: 35, skipped: 6 };

const smokeTest = bundleHandler('smoke-relational');
const provision = bundleHandler('provision-relational');
let local: TestTier;
let env: Record<string, string>;

/** The tier's passwords: none of them may stand in anything that a function says. */
const passwords = async (): Promise<readonly string[]> => {
  const secrets = JSON.parse(await readFile(env['POLYSTORE_SECRETS_FILE'] ?? '', 'utf8')) as Record<
    string,
    { password: string }
  >;
  return Object.values(secrets).map(({ password }) => password);
};

beforeAll(async () => {
  local = await startTestTier(tier);
  await createUsersTables(local);
  env = {
    POLYSTORE_TOPOLOGY_FILE: local.topologyFile,
    POLYSTORE_SECRETS_FILE: join(dirname(local.topologyFile), 'secrets.json'),
  };
});
afterAll(() => local.stop());

describe('the smoke-relational handler, bundled', () => {
  let loaded: LoadedHandler;
  beforeAll(() => (loaded = LoadedHandler.load(smokeTest.path, env)));
  afterAll(() => loaded.end());

  it('returns the report of a tier that keeps its promises, and logs it with its metrics', async () => {
    const { result, log } = await loaded.call({});
    const report = decodeSmokeReport(result, 'the handler');
    expect(report.counts).toEqual({ passed: CHECKS.passed, failed: 0, skipped: CHECKS.skipped });
    expect(log.filter((line) => '_aws' in line).map(({ Store, SmokeFailed }) => [Store, SmokeFailed])).toEqual([
      ['main', 0],
      ['posts', 0],
    ]);
    expect(log.at(-1)).toEqual({ report: result });
  });

  it('proves only the stores that the event names, and calls its run what it is told, so that several functions have one', async () => {
    const { result } = await loaded.call({ only: ['posts'], run: 'of-all' });
    const { run, outcomes } = decodeSmokeReport(result, 'the handler');
    expect([run, new Set(outcomes.map(({ store }) => store))]).toEqual(['of-all', new Set(['posts'])]);
  });

  describe('where a check fails', () => {
    beforeAll(() => local.on('main/primary', (client) => client.query('grant connect on database main to public')));
    afterAll(() => local.on('main/primary', (client) => client.query('revoke connect on database main from public')));

    it('throws what failed, so that a deployment fails', async () => {
      const { error, log } = await loaded.call({});
      expect(error?.name).toBe('SmokeTestFailed');
      const { passed, skipped } = CHECKS;
      expect(error?.message).toContain(
        `${passed - 1} passed, 1 failed, ${skipped} skipped\n✗ main refuses-strangers: CONNECT is granted to PUBLIC`,
      );
      expect(log).toHaveLength(3);
    });

    it('fails a deployment with the same, and no secret in it', async () => {
      const call = await loaded.call(step('Update', { onFailure: 'throw' }));
      expect(call.result).toBeUndefined();
      expect(call.error).toMatchObject({
        name: 'SmokeTestFailed',
        message: expect.stringContaining('main refuses-strangers: CONNECT is granted to PUBLIC'),
      });
      expect(call.error?.message).toContain('next: find who granted CONNECT');
      const said = JSON.stringify(call);
      const known = await passwords();
      expect(known.length).toBeGreaterThan(5);
      for (const password of known) expect(said).not.toContain(password);
    });

    it('lets a deployment go on that is told to report', async () => {
      const { result, error } = await loaded.call(step('Update', { onFailure: 'report' }));
      expect({ result, error }).toEqual({
        result: {
          PhysicalResourceId: 'as-it-was-made',
          Data: { Run: expect.any(String), Passed: CHECKS.passed - 1, Failed: 1, Skipped: CHECKS.skipped },
        },
        error: undefined,
      });
    });

    it('returns the report to whoever asks for one', async () => {
      const { result } = await loaded.call({ onFailure: 'report', only: ['main'] });
      expect(decodeSmokeReport(result, 'the handler').counts.failed).toBe(1);
    });
  });

  it('reports before its time is over, and throws since not all was proven', async () => {
    const { error, log } = await callHandler(smokeTest.path, step('Create'), env, 5_001);
    const all = CHECKS.passed + CHECKS.skipped;
    const reason = new RegExp(`^the function's time ran out before \\d+ of ${all} checks were made\n\\d+ passed, `);
    expect(error?.message).toMatch(reason);
    expect(log.at(-1)).toHaveProperty('report');
  });
});

describe('the last report', () => {
  const prove = (event: object) => {
    const ssm = asDeployed(local, env['POLYSTORE_SECRETS_FILE'] ?? '');
    process.env['POLYSTORE_PREFIX'] = PREFIX;
    const said = jest.spyOn(process.stdout, 'write').mockReturnValue(true);
    return { ssm, said, done: () => smokeTestHandler(event as SmokeTestEvent).finally(() => said.mockRestore()) };
  };
  afterEach(() => delete process.env['POLYSTORE_PREFIX']);

  it('is kept in the parameter of the tier, whether the proof fails or not', async () => {
    const well = prove(step('Create'));
    expect(await well.done()).toMatchObject({ PhysicalResourceId: 'smoke-relational', Data: { Failed: 0 } });
    const [kept] = well.ssm.commandCalls(PutParameterCommand).map(({ args }) => args[0].input);
    expect(kept).toMatchObject({ Name: '/smoke/dev/smoke/last-report/relational', Overwrite: true });
    expect(decodeLastReport(kept?.Value ?? '', 'the test')).toMatchObject({ tier: 'smoke', counts: { failed: 0 } });

    await local.on('main/primary', (client) => client.query('grant connect on database main to public'));
    const broken = prove({});
    await expect(broken.done()).rejects.toThrow('refuses-strangers');
    await local.on('main/primary', (client) => client.query('revoke connect on database main from public'));
    const [last] = broken.ssm.commandCalls(PutParameterCommand).map(({ args }) => args[0].input);
    expect(decodeLastReport(last?.Value ?? '', 'the test').failures).toMatchObject([
      { subject: 'main', check: 'refuses-strangers' },
    ]);
  });

  it('that can’t be kept is told in the log, and decides nothing', async () => {
    const { ssm, said, done } = prove({});
    ssm.on(PutParameterCommand).rejects(Object.assign(new Error('not yours'), { name: 'AccessDeniedException' }));
    said.mockClear();
    const lines: string[] = [];
    said.mockImplementation((line) => lines.push(String(line)) > 0);
    expect(await done()).toMatchObject({ counts: { failed: 0 } });
    expect(lines[0]).toBe('{"lastReport":"not kept","reason":"AccessDeniedException: not yours"}\n');
  });

  it('is of the whole family: a proof of some stores leaves it', async () => {
    const { ssm, done } = prove({ only: ['main'] });
    await done();
    expect(ssm.commandCalls(PutParameterCommand)).toEqual([]);
  });
});

describe.each([
  ['smoke-relational', smokeTest],
  ['provision-relational', provision],
])('%s, where the environment names no tier', (_name, bundle) => {
  let loaded: LoadedHandler;
  beforeAll(() => (loaded = LoadedHandler.load(bundle.path, {})));
  afterAll(() => loaded.end());

  it('says what to set', async () => {
    const { error } = await loaded.call({});
    expect(error).toEqual({
      name: 'PolystoreError',
      message: expect.stringMatching(/^the environment names no tier\nnext: Set POLYSTORE_PREFIX to /),
    });
  });

  it('answers a deployment that deletes the step at once: nothing is asked, nothing undone', async () => {
    expect(await loaded.call(step('Delete'))).toEqual({
      result: { PhysicalResourceId: 'as-it-was-made', Data: {} },
      log: [],
    });
  });
});

describe('the provision-relational handler, bundled', () => {
  let loaded: LoadedHandler;
  beforeAll(() => (loaded = LoadedHandler.load(provision.path, env)));
  afterAll(() => loaded.end());

  const seedOf = (shards: readonly string[]): string => {
    const shardMap = seedShardMap(shards.map((name) => ({ name, weight: 1 })));
    const placement: Placement = { version: 1, store: 'posts', keyType: 'bigint', strategy: hash(), shardMap };
    return encodePlacement(placement);
  };

  it('provisions every database, and never overwrites a placement', async () => {
    const before = await placementsOf(local.topology)('posts').read();
    const { result } = await loaded.call({ seeds: { posts: seedOf(['s0']) } });
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

  it('answers a deployment with what the step is called from then on', async () => {
    const { result } = await loaded.call(step('Create', { seeds: {} }));
    expect(result).toEqual({ PhysicalResourceId: 'provision-relational', Data: { Databases: 3 } });
    const again = await loaded.call(step('Update'));
    expect(again.result).toMatchObject({ PhysicalResourceId: 'as-it-was-made' });
    for (const password of await passwords()) expect(JSON.stringify(again)).not.toContain(password);
  });

  it('says that its time ran out, before it is cut off', async () => {
    const { error } = await callHandler(provision.path, step('Create'), env, 5_000);
    expect(error).toEqual({
      name: 'PolystoreError',
      message: expect.stringMatching(/^provisioning did not end within the function's time\nnext: See which database/),
    });
  });

  it('waits as long as the environment says for a server that may have to wake', async () => {
    const { error } = await callHandler(provision.path, {}, { ...env, POLYSTORE_PATIENCE_SECONDS: '0.001' });
    expect(error?.message).toMatch(/timeout/i);
    const proof = await callHandler(smokeTest.path, {}, { ...env, POLYSTORE_PATIENCE_SECONDS: '0.001' });
    expect(proof.error?.message).toContain('no end within 1 ms');
    const unread = await callHandler(provision.path, {}, { ...env, POLYSTORE_PATIENCE_SECONDS: 'soon' });
    expect(unread.error).toBeUndefined();
  });

  it('refuses a seed that is no placement', async () => {
    const { error } = await loaded.call({ seeds: { posts: '{}' } });
    expect(error?.message).toContain("the seed of store posts can't be read");
  });

  it('refuses a seed of a store that has no placement', async () => {
    const { error } = await loaded.call({ seeds: { main: seedOf(['s0']) } });
    expect(error?.message).toMatch(/^store "main" has no placement; stores are: main, posts\n/);
  });
});
