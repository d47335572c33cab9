import {
  DescribeReplicationGroupsCommand,
  DescribeServerlessCacheSnapshotsCommand,
  DescribeServerlessCachesCommand,
  DescribeSnapshotsCommand,
  ElastiCacheClient,
} from '@aws-sdk/client-elasticache';
import { DescribeDBClustersCommand, RDSClient, type DBCluster } from '@aws-sdk/client-rds';
import { DescribeContinuousBackupsCommand, DescribeTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import { proveBackups, type BackedUp } from '../../lib/smoke/backups';
import { promisedBackups, type BackupPromises } from '../../lib/smoke/backups-check';
import { provesDocumentDb } from '../../lib/smoke/documentdb-store';
import { provesDynamoDb } from '../../lib/smoke/dynamodb-store';
import { provesNeptune } from '../../lib/smoke/neptune-store';
import { runCheck } from '../../lib/smoke/run-check';
import { TierUnderTest } from '../../lib/smoke/tier-under-test';
import { provesValkey } from '../../lib/smoke/valkey-store';
import { describeCacheBackups } from '../../lib/sources/cache-backups';
import { describeClusterBackups } from '../../lib/sources/rds-servers';
import type {
  DocumentDbTopology,
  DynamoDbTopology,
  NeptuneTopology,
  Topology,
  ValkeyTopology,
} from '../../lib/topology';
import type { Check } from '../../lib/smoke';

const NOW = Date.parse('2030-01-02T12:00:00Z');
const minutesAgo = (minutes: number, from = NOW): Date => new Date(from - minutes * 60_000);
const backedUp = (server: BackedUp['server'], label = 'main'): BackedUp => ({ label, server });
const well = backedUp({ backupDays: 14, restorableTo: minutesAgo(4), madeAt: minutesAgo(90_000) });

test('backups that come are proven, by the oldest', () => {
  const later = backedUp({ backupDays: 14, restorableTo: minutesAgo(60) }, 'posts/s1');
  expect(proveBackups([well, later], NOW)).toEqual({ primaries: 2, oldestMinutes: 60 });
});

test.each([
  ['were turned off', { backupDays: 0, restorableTo: minutesAgo(4) }, 'posts/s1 keeps no backups'],
  ['stopped', { backupDays: 7, restorableTo: minutesAgo(61) }, 'posts/s1 can be restored to 61 minutes ago only'],
  ['never came', { backupDays: 7, madeAt: minutesAgo(120) }, 'posts/s1 has no backup to restore'],
  ['are not told of', {}, 'posts/s1 has no backup to restore'],
])('backups that %s fail, and name whose', (_, server, reason) => {
  expect(() => proveBackups([well, backedUp(server, 'posts/s1')], NOW)).toThrow(reason);
});

test('a server that was just made has time for its first backup', () => {
  const young = backedUp({ backupDays: 7, madeAt: minutesAgo(119) }, 'posts/s1');
  expect(proveBackups([well, young], NOW)).toEqual({ primaries: 1, oldestMinutes: 4 });
  expect(() => proveBackups([young], NOW)).toThrow('less than 2 hours ago');
});

const DAY = 24 * 60;

test('snapshots of a day may be as old as the next takes to come, and its window and hours of writing', () => {
  const daily = (minutes: number, window = 60) =>
    backedUp({ backupDays: 7, restorableTo: minutesAgo(minutes), everyMinutes: DAY + window }, 'sessions');
  const latest = DAY + 60 + 360;
  expect(proveBackups([daily(latest)], NOW)).toEqual({ primaries: 1, oldestMinutes: latest });
  expect(() => proveBackups([daily(latest + 1)], NOW)).toThrow(`sessions can be restored to ${latest + 1} minutes ago`);
  expect(() => proveBackups([daily(3 * DAY)], NOW)).toThrow('sessions can be restored to 3 days ago only');
  expect(proveBackups([daily(latest + 60, 120)], NOW)).toEqual({ primaries: 1, oldestMinutes: latest + 60 });
  const young = (minutes: number) => backedUp({ backupDays: 7, everyMinutes: DAY, madeAt: minutesAgo(minutes) });
  expect(() => proveBackups([young(DAY + 359)], NOW)).toThrow('made less than 30 hours ago');
  expect(() => proveBackups([young(DAY + 360)], NOW)).toThrow('main has no backup to restore');
});

describe('asked of AWS', () => {
  const dynamodb = mockClient(DynamoDBClient);
  const rds = mockClient(RDSClient);
  const elasticache = mockClient(ElastiCacheClient);
  beforeEach(() => [dynamodb, rds, elasticache].forEach((client) => client.reset()));
  const topology = { version: 1, tier: 'blog', stage: 'prod', world: 'aws', stores: {}, services: {} } as Topology;
  const tier = () => new TierUnderTest({ topology, timeoutMs: 1_000 });
  const outcomeOf = async (check: Check | undefined) => {
    const { signal } = new AbortController();
    return (await runCheck(check as Check, { run: 'r', deadlineMs: 5_000, signal, world: 'aws' }).outcome) as {
      readonly status: string;
      readonly reason?: string;
    };
  };

  beforeAll(() => (process.env['AWS_REGION'] = 'eu-west-1'));
  afterAll(() => delete process.env['AWS_REGION']);

  it('a table says until when it can be restored', async () => {
    const table = { kind: 'dynamodb', table: 'scores', partitionKey: { name: 'id', type: 'string' }, indexes: [] };
    const check = () =>
      provesDynamoDb(tier())
        .dynamodb('scores', table as unknown as DynamoDbTopology)
        .find(({ name }) => name === 'backups-current');
    dynamodb.on(DescribeTableCommand).resolves({ Table: { CreationDateTime: minutesAgo(9_000, Date.now()) } });
    const told = (status: 'ENABLED' | 'DISABLED', minutes?: number) =>
      dynamodb.on(DescribeContinuousBackupsCommand).resolves({
        ContinuousBackupsDescription: {
          ContinuousBackupsStatus: 'ENABLED',
          PointInTimeRecoveryDescription: {
            PointInTimeRecoveryStatus: status,
            ...(minutes !== undefined && { LatestRestorableDateTime: minutesAgo(minutes, Date.now()) }),
          },
        },
      });
    told('ENABLED', 5);
    expect(await outcomeOf(check())).toMatchObject({ status: 'passed' });
    told('DISABLED');
    expect(await outcomeOf(check())).toMatchObject({ reason: expect.stringMatching(/^scores keeps no backups/) });
    told('ENABLED');
    expect(await outcomeOf(check())).toMatchObject({ reason: 'scores has no backup to restore' });
  });

  const HOST = 'club-prod-profiles.cluster-c1.eu-west-1.docdb.amazonaws.com';
  const now = (minutes: number): Date => minutesAgo(minutes, Date.now());
  const secrets = { read: () => Promise.reject(new Error('no database is asked')) };
  const promised = (text: string | undefined, asked: Omit<BackupPromises, 'stores'>) => promisedBackups(text, asked);
  const rdsPromises = (text?: string) => promised(text, { service: 'RDS', describe: describeClusterBackups });
  const named = (checks: readonly Check[]) => checks.find(({ name }) => name === 'backups-current');
  const serverAt = (host: string) => ({ name: 'primary', endpoint: { host, port: 1, via: 'direct' } });

  const documents = (text?: string, changes: Partial<DocumentDbTopology> = {}) => {
    const store = {
      kind: 'documentdb',
      primary: serverAt(HOST),
      replicas: [],
      replicaSet: 'rs0',
      secrets: {},
      ...changes,
    };
    return named(
      provesDocumentDb(
        secrets,
        rdsPromises(text),
      )(tier()).documentdb('profiles', store as unknown as DocumentDbTopology),
    );
  };
  const graph = (text?: string) => {
    const store = { kind: 'neptune', primary: serverAt(HOST), replicas: [] };
    const backups = rdsPromises(text);
    return named(
      provesNeptune({ ...(backups && { backups }) })(tier()).neptune('profiles', store as unknown as NeptuneTopology),
    );
  };

  describe.each([
    ['of documents', documents],
    ['of a graph', graph],
  ] as const)('a cluster %s', (_, check) => {
    const told = (changes: DBCluster) =>
      rds
        .on(DescribeDBClustersCommand)
        .resolves({ DBClusters: [{ Endpoint: 'another', BackupRetentionPeriod: 0 }], Marker: 'more' })
        .on(DescribeDBClustersCommand, { Marker: 'more' })
        .resolves({ DBClusters: [{ Endpoint: HOST, ClusterCreateTime: now(9_000), ...changes }] });

    it.each([
      ['come', { BackupRetentionPeriod: 35, LatestRestorableTime: now(5) }, { status: 'passed' }],
      ['were turned off', { BackupRetentionPeriod: 0, LatestRestorableTime: now(5) }, /^profiles keeps no backups/],
      [
        'stopped',
        { BackupRetentionPeriod: 35, LatestRestorableTime: now(90) },
        /^profiles can be restored to 90 minutes/,
      ],
      ['never came', { BackupRetentionPeriod: 35 }, /^profiles has no backup/],
    ] as const)('says that its backups %s', async (_what, changes, expected) => {
      told(changes);
      const outcome = await outcomeOf(check('profiles other'));
      if (expected instanceof RegExp) {
        expect(outcome).toMatchObject({ status: 'failed', reason: expect.stringMatching(expected) as unknown });
      } else expect(outcome).toMatchObject(expected);
    });

    it('is missed where RDS does not know it, and skipped where RDS does not answer', async () => {
      rds.on(DescribeDBClustersCommand).resolves({ DBClusters: [] });
      expect(await outcomeOf(check('profiles'))).toMatchObject({ reason: `RDS knows nothing of ${HOST}` });
      rds.on(DescribeDBClustersCommand).rejects(new Error('no way'));
      expect(await outcomeOf(check('profiles'))).toMatchObject({
        status: 'skipped',
        reason: expect.stringMatching(/^RDS could not be asked: .*no way/) as unknown,
      });
    });

    it('is skipped with the reason where nothing is promised, and nobody is asked', async () => {
      expect(await outcomeOf(check(''))).toMatchObject({ reason: 'the definition asks for no backups' });
      expect(await outcomeOf(check())).toMatchObject({
        status: 'skipped',
        reason: expect.stringMatching(/^this stage pays for no way to ask/) as unknown,
      });
      expect(rds.calls()).toEqual([]);
    });
  });

  it('an elastic cluster can be asked by nobody', async () => {
    const elastic = documents('profiles', { replicaSet: undefined as never });
    expect(await outcomeOf(elastic)).toMatchObject({
      status: 'skipped',
      reason: expect.stringMatching(/^AWS has no way to the API of elastic clusters/) as unknown,
    });
  });

  describe('a cache', () => {
    const CACHE = 'master.sessions.abc.euw1.cache.amazonaws.com';
    const check = (host = CACHE, text: string | undefined = 'sessions') => {
      const store = { kind: 'valkey', primary: serverAt(host), replicas: [], secrets: {} };
      const backups = promised(text, { service: 'ElastiCache', describe: describeCacheBackups });
      return named(provesValkey(secrets, backups)(tier()).valkey('sessions', store as unknown as ValkeyTopology));
    };
    const group = (changes: object = {}) =>
      elasticache
        .on(DescribeReplicationGroupsCommand)
        .resolves({
          ReplicationGroups: [{ NodeGroups: [{ PrimaryEndpoint: { Address: 'another' } }] }],
          Marker: 'more',
        })
        .on(DescribeReplicationGroupsCommand, { Marker: 'more' })
        .resolves({
          ReplicationGroups: [
            {
              ReplicationGroupId: 'fast-live-sessions',
              NodeGroups: [{ PrimaryEndpoint: { Address: CACHE } }],
              SnapshotRetentionLimit: 7,
              SnapshotWindow: '23:30-01:00',
              ReplicationGroupCreateTime: now(9 * DAY),
              ...changes,
            },
          ],
        });
    const snapshot = (minutes: readonly number[], SnapshotStatus = 'available') => ({
      SnapshotStatus,
      NodeSnapshots: minutes.map((age) => ({ SnapshotCreateTime: now(age) })),
    });
    const snapshots = (...all: readonly ReturnType<typeof snapshot>[]) =>
      elasticache
        .on(DescribeSnapshotsCommand, { ReplicationGroupId: 'fast-live-sessions', SnapshotSource: 'system' })
        .resolves({ Snapshots: [...all] });

    it('of nodes is as old as the newest whole snapshot of its oldest shard', async () => {
      group();
      snapshots(snapshot([5 * DAY]), snapshot([600, 700]), snapshot([60], 'creating'));
      expect(await outcomeOf(check())).toMatchObject({ status: 'passed', evidence: { oldestMinutes: 700 } });
    });

    it('of nodes with slots is known by one name for all of them', async () => {
      group({ NodeGroups: [{}], ConfigurationEndpoint: { Address: CACHE } });
      snapshots(snapshot([600]));
      expect(await outcomeOf(check())).toMatchObject({ status: 'passed' });
    });

    it('fails where its snapshots did not come, were turned off or never came', async () => {
      group();
      // A day, the window of an hour and a half, and six hours.
      snapshots(snapshot([DAY + 90 + 361]));
      expect(await outcomeOf(check())).toMatchObject({
        reason: expect.stringMatching(/^sessions can be restored to 1891/),
      });
      snapshots();
      expect(await outcomeOf(check())).toMatchObject({ reason: 'sessions has no backup to restore' });
      group({ SnapshotRetentionLimit: 0 });
      expect(await outcomeOf(check())).toMatchObject({ reason: expect.stringMatching(/^sessions keeps no backups/) });
    });

    it('that is serverless tells of snapshots of its own', async () => {
      elasticache
        .on(DescribeReplicationGroupsCommand)
        .resolves({ ReplicationGroups: [] })
        .on(DescribeServerlessCachesCommand)
        .resolves({
          ServerlessCaches: [
            {
              ServerlessCacheName: 'fast-live-pages',
              Endpoint: { Address: 'pages', Port: 6379 },
              SnapshotRetentionLimit: 7,
              CreateTime: now(9 * DAY),
            },
          ],
        });
      const told = (minutes: number, Status = 'available') =>
        elasticache
          .on(DescribeServerlessCacheSnapshotsCommand, {
            ServerlessCacheName: 'fast-live-pages',
            SnapshotType: 'automated',
          })
          .resolves({ ServerlessCacheSnapshots: [{ Status, CreateTime: now(minutes) }] });
      told(DAY);
      expect(await outcomeOf(check('pages'))).toMatchObject({ status: 'passed', evidence: { oldestMinutes: DAY } });
      told(DAY + 361);
      expect(await outcomeOf(check('pages'))).toMatchObject({ status: 'failed' });
      told(60, 'creating');
      expect(await outcomeOf(check('pages'))).toMatchObject({ reason: 'sessions has no backup to restore' });
      expect(await outcomeOf(check('nowhere'))).toMatchObject({ reason: 'ElastiCache knows nothing of nowhere' });
    });

    it('is skipped where the definition asks for no backups', async () => {
      expect(await outcomeOf(check(CACHE, ''))).toMatchObject({ reason: 'the definition asks for no backups' });
    });
  });
});
