import { InvokeCommand, LambdaClient, ResourceNotFoundException } from '@aws-sdk/client-lambda';
import { type DBInstance, DescribeDBClustersCommand, DescribeDBInstancesCommand, RDSClient } from '@aws-sdk/client-rds';
import { GetParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { mockClient } from 'aws-sdk-client-mock';
import { awsChecks } from '../../lib/smoke/aws-checks';
import { runCheck } from '../../lib/smoke/run-check';
import { DatabasesUnderTest, type DatabasesUnderTestOptions } from '../../lib/smoke/databases-under-test';
import { TierUnderTest } from '../../lib/smoke/tier-under-test';
import { describeRdsServers } from '../../lib/sources/rds-servers';
import type { ServerTopology, Topology } from '../../lib/topology';
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

describe('invokeDeployedSmoke', () => {
  it('asks the Lambda of the tier for a report', async () => {
    lambda.on(InvokeCommand).resolves({ Payload: answer(report) });
    expect(await invokeDeployedSmoke({ prefix: '/blog/prod' })).toEqual(report);
    const [call] = lambda.commandCalls(InvokeCommand);
    expect(call?.args[0].input).toEqual({
      FunctionName: 'blog-prod-smoke-test',
      Payload: JSON.stringify({ onFailure: 'report' }),
    });
  });

  it('says so where the function threw', async () => {
    lambda
      .on(InvokeCommand)
      .resolves({ FunctionError: 'Unhandled', Payload: answer({ errorMessage: 'no such thing' }) });
    await expect(invokeDeployedSmoke({ prefix: '/blog/prod' })).rejects.toMatchObject({
      code: 'FUNCTION_FAILED',
      message: 'Lambda function blog-prod-smoke-test failed: no such thing',
    });
  });

  it('says so where no such tier is deployed', async () => {
    lambda.on(InvokeCommand).rejects(new ResourceNotFoundException({ message: 'gone', $metadata: {} }));
    await expect(invokeDeployedSmoke({ prefix: '/blog/prod' })).rejects.toMatchObject({ code: 'DOCUMENT_MISSING' });
  });

  it('refuses an answer that is no report', async () => {
    lambda.on(InvokeCommand).resolves({ Payload: answer({ hello: 'there' }) });
    await expect(invokeDeployedSmoke({ prefix: '/blog/prod' })).rejects.toMatchObject({ code: 'DOCUMENT_INVALID' });
  });
});

describe('smokeFunctionName', () => {
  it.each(['blog/prod', '/blog', '/blog/prod/', '/blog/prod/main', '', '//'])('refuses the prefix %j', (prefix) => {
    expect(() => smokeFunctionName(prefix)).toThrow('allowed is /<tier>/<stage>');
  });
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
  const reportOf = (outcomes: readonly Failed[]): SmokeReport => ({
    ...report,
    outcomes,
    counts: { passed: 0, failed: outcomes.length, skipped: 0 },
  });
  const kept = (value: string) => ssm.on(GetParameterCommand).resolves({ Parameter: { Value: value } });

  it('is read from the parameter of the tier, and shown', async () => {
    kept(encodeLastReport(reportOf([failure('posts/s0')])));
    const last = await readLastReport('/blog/prod');
    expect(ssm.commandCalls(GetParameterCommand)[0]?.args[0].input).toEqual({ Name: '/blog/prod/smoke/last-report' });
    expect(renderLastReport(last, { dim: String, green: String, red: String })).toBe(
      [
        'blog/prod as it was proven at 2030-01-02T03:04:05.000Z',
        '✗ posts  0/1',
        '✗ posts/s0 serves-reads: ECONNREFUSED',
        '  unaffected: the rest',
        '  next: look',
        'the whole report is in the log group /aws/lambda/blog-prod-smoke-test, run r',
        '0 passed, 1 failed, 0 skipped',
        '',
      ].join('\n'),
    );
  });

  it('fits where it is kept, however much failed, and counts what it leaves out', async () => {
    const many = Array.from({ length: 2_700 }, (_, shard) => failure(`posts/s${shard}`, 'ü'.repeat(shard * 50 + 1)));
    const text = encodeLastReport(reportOf(many));
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(4_096);
    kept(text);
    const { failures, omitted } = await readLastReport('/blog/prod');
    expect(failures.length).toBeGreaterThan(5);
    expect(failures.length + omitted).toBe(2_700);
  });

  it.each([
    ['was not deployed', Object.assign(new Error('no'), { name: 'ParameterNotFound' }), undefined, 'DOCUMENT_MISSING'],
    ['was not proven yet', undefined, 'none yet', 'DOCUMENT_MISSING'],
    ['was proven by another version', undefined, '{"version":7}', 'DOCUMENT_INVALID'],
    ['has something else there', undefined, 'hello', 'DOCUMENT_INVALID'],
  ])('of a tier that %s is refused', async (_what, error, value, code) => {
    if (error) ssm.on(GetParameterCommand).rejects(error);
    else kept(value ?? '');
    await expect(readLastReport('/blog/prod')).rejects.toMatchObject({ code });
  });
});
