import {
  InvokeCommand,
  LambdaClient,
  ResourceNotFoundException,
  type InvokeCommandOutput,
} from '@aws-sdk/client-lambda';
import { type DBInstance, DescribeDBClustersCommand, DescribeDBInstancesCommand, RDSClient } from '@aws-sdk/client-rds';
import { GetParameterCommand, GetParametersByPathCommand, SSMClient } from '@aws-sdk/client-ssm';
import { mockClient } from 'aws-sdk-client-mock';
import { awsChecks } from '../../lib/smoke/aws-checks';
import { runCheck } from '../../lib/smoke/run-check';
import { DatabasesUnderTest, type DatabasesUnderTestOptions } from '../../lib/smoke/databases-under-test';
import { TierUnderTest } from '../../lib/smoke/tier-under-test';
import { describeRdsServers } from '../../lib/sources/rds-servers';
import type { ServerTopology, StoreFamily, StoreTopology, Topology } from '../../lib/topology';
import {
  decodeStoragePromises,
  encodeLastReport,
  invokeDeployedSmoke,
  readLastReport,
  renderLastReport,
  smokeFunctionName,
  type Check,
  type Failed,
  type SmokeReport,
} from '../../lib/smoke';

const lambda = mockClient(LambdaClient);
const ssm = mockClient(SSMClient);
const rds = mockClient(RDSClient);
beforeEach(() => [lambda, ssm, rds].forEach((client) => client.reset()));

const report: SmokeReport = {
  version: 1,
  tier: 'blog',
  stage: 'prod',
  world: 'aws',
  run: 'r',
  startedAt: '2030-01-02T03:04:05.000Z',
  durationMs: 1,
  counts: { passed: 0, failed: 0, skipped: 0 },
  outcomes: [],
};

const answer = (value: unknown) => {
  const bytes = new TextEncoder().encode(JSON.stringify(value));
  return Object.assign(bytes, { transformToString: () => JSON.stringify(value) }) as never;
};

const server: ServerTopology = { name: 'primary', endpoint: { host: 'main', port: 5432, via: 'direct' } };
const logins = { smoke: 'polystore_smoke', services: {} };
/** What is deployed: two families, three stores. */
const deployed: Topology = {
  version: 1,
  tier: 'blog',
  stage: 'prod',
  world: 'aws',
  trust: { kind: 'rds', bundlePath: '/var/runtime/ca-cert.pem' },
  services: {},
  stores: {
    main: {
      kind: 'postgres',
      engine: 'postgres',
      database: 'main',
      primary: server,
      replicas: [],
      secrets: { ...logins, owner: 'o' },
    },
    sessions: { kind: 'valkey', engine: 'valkey', primary: server, replicas: [], secrets: logins },
    feeds: { kind: 'valkey', engine: 'valkey', primary: server, replicas: [], secrets: logins },
  },
};
const passed = (store: string): SmokeReport['outcomes'][number] => ({
  status: 'passed',
  store,
  subject: store,
  check: 'takes-writes',
  promise: 'It takes writes.',
  durationMs: 1,
  evidence: {},
});
const reportOf = (stores: readonly string[], changes: Partial<SmokeReport> = {}): SmokeReport => ({
  ...report,
  counts: { passed: stores.length, failed: 0, skipped: 0 },
  outcomes: stores.map(passed),
  ...changes,
});

