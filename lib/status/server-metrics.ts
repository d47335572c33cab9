import type { MetricDataQuery } from '@aws-sdk/client-cloudwatch';
import type { AwsScope } from './aws-tier-status';
import type { ExpectedServer, ServerSort } from './expected-server';

/** The last values of a server's metrics; absent where there were none lately. */
export interface ServerMetrics {
  readonly lagMs?: number;
  readonly connections?: number;
  readonly dbLoad?: number;
  readonly memoryBytes?: number;
  readonly memoryPercent?: number;
  /** 1 or 0. */
  readonly isPrimary?: number;
}

/** @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricData.html (MetricDataQueries) */
const QUERIES_PER_CALL = 500;
/** Metrics come a minute late, those of Neptune every five, and some times bring none. */
const LOOK_BACK_MS = 10 * 60 * 1000;

interface Reading {
  readonly metric: string;
  readonly as: keyof ServerMetrics;
  /** What one unit of the metric is in the field's. @default 1 */
  readonly factor?: number;
  /** Dimensions beside the server's own. @default - none */
  readonly beside?: Readonly<Record<string, string>>;
}

/** Where the metrics of a sort of server are kept, and which of them are shown. */
interface Readings {
  readonly namespace: string;
  readonly dimension: string;
  readonly readings: readonly Reading[];
  /** Dimensions whose values AWS makes up: the metric is searched for. @default - all are known */
  readonly found?: readonly string[];
  /** What a replica's lag is where no metric came. */
  readonly silentLag: 'unknown' | 0;
}

const OF_DATABASES: readonly Reading[] = [
  { metric: 'DatabaseConnections', as: 'connections' },
  { metric: 'DBLoad', as: 'dbLoad' },
];

const rds = (...readings: readonly Reading[]): Readings => ({
  namespace: 'AWS/RDS',
  dimension: 'DBInstanceIdentifier',
  readings: [...OF_DATABASES, ...readings],
  silentLag: 'unknown',
});

/** A sort of server without a row does not compile. Dimensions are those of lib/catalog/metrics.ts; a test compares them. */
export const READINGS: Readonly<Record<ServerSort, Readings>> = {
  postgres: rds({ metric: 'ReplicaLag', as: 'lagMs', factor: 1_000 }),
  'aurora-postgres': rds({ metric: 'AuroraReplicaLag', as: 'lagMs' }),
  cacheNode: {
    namespace: 'AWS/ElastiCache',
    dimension: 'CacheClusterId',
    readings: [
      { metric: 'IsMaster', as: 'isPrimary' },
      { metric: 'ReplicationLag', as: 'lagMs', factor: 1_000 },
      // Each node is a cluster of its own, and the first there.
      { metric: 'CurrConnections', as: 'connections', beside: { CacheNodeId: '0001' } },
      { metric: 'BytesUsedForCache', as: 'memoryBytes' },
      { metric: 'DatabaseMemoryUsagePercentage', as: 'memoryPercent' },
    ],
    silentLag: 'unknown',
  },
  serverlessCache: {
    namespace: 'AWS/ElastiCache',
    dimension: 'ServerlessCacheName',
    readings: [
      { metric: 'CurrConnections', as: 'connections' },
      { metric: 'BytesUsedForCache', as: 'memoryBytes' },
    ],
    silentLag: 'unknown',
  },
  // What a table has to do is told by operation, and to nobody's surprise.
  table: { namespace: 'AWS/DynamoDB', dimension: 'TableName', readings: [], silentLag: 'unknown' },
  documentServer: {
    namespace: 'AWS/DocDB',
    dimension: 'DBInstanceIdentifier',
    readings: [
      { metric: 'DatabaseConnections', as: 'connections' },
      { metric: 'DBInstanceReplicaLag', as: 'lagMs' },
    ],
    silentLag: 'unknown',
  },
  elasticCluster: {
    namespace: 'AWS/DocDB-Elastic',
    dimension: 'ClusterName',
    found: ['ClusterId'],
    readings: [{ metric: 'DatabaseConnections', as: 'connections' }],
    silentLag: 'unknown',
  },
  graphServer: {
    namespace: 'AWS/Neptune',
    dimension: 'DBInstanceIdentifier',
    readings: [{ metric: 'ClusterReplicaLag', as: 'lagMs' }],
    // Neptune sends metrics only while they are not zero.
    silentLag: 0,
  },
};

/** Metrics of servers by identifier, as many in a call as CloudWatch takes. */
export async function readMetrics(
  scope: AwsScope,
  servers: readonly ExpectedServer[],
): Promise<ReadonlyMap<string, ServerMetrics>> {
  const { CloudWatchClient, paginateGetMetricData } = await import('@aws-sdk/client-cloudwatch');
  const client = new CloudWatchClient(scope);
  const asked = servers.flatMap(({ identifier, sort }) =>
    READINGS[sort].readings.map((reading) => ({ identifier, sort, reading })),
  );
  const range = { StartTime: new Date(Date.now() - LOOK_BACK_MS), EndTime: new Date() };
  const found = new Map<string, ServerMetrics>();
  for (let from = 0; from < asked.length; from += QUERIES_PER_CALL) {
    const part = asked.slice(from, from + QUERIES_PER_CALL);
    const MetricDataQueries = part.map(({ identifier, sort, reading }, index) =>
      queryOf(index, identifier, READINGS[sort], reading),
    );
    for await (const { MetricDataResults = [] } of paginateGetMetricData({ client }, { ...range, MetricDataQueries })) {
      for (const { Id = '', Values = [] } of MetricDataResults) {
        const { identifier, reading } = part[Number(Id.slice(1))] ?? {};
        // The latest comes first.
        const [value] = Values;
        if (identifier === undefined || reading === undefined || value === undefined) continue;
        found.set(identifier, { [reading.as]: value * (reading.factor ?? 1), ...found.get(identifier) });
      }
    }
  }
  return found;
}

const PERIOD_SECONDS = 60;

function queryOf(
  index: number,
  identifier: string,
  { namespace, dimension, found }: Readings,
  { metric, beside = {} }: Reading,
): MetricDataQuery {
  const Id = `m${index}`;
  if (found !== undefined) {
    const schema = [namespace, dimension, ...found].join(',');
    const search = `SEARCH('{${schema}} MetricName="${metric}" ${dimension}="${identifier}"', 'Average', ${PERIOD_SECONDS})`;
    return { Id, Expression: search };
  }
  const dimensions = Object.entries({ [dimension]: identifier, ...beside });
  return {
    Id,
    MetricStat: {
      Metric: {
        Namespace: namespace,
        MetricName: metric,
        Dimensions: dimensions.map(([Name, Value]) => ({ Name, Value })),
      },
      Period: PERIOD_SECONDS,
      Stat: 'Average',
    },
  };
}
