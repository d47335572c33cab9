import { DescribeContinuousBackupsCommand, DescribeTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import { proveBackups, type BackedUp } from '../../lib/smoke/backups';
import { provesDynamoDb } from '../../lib/smoke/dynamodb-store';
import { runCheck } from '../../lib/smoke/run-check';
import { TierUnderTest } from '../../lib/smoke/tier-under-test';
import type { DynamoDbTopology, Topology } from '../../lib/topology';
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
  expect(() => proveBackups([young], NOW)).toThrow('less than two hours ago');
});

describe('asked of AWS', () => {
  const dynamodb = mockClient(DynamoDBClient);
  beforeEach(() => dynamodb.reset());
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
});