describe('invokeDeployedSmoke', () => {
  const smoke = (topology = deployed) =>
    invokeDeployedSmoke({ prefix: '/blog/prod', topology: { read: () => Promise.resolve(topology) } });
  const answers = (of: 'relational' | 'valkey', how: InvokeCommandOutput | Error): void => {
    const asked = lambda.on(InvokeCommand, { FunctionName: `blog-prod-smoke-${of}` });
    if (how instanceof Error) asked.rejects(how);
    else asked.resolves(how);
  };
  const says = (value: unknown, error?: string): InvokeCommandOutput => ({
    ...(error !== undefined && { FunctionError: error }),
    Payload: answer(value),
    $metadata: {},
  });
  const caches = reportOf(['feeds', 'sessions'], { startedAt: '2030-01-02T03:04:04.000Z', durationMs: 3_500 });

  it('asks the Lambda of each family for a report of one run, and gathers them in the order of the stores', async () => {
    answers('relational', says(reportOf(['main'])));
    answers('valkey', says(caches));
    const gathered = await smoke();
    expect(gathered).toMatchObject({
      startedAt: '2030-01-02T03:04:04.000Z',
      durationMs: 3_500,
      counts: { passed: 3, failed: 0, skipped: 0 },
    });
    expect(gathered.outcomes.map(({ store }) => store)).toEqual(['main', 'sessions', 'feeds']);
    const calls = lambda.commandCalls(InvokeCommand).map(({ args }) => args[0].input);
    const payloads = calls.map(({ Payload }) => JSON.parse(String(Payload)) as { run: string });
    expect(calls.map(({ FunctionName }) => FunctionName)).toEqual([
      'blog-prod-smoke-relational',
      'blog-prod-smoke-valkey',
    ]);
    expect(payloads[0]).toEqual({ onFailure: 'report', run: expect.stringMatching(/^[0-9a-f-]{36}$/) });
    expect(payloads[1]).toEqual(payloads[0]);
  });

  it.each([
    [
      'threw',
      says({ errorMessage: 'no such thing' }, 'Unhandled'),
      'FUNCTION_FAILED: Lambda function blog-prod-smoke-valkey failed: no such thing',
    ],
    [
      'is not there',
      new ResourceNotFoundException({ message: 'gone', $metadata: {} }),
      'DOCUMENT_MISSING: no Lambda function blog-prod-smoke-valkey',
    ],
    [
      'answers with something else',
      says({ hello: 'there' }),
      'DOCUMENT_INVALID: smoke report of the Lambda blog-prod-smoke-valkey',
    ],
    [
      'may not be called',
      Object.assign(new Error('not yours'), { name: 'AccessDeniedException' }),
      'AccessDeniedException: not yours',
    ],
  ])('hides no other’s report where one %s: its stores count as failed', async (_how, broken, reason) => {
    answers('relational', says(reportOf(['main'])));
    answers('valkey', broken);
    const { counts, outcomes } = await smoke();
    expect(counts).toEqual({ passed: 1, failed: 2, skipped: 0 });
    expect(outcomes[0]).toEqual(passed('main'));
    for (const [index, store] of ['sessions', 'feeds'].entries()) {
      expect(outcomes[index + 1]).toMatchObject({ store, check: 'is-proven', reason: expect.stringContaining(reason) });
      expect(outcomes[index + 1]).toHaveProperty('next', expect.stringMatching(/\w/));
    }
  });

  it.each([
    ['threw', says({ errorMessage: 'no such thing' }, 'Unhandled'), 'FUNCTION_FAILED'],
    ['is not there', new ResourceNotFoundException({ message: 'gone', $metadata: {} }), 'DOCUMENT_MISSING'],
    ['answers with something else', says({ hello: 'there' }), 'DOCUMENT_INVALID'],
  ])('fails where the only one %s', async (_how, broken, code) => {
    answers('relational', broken);
    const { main } = deployed.stores;
    await expect(smoke({ ...deployed, stores: { main: main as StoreTopology } })).rejects.toMatchObject({ code });
  });

  it('says so where no such tier is deployed', async () => {
    ssm.on(GetParametersByPathCommand).resolves({ Parameters: [] });
    await expect(invokeDeployedSmoke({ prefix: '/blog/prod' })).rejects.toMatchObject({ code: 'DOCUMENT_MISSING' });
    expect(lambda.commandCalls(InvokeCommand)).toEqual([]);
  });

  it.each(['blog/prod', '/blog', '/blog/prod/', '/blog/prod/main', '', '//'])(
    'refuses the prefix %j',
    async (prefix) => {
      await expect(invokeDeployedSmoke({ prefix })).rejects.toThrow('allowed is /<tier>/<stage>');
      expect(() => smokeFunctionName(prefix, 'relational')).toThrow('allowed is /<tier>/<stage>');
    },
  );
});

