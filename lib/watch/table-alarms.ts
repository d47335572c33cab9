import type { AlarmGroup, AlarmRow } from './alarm-row';
import { SOURCES } from './sources';
import type { WatchedTable, WatchedTableIndex, WatchedTableReplica } from './watched';

/** Most metrics of a table come only with what they count. */
const TABLE = { periodSeconds: 60, missing: 'notBreaching', runbook: 'throttling' } as const;

/** The API's reference says that CloudWatch ignores it always, its guide that it does by default: then an alarm stays as it is until data comes. */
const IGNORED = `of DynamoDB alone, CloudWatch may ignore missing data whatever an alarm asks for (${SOURCES.putMetricAlarm})`;

const NO_FIGURE = `${SOURCES.recommended}, which leaves the figure to who uses it`;

const ROWS: readonly AlarmRow<WatchedTable>[] = [
  ...(['ReadThrottleEvents', 'WriteThrottleEvents'] as const).map((metric): AlarmRow<WatchedTable> => ({
    ...TABLE,
    name: metric,
    reads: { metric, statistic: 'Sum' },
    unit: 'Count',
    datapoints: [3, 5],
    comparison: 'above',
    threshold: () => 0,
    rule: 'any',
    severity: 'page',
    meaning:
      metric === 'ReadThrottleEvents'
        ? 'DynamoDB refuses reads of the table: of a sharded store, routers don’t find shards'
        : 'DynamoDB refuses writes to the table: of a sharded store, nothing can be placed',
    source: `${NO_FIGURE}: the kit takes any that goes on, which retries did not hide; ${IGNORED}`,
  })),
  {
    ...TABLE,
    name: 'SystemErrors',
    reads: { metric: 'SystemErrors', statistic: 'Sum' },
    unit: 'Count',
    datapoints: [15, 15],
    comparison: 'above',
    threshold: () => 0,
    rule: 'any, for a quarter of an hour',
    severity: 'ticket',
    meaning: 'DynamoDB fails by itself, again and again',
    source: `${NO_FIGURE}; ${IGNORED}`,
  },
  {
    ...TABLE,
    name: 'SuccessfulRequestLatency',
    reads: { metric: 'SuccessfulRequestLatency', statistic: 'Average', dimensions: { Operation: 'GetItem' } },
    unit: 'Milliseconds',
    datapoints: [10, 10],
    comparison: 'above',
    threshold: () => 50,
    rule: '50 ms',
    severity: 'ticket',
    meaning: 'finding one item, as routers find a shard, takes longer than most queries',
    source: `${SOURCES.recommended}, which says that it is a few milliseconds and leaves the figure to who uses it; ${IGNORED}`,
  },
];

/** What a table is watched for, of a store of kind `dynamodb` as of a sharded one. */
export const TABLE_ALARMS: AlarmGroup<WatchedTable> = {
  watches: 'a table of DynamoDB: a store, or the placement or key directory of a sharded one',
  namespace: 'AWS/DynamoDB',
  dimensions: ({ tableName }) => ({ TableName: tableName }),
  rows: ROWS,
};

const INDEX_ROWS = (['ReadThrottleEvents', 'WriteThrottleEvents'] as const).map(
  (metric): AlarmRow<WatchedTableIndex> => ({
    ...TABLE,
    name: `Index${metric}`,
    reads: { metric, statistic: 'Sum' },
    unit: 'Count',
    datapoints: [3, 5],
    comparison: 'above',
    threshold: () => 0,
    rule: 'any',
    severity: 'page',
    meaning:
      metric === 'ReadThrottleEvents'
        ? 'DynamoDB refuses reads of the index'
        : 'the index does not keep up with its table: DynamoDB refuses writes to the table',
    source: `${NO_FIGURE}: the kit takes any that goes on, which retries did not hide; ${IGNORED}`,
  }),
);

/** What each global index of a table is watched for. */
export const TABLE_INDEX_ALARMS: AlarmGroup<WatchedTableIndex> = {
  watches: 'a global index of a table',
  namespace: 'AWS/DynamoDB',
  dimensions: ({ tableName, indexName }) => ({ TableName: tableName, GlobalSecondaryIndexName: indexName }),
  rows: INDEX_ROWS,
};

/** What each copy of a table in another region is watched for. */
export const TABLE_REPLICA_ALARMS: AlarmGroup<WatchedTableReplica> = {
  watches: 'a copy of a table in another region',
  namespace: 'AWS/DynamoDB',
  dimensions: ({ tableName, region }) => ({ TableName: tableName, ReceivingRegion: region }),
  rows: [
    {
      ...TABLE,
      name: 'ReplicationLatency',
      reads: { metric: 'ReplicationLatency', statistic: 'Average' },
      unit: 'Milliseconds',
      datapoints: [15, 15],
      comparison: 'above',
      threshold: () => 180_000,
      rule: '180,000 ms',
      severity: 'ticket',
      meaning: 'the copy is minutes behind: readers there see old items, and that much would be lost with this region',
      source: `${SOURCES.recommended}, which says that more than three minutes want to be looked at; ${IGNORED}`,
    },
  ],
};
