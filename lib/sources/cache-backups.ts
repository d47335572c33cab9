import type {
  ElastiCacheClient,
  ReplicationGroup,
  ServerlessCache,
  ServerlessCacheSnapshot,
  Snapshot,
} from '@aws-sdk/client-elasticache';
import { notInstalled } from '../errors';
import type { BackupDescriber, DescribedBackups } from './described-backups';

/** Where there is no way to ElastiCache's API nothing answers: found out soon, since a check waits for it. In milliseconds. */
const TIMEOUTS = { connectionTimeout: 3_000, requestTimeout: 5_000 };

const DAY_MINUTES = 24 * 60;

/**
 * Asks ElastiCache for a cache, of nodes or serverless, and for its automatic snapshots. The SDK is loaded at the first call.
 * @throws what the SDK throws: no way to the API, no right to ask
 */
export const describeCacheBackups: BackupDescriber = async (host) => {
  const sdk = await import('@aws-sdk/client-elasticache').catch(notInstalled('@aws-sdk/client-elasticache'));
  const client = new sdk.ElastiCacheClient({ maxAttempts: 2, requestHandler: TIMEOUTS });
  try {
    return (await ofNodes(sdk, client, host)) ?? (await ofServerless(sdk, client, host));
  } finally {
    client.destroy();
  }
};

type Sdk = typeof import('@aws-sdk/client-elasticache');

async function ofNodes(sdk: Sdk, client: ElastiCacheClient, host: string): Promise<DescribedBackups | undefined> {
  for await (const { ReplicationGroups = [] } of sdk.paginateDescribeReplicationGroups({ client }, {})) {
    const group = ReplicationGroups.find((each) => hostsOf(each).includes(host));
    if (group === undefined) continue;
    const taken: Date[] = [];
    const asked = { ReplicationGroupId: group.ReplicationGroupId, SnapshotSource: 'system' };
    for await (const { Snapshots = [] } of sdk.paginateDescribeSnapshots({ client }, asked))
      taken.push(...Snapshots.flatMap(takenAt));
    const {
      SnapshotRetentionLimit: backupDays = 0,
      ReplicationGroupCreateTime: madeAt,
      SnapshotWindow: window,
    } = group;
    return describe({ backupDays, madeAt, windowMinutes: minutesOf(window), taken });
  }
  return undefined;
}

async function ofServerless(sdk: Sdk, client: ElastiCacheClient, host: string): Promise<DescribedBackups | undefined> {
  for await (const { ServerlessCaches = [] } of sdk.paginateDescribeServerlessCaches({ client }, {})) {
    const cache = ServerlessCaches.find((each: ServerlessCache) => each.Endpoint?.Address === host);
    if (cache === undefined) continue;
    const taken: Date[] = [];
    const asked = { ServerlessCacheName: cache.ServerlessCacheName, SnapshotType: 'automated' };
    for await (const page of sdk.paginateDescribeServerlessCacheSnapshots({ client }, asked))
      taken.push(...(page.ServerlessCacheSnapshots ?? []).flatMap(createdAt));
    const { SnapshotRetentionLimit: backupDays = 0, CreateTime: madeAt } = cache;
    return describe({ backupDays, madeAt, windowMinutes: 0, taken });
  }
  return undefined;
}

/** A group with slots has one name for all of it, one without a name for its primary. */
const hostsOf = ({ ConfigurationEndpoint, NodeGroups = [] }: ReplicationGroup): readonly (string | undefined)[] => [
  ConfigurationEndpoint?.Address,
  ...NodeGroups.map(({ PrimaryEndpoint }) => PrimaryEndpoint?.Address),
];

/** A snapshot is as old as its oldest shard's; one that is not whole yet is none. */
function takenAt({ SnapshotStatus, NodeSnapshots = [] }: Snapshot): readonly Date[] {
  const times = NodeSnapshots.flatMap(({ SnapshotCreateTime: time }) => time?.getTime() ?? []);
  return SnapshotStatus === 'available' && times.length > 0 ? [new Date(Math.min(...times))] : [];
}

const createdAt = ({ Status, CreateTime }: ServerlessCacheSnapshot): readonly Date[] =>
  Status?.toLowerCase() === 'available' && CreateTime !== undefined ? [CreateTime] : [];

function describe({
  backupDays,
  madeAt,
  windowMinutes,
  taken,
}: {
  readonly backupDays: number;
  readonly madeAt: Date | undefined;
  /** Any of which the next may begin in. */
  readonly windowMinutes: number;
  readonly taken: readonly Date[];
}): DescribedBackups {
  const newest = taken.reduce<Date | undefined>((last, each) => (last && last > each ? last : each), undefined);
  return {
    backupDays,
    everyMinutes: DAY_MINUTES + windowMinutes,
    ...(newest !== undefined && { restorableTo: newest }),
    ...(madeAt !== undefined && { madeAt }),
  };
}

/** Of a window as `23:30-01:00`. */
function minutesOf(window: string | undefined): number {
  const [, fromHour, fromMinute, toHour, toMinute] = /^(\d\d):(\d\d)-(\d\d):(\d\d)$/.exec(window ?? '') ?? [];
  if (toMinute === undefined) return 0;
  const length = 60 * (Number(toHour) - Number(fromHour)) + Number(toMinute) - Number(fromMinute);
  return (length + DAY_MINUTES) % DAY_MINUTES;
}