describe('what only RDS can tell', () => {
  const KEY = 'arn:aws:kms:eu-west-1:111122223333:key/of-the-store';
  const host = (name: string): string => `${name}.c1.eu-west-1.rds.amazonaws.com`;
  const server = (name: string, address = host(name)): ServerTopology => ({
    name,
    endpoint: { host: address, port: 5432, via: 'direct' },
  });
  const secrets = { owner: 'o', smoke: 's', services: {} };
  const main = {
    primary: server('primary'),
    replicas: [server('r1'), { ...server('far', 'far.example'), region: 'us-east-1' }],
  };
  const topology: Topology = {
    version: 1,
    tier: 'blog',
    stage: 'prod',
    world: 'aws',
    trust: { kind: 'rds', bundlePath: '/ca.pem' },
    stores: {
      main: { kind: 'postgres', engine: 'postgres', database: 'main', ...main, secrets },
      posts: {
        kind: 'shardedPostgres',
        engine: 'aurora-postgres',
        database: 'posts',
        shardKey: { column: 'user_id', type: 'bigint' },
        shards: { s0: { primary: server('s0'), replicas: [server('reader', host('s0-ro'))], secrets } },
        placement: { kind: 'dynamodb', table: 't' },
      },
    },
    services: {},
  };
  const promised = decodeStoragePromises('main=of-the-store posts=of-the-store', 'the test');
  const instance = (name: string, AvailabilityZone: string, changes: DBInstance = {}): DBInstance => ({
    DBInstanceIdentifier: name,
    Endpoint: { Address: host(name) },
    AvailabilityZone,
    StorageEncrypted: true,
    KmsKeyId: KEY,
    ...changes,
  });
  const shard = { DBClusterIdentifier: 's0' };
  const PRIMARY = instance('primary', 'eu-west-1a', { MultiAZ: true, SecondaryAvailabilityZone: 'eu-west-1b' });
  const REPLICA = instance('r1', 'eu-west-1c');
  const WRITER = instance('s0-a', 'eu-west-1a', shard);
  const READER = instance('s0-b', 'eu-west-1b', shard);

  /** RDS answers in pages. */
  function described(...instances: readonly DBInstance[]): void {
    const [first, ...others] = instances;
    rds
      .on(DescribeDBInstancesCommand)
      .resolves({ DBInstances: first ? [first] : [], Marker: 'more' })
      .on(DescribeDBInstancesCommand, { Marker: 'more' })
      .resolves({ DBInstances: [...others] })
      .on(DescribeDBClustersCommand)
      .resolves({ DBClusters: [{ ...shard, Endpoint: host('s0'), ReaderEndpoint: host('s0-ro') }] });
  }

  async function outcomeOf(
    name: 'kms-encryption' | 'multi-az',
    store: string,
    { topology: of = topology, ...on }: Partial<DatabasesUnderTestOptions> & { readonly topology?: Topology } = {},
  ) {
    const never = (): never => {
      throw new Error('no database is asked');
    };
    const databases = new DatabasesUnderTest(new TierUnderTest({ topology: of, timeoutMs: 1 }), {
      secrets: { read: never },
      placementOf: never,
      storage: { stores: promised, describe: describeRdsServers },
      ...on,
    });
    const check = awsChecks(store, databases).find((one) => one.name === name);
    const signal = new AbortController().signal;
    return runCheck(check as Check, { run: 'r', deadlineMs: 5_000, signal, world: 'aws' }).outcome;
  }

  beforeEach(() => {
    process.env['AWS_REGION'] = 'eu-west-1';
    described(PRIMARY, REPLICA, WRITER, READER);
  });
  afterEach(() => delete process.env['AWS_REGION']);

  it.each([
    ['kms-encryption', 'main', { servers: 2, elsewhere: 1, keys: [KEY] }],
    ['kms-encryption', 'posts', { servers: 2, keys: [KEY] }],
    ['multi-az', 'main', { clusters: 1, zones: ['eu-west-1a', 'eu-west-1b'] }],
    ['multi-az', 'posts', { clusters: 1, zones: ['eu-west-1a', 'eu-west-1b'] }],
  ] as const)('%s of %s is proven', async (check, store, evidence) => {
    expect(await outcomeOf(check, store)).toMatchObject({ status: 'passed', evidence });
  });

  it.each([
    ['kms-encryption', 'main', [PRIMARY, { ...REPLICA, StorageEncrypted: false }], 'storage of r1 is not encrypted'],
    [
      'kms-encryption',
      'posts',
      [{ ...WRITER, KmsKeyId: 'arn:other' }],
      'storage of s0-a is encrypted with another key',
    ],
    ['kms-encryption', 'main', [PRIMARY], 'RDS knows no server of r1.c1.eu-west-1.rds.amazonaws.com'],
    ['multi-az', 'main', [{ ...PRIMARY, MultiAZ: false }, REPLICA], 'main stands in eu-west-1a alone'],
    [
      'multi-az',
      'posts',
      [WRITER, { ...READER, AvailabilityZone: 'eu-west-1a' }],
      'posts/s0 stands in eu-west-1a alone',
    ],
    ['multi-az', 'posts', [WRITER], 'posts/s0 stands in eu-west-1a alone'],
  ] as const)('%s of %s fails where it is not so (%#)', async (check, store, instances, reason) => {
    described(...instances);
    expect(await outcomeOf(check, store)).toMatchObject({ status: 'failed', reason: expect.stringContaining(reason) });
  });

  it('an instance from a snapshot is encrypted with the key that the snapshot had', async () => {
    described({ ...PRIMARY, KmsKeyId: 'arn:of-the-snapshot' }, { ...REPLICA, KmsKeyId: 'arn:of-the-snapshot' });
    const storage = { stores: decodeStoragePromises('main=', 'the test'), describe: describeRdsServers };
    expect(await outcomeOf('kms-encryption', 'main', { storage })).toMatchObject({ status: 'passed' });
  });

  it('is asked once a run, whatever is proven', async () => {
    const describe = jest.fn(describeRdsServers);
    await outcomeOf('multi-az', 'main', { storage: { stores: promised, describe } });
    expect(describe).toHaveBeenCalledTimes(1);
    expect(rds.commandCalls(DescribeDBInstancesCommand)).toHaveLength(2);
  });

  it('is skipped with the reason where RDS can’t be asked, is not worth its price, or is somebody else’s', async () => {
    rds.on(DescribeDBInstancesCommand).rejects(Object.assign(new Error('no way'), { name: 'TimeoutError' }));
    const reasonOf = async (on: Parameters<typeof outcomeOf>[2]): Promise<unknown> => {
      const outcome = await outcomeOf('multi-az', 'main', on);
      return outcome.status === 'skipped' ? outcome.reason : outcome;
    };
    expect(await reasonOf({})).toBe('RDS could not be asked: TimeoutError: no way');
    expect(await reasonOf({ topology: { ...topology, world: 'local' } })).toBe('needs AWS');
    const primary = { ...main.primary, region: 'us-east-1' };
    const stores = {
      main: { kind: 'postgres', engine: 'postgres', database: 'main', ...main, primary, secrets },
    } as const;
    described(PRIMARY);
    expect(await reasonOf({ topology: { ...topology, stores } })).toMatch(/^the primary of main stands in us-east-1/);
    expect(await reasonOf({ storage: { stores: {}, describe: describeRdsServers } })).toMatch(/^an imported database/);
    expect(await reasonOf({ storage: undefined as never })).toMatch(/^this stage pays for no way/);
  });

  it.each(['', 'main', '=of-the-store', '{"main":{}}'])('promises that read %j are refused', (text) => {
    expect(() => decodeStoragePromises(text, 'POLYSTORE_STORAGE')).toThrow('the storage promises of POLYSTORE_STORAGE');
  });
});

