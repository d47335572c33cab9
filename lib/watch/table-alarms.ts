import type { AlarmGroup, AlarmRow } from './alarm-row';
import { SOURCES } from './sources';
import type { WatchedTable } from './watched';

/** Most metrics of a table come only with what they count. */
const TABLE = { periodSeconds: 60, missing: 'notBreaching', runbook: 'throttling' } as const;

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
    meaning: `DynamoDB refuses ${metric === 'ReadThrottleEvents' ? 'reads: routers don’t find shards' : 'writes: nothing can be placed'}`,
    source: `${SOURCES.recommended}, which leaves the figure to who uses it: the kit takes any, since these tables are asked for little`,
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
    source: `${SOURCES.recommended}, which leaves the figure to who uses it`,
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
    meaning: 'finding a shard takes longer than most queries',
    source: `${SOURCES.recommended}, which says that it is a few milliseconds and leaves the figure to who uses it`,
  },
];

/** What the placement table and the key directory of a sharded store are watched for. */
export const TABLE_ALARMS: AlarmGroup<WatchedTable> = {
  watches: 'a placement table or key directory',
  namespace: 'AWS/DynamoDB',
  dimensions: ({ tableName }) => ({ TableName: tableName }),
  rows: ROWS,
};
