import {
  CloudWatchClient,
  DescribeAlarmsCommand,
  GetMetricDataCommand,
  type GetMetricDataInput,
} from '@aws-sdk/client-cloudwatch';
import { DescribeDBClustersCommand, DescribeDBInstancesCommand, RDSClient } from '@aws-sdk/client-rds';
import { GetParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { mockClient } from 'aws-sdk-client-mock';
import { encodeLastReport, type SmokeReport } from '../../lib/smoke';
import { awsTierStatus, isWell, renderStatus, type ServerRow } from '../../lib/status';
import type { PostgresDefinition } from '../../lib/definition';
import { blogTier, shardNames } from '../support/blog-tier';

const rds = mockClient(RDSClient);
const cloudWatch = mockClient(CloudWatchClient);
const ssm = mockClient(SSMClient);

const tier = blogTier('prod', { shards: ['s0'] });
const { maxConnections } = tier.stores['main'] as PostgresDefinition;
const plain = { dim: String, green: String, red: String, yellow: String };
const RESTORABLE = new Date(Date.now() - 4 * 60_000);

const report: SmokeReport = {
  version: 1,
  tier: 'blog',
  stage: 'prod',
  world: 'aws',
  run: 'r',
  startedAt: new Date(Date.now() - 3_600_000).toISOString(),
  durationMs: 1,
  counts: { passed: 40, failed: 0, skipped: 0 },
  outcomes: [],
};

/** Values by metric and identifier; every other metric brings nothing. */
const values: Readonly<Record<string, number>> = {
  'DatabaseConnections blog-prod-main-primary': 120,
  'DBLoad blog-prod-main-primary': 1.25,
  'ReplicaLag blog-prod-main-r1': 2.5,
  'AuroraReplicaLag blog-prod-posts-s0-a': 18,
};

const instance = (name: string, more: object = {}) => ({
  DBInstanceIdentifier: `blog-prod-${name}`,
  DBInstanceStatus: 'available',
  ...more,
});

/** A stage in which all is well; a test then breaks one thing. */
beforeEach(() => {
  for (const client of [rds, cloudWatch, ssm]) client.reset();
  rds.on(DescribeDBInstancesCommand).resolves({
    DBInstances: [
      instance('main-primary', { LatestRestorableTime: RESTORABLE }),
      instance('main-r1', { ReadReplicaSourceDBInstanceIdentifier: 'blog-prod-main-primary' }),
      instance('main-r2', { ReadReplicaSourceDBInstanceIdentifier: 'blog-prod-main-primary' }),
      instance('posts-s0-a', { DBClusterIdentifier: 'blog-prod-posts-s0' }),
      instance('posts-s0-b', { DBClusterIdentifier: 'blog-prod-posts-s0' }),
      { DBInstanceIdentifier: 'somebody-elses', DBInstanceStatus: 'failed' },
    ],
  });
  rds.on(DescribeDBClustersCommand).resolves({
    DBClusters: [
      {
        DBClusterIdentifier: 'blog-prod-posts-s0',
        LatestRestorableTime: RESTORABLE,
        DBClusterMembers: [
          { DBInstanceIdentifier: 'blog-prod-posts-s0-a', IsClusterWriter: false },
          { DBInstanceIdentifier: 'blog-prod-posts-s0-b', IsClusterWriter: true },
        ],
      },
    ],
  });
  cloudWatch.on(GetMetricDataCommand).callsFake(({ MetricDataQueries = [] }: GetMetricDataInput) => ({
    MetricDataResults: MetricDataQueries.map(({ Id, MetricStat }) => {
      const value = values[`${MetricStat?.Metric?.MetricName} ${MetricStat?.Metric?.Dimensions?.[0]?.Value}`];
      return { Id, Values: value === undefined ? [] : [value, 9_999] };
    }),
  }));
  cloudWatch.on(DescribeAlarmsCommand).resolves({ MetricAlarms: [] });
  ssm.on(GetParameterCommand).resolves({ Parameter: { Value: encodeLastReport(report) } });
});

const rowOf = (servers: readonly ServerRow[], name: string) => servers.find((server) => server.name === name);

it('shows roles, lag, load, the moment to restore to, and the last proof', async () => {
  const status = await awsTierStatus(tier);
  expect(isWell(status)).toBe(true);
  expect(status.servers.map(({ name, role }) => [name, role])).toEqual([
    ['primary', 'primary'],
    ['r1', 'replica'],
    ['r2', 'replica'],
    ['s0-a', 'replica'],
    ['s0-b', 'primary'],
  ]);
  expect(rowOf(status.servers, 'primary')).toMatchObject({
    connections: { used: 120, most: maxConnections },
    dbLoad: 1.25,
    restorableTo: RESTORABLE.toISOString(),
  });
  expect(status.servers.map(({ lagMs }) => lagMs)).toEqual([undefined, 2_500, 'unknown', 18, undefined]);
  expect(status.smoke).toEqual({ at: report.startedAt, counts: report.counts });
  const text = renderStatus(status, plain);
  expect(text).toMatch(/^STORE +SERVER +ROLE +LAG +CONNECTIONS +LOAD +RESTORABLE +STATE$/m);
  expect(text).toMatch(/^main +primary +primary +- +120\/\d+ +1\.3 +4 min ago +available$/m);
  expect(text).toMatch(/✓ smoke 40 passed, 0 failed, 0 skipped 1 h ago\n$/);
});

it('shows what fires, since when, and the runbook that the alarm names', async () => {
  cloudWatch.on(DescribeAlarmsCommand).resolves({
    MetricAlarms: [
      {
        AlarmName: 'blog-prod-main-r1-ReplicaLag',
        AlarmDescription:
          'blog-prod-main-r1: the replica falls behind. What to do: npx polystore runbook replica-lag. Threshold: 60 s',
        StateUpdatedTimestamp: new Date(Date.now() - 7 * 60_000),
      },
    ],
    CompositeAlarms: [{ AlarmName: 'blog-prod-main-page' }],
  });
  const status = await awsTierStatus(tier);
  expect(cloudWatch.commandCalls(DescribeAlarmsCommand)[0]?.args[0].input).toMatchObject({
    AlarmNamePrefix: 'blog-prod-',
    StateValue: 'ALARM',
  });
  expect(isWell(status)).toBe(false);
  expect(renderStatus(status, plain)).toContain(
    '✗ blog-prod-main-r1-ReplicaLag: blog-prod-main-r1: the replica falls behind, 7 min ago\n  next: npx polystore runbook replica-lag\n',
  );
  expect(status.alarms.map(({ name }) => name)).toContain('blog-prod-main-page');
});

it('names a server that is not there, and one that does not serve', async () => {
  rds
    .on(DescribeDBInstancesCommand)
    .resolves({ DBInstances: [instance('main-primary', { DBInstanceStatus: 'storage-full' })] });
  const status = await awsTierStatus(tier);
  expect(isWell(status)).toBe(false);
  expect(rowOf(status.servers, 'primary')).toMatchObject({ state: 'storage-full', isWell: false });
  expect(rowOf(status.servers, 'r1')).toMatchObject({ state: 'not there', isWell: false });
});

it('says what it may not ask, and shows everything else', async () => {
  const denied = Object.assign(new Error('no right'), { name: 'AccessDenied' });
  cloudWatch.on(GetMetricDataCommand).rejects(denied);
  cloudWatch.on(DescribeAlarmsCommand).rejects(denied);
  const status = await awsTierStatus(tier);
  expect(status.unknown).toEqual(['metrics: AccessDenied: no right', 'alarms: AccessDenied: no right']);
  expect(rowOf(status.servers, 'primary')).toMatchObject({ state: 'available', role: 'primary' });
  expect(renderStatus(status, plain)).toContain('? alarms: AccessDenied: no right\n');
});

it('fails as AWS refused it where nothing could be asked at all', async () => {
  const nobody = Object.assign(new Error('Could not load'), { name: 'CredentialsProviderError' });
  for (const client of [rds, cloudWatch, ssm]) client.rejects(nobody);
  await expect(awsTierStatus(tier)).rejects.toBe(nobody);
});

it('says how a deployed tier is proven, unless it may not know whether it was', async () => {
  ssm.on(GetParameterCommand).resolves({ Parameter: { Value: 'none yet' } });
  expect(renderStatus(await awsTierStatus(tier), plain)).toContain(
    '- never proven; next: npx polystore smoke --aws /blog/prod\n',
  );
  ssm.on(GetParameterCommand).rejects(Object.assign(new Error('no right'), { name: 'AccessDenied' }));
  const text = renderStatus(await awsTierStatus(tier), plain);
  expect(text).toContain('? last proof: AccessDenied: no right\n');
  expect(text).not.toContain('never proven');
});

it('asks for as many metrics at once as CloudWatch takes, and shows a tier that was never proven', async () => {
  ssm.on(GetParameterCommand).resolves({ Parameter: { Value: 'none yet' } });
  const { servers, smoke } = await awsTierStatus(blogTier('prod', { shards: shardNames(300) }));
  const calls = cloudWatch
    .commandCalls(GetMetricDataCommand)
    .map(({ args }) => args[0].input.MetricDataQueries?.length);
  expect(servers).toHaveLength(603);
  expect(calls).toEqual([500, 500, 500, 309]);
  expect(smoke).toBeUndefined();
});