describe('the last report', () => {
  const failure = (subject: string, reason = 'ECONNREFUSED'): Failed => ({
    status: 'failed',
    store: 'posts',
    subject,
    check: 'serves-reads',
    promise: 'It serves reads.',
    durationMs: 3,
    evidence: { lag: 1 },
    reason,
    unaffected: 'the rest',
    next: 'look',
  });
  const failedReport = (outcomes: readonly Failed[]): SmokeReport => ({
    ...report,
    outcomes,
    counts: { passed: 0, failed: outcomes.length, skipped: 0 },
  });
  const kept = (family: StoreFamily, value: string | Error): void => {
    const asked = ssm.on(GetParameterCommand, { Name: `/blog/prod/smoke/last-report/${family}` });
    if (value instanceof Error) asked.rejects(value);
    else asked.resolves({ Parameter: { Value: value } });
  };
  const read = (...families: readonly StoreFamily[]) => readLastReport({ prefix: '/blog/prod', families });
  const PLAIN = { dim: String, green: String, red: String };

  it('is read from the parameters of each family, and shown as one', async () => {
    kept('relational', encodeLastReport(failedReport([failure('posts/s0')])));
    kept('valkey', encodeLastReport(reportOf(['sessions'], { run: 'c', startedAt: '2030-01-02T02:00:00.000Z' })));
    expect(renderLastReport(await read('relational', 'valkey'), PLAIN)).toBe(
      [
        'blog/prod as it was proven at 2030-01-02T02:00:00.000Z',
        '✗ posts     0/1',
        '✓ sessions  1/1',
        '✗ posts/s0 serves-reads: ECONNREFUSED',
        '  unaffected: the rest',
        '  next: look',
        'the whole report of relational is in the log group /aws/lambda/blog-prod-smoke-relational, run r',
        'the whole report of valkey is in the log group /aws/lambda/blog-prod-smoke-valkey, run c',
        '1 passed, 1 failed, 0 skipped',
        '',
      ].join('\n'),
    );
  });

  it('names a family of which nothing was proven yet', async () => {
    kept('relational', encodeLastReport(reportOf(['main'])));
    kept('neptune', 'none yet');
    const last = await read('relational', 'neptune');
    expect(last).toMatchObject({ notProven: ['neptune'], counts: { passed: 1 }, runs: { relational: 'r' } });
    expect(renderLastReport(last, PLAIN)).toContain('- neptune: nothing was proven yet');
  });

  it('is of the families that are deployed', async () => {
    const { stores, services, trust, tier, stage, world } = deployed;
    const { main } = stores;
    const parts = {
      tier: { part: 'tier', version: 1, tier, stage, world, trust, services, stores: { main: [] } },
      'stores/main': {
        part: 'store',
        version: 1,
        store: 'main',
        topology: { ...main, secrets: undefined, owner: 'o' },
      },
      'access/main': { part: 'access', version: 1, store: 'main', ...logins },
    };
    ssm.on(GetParametersByPathCommand).resolves({
      Parameters: Object.entries(parts).map(([path, part]) => ({
        Name: `/blog/prod/${path}`,
        Value: JSON.stringify(part),
      })),
    });
    kept('relational', encodeLastReport(reportOf(['main'])));
    expect(await readLastReport({ prefix: '/blog/prod' })).toMatchObject({ runs: { relational: 'r' }, notProven: [] });
  });

  it('fits where it is kept, however much failed, and counts what it leaves out', async () => {
    const many = Array.from({ length: 2_700 }, (_, shard) => failure(`posts/s${shard}`, 'ü'.repeat(shard * 50 + 1)));
    const text = encodeLastReport(failedReport(many));
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(4_096);
    kept('relational', text);
    const { failures, omitted } = await read('relational');
    expect(failures.length).toBeGreaterThan(5);
    expect(failures.length + omitted).toBe(2_700);
  });

  it.each([
    ['was not deployed', Object.assign(new Error('no'), { name: 'ParameterNotFound' }), 'DOCUMENT_MISSING'],
    ['was not proven yet', 'none yet', 'DOCUMENT_MISSING'],
    ['was proven by another version', '{"version":7}', 'DOCUMENT_INVALID'],
    ['has something else there', 'hello', 'DOCUMENT_INVALID'],
  ])('of a tier that %s is refused', async (_what, value, code) => {
    kept('relational', value);
    kept('valkey', value);
    await expect(read('relational', 'valkey')).rejects.toMatchObject({ code });
  });
});
