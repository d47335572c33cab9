import type { MetricDataQuery } from '@aws-sdk/client-cloudwatch';
import type { AwsScope, ExpectedServer } from './aws-tier-status';

/** The last values of a server's metrics; absent where there were none lately. */
export interface ServerMetrics {
  readonly lagMs?: number;
  readonly connections?: number;
  readonly dbLoad?: number;
}

/** @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricData.html (MetricDataQueries) */
const QUERIES_PER_CALL = 500;
/** Metrics come a minute late, and some minutes bring none. */
const LOOK_BACK_MS = 10 * 60 * 1000;

interface Reading {
  readonly metric: string;
  readonly as: keyof ServerMetrics;
  /** What one unit of the metric is in the field's. */
  readonly factor: number;
}

const COMMON: readonly Reading[] = [
  { metric: 'DatabaseConnections', as: 'connections', factor: 1 },
  { metric: 'DBLoad', as: 'dbLoad', factor: 1 },
];

const READINGS: Readonly<Record<ExpectedServer['engine'], readonly Reading[]>> = {
  postgres: [...COMMON, { metric: 'ReplicaLag', as: 'lagMs', factor: 1_000 }],
  'aurora-postgres': [...COMMON, { metric: 'AuroraReplicaLag', as: 'lagMs', factor: 1 }],
};

/** Metrics of servers by identifier, as many in a call as CloudWatch takes. */
export async function readMetrics(
  scope: AwsScope,
  servers: readonly ExpectedServer[],
): Promise<ReadonlyMap<string, ServerMetrics>> {
  const { CloudWatchClient, paginateGetMetricData } = await import('@aws-sdk/client-cloudwatch');
  const client = new CloudWatchClient(scope);
  const asked = servers.flatMap(({ identifier, engine }) =>
    READINGS[engine].map((reading) => ({ identifier, reading })),
  );
  const range = { StartTime: new Date(Date.now() - LOOK_BACK_MS), EndTime: new Date() };
  const found = new Map<string, ServerMetrics>();
  for (let from = 0; from < asked.length; from += QUERIES_PER_CALL) {
    const part = asked.slice(from, from + QUERIES_PER_CALL);
    const MetricDataQueries = part.map(({ identifier, reading }, index) => queryOf(index, identifier, reading.metric));
    for await (const { MetricDataResults = [] } of paginateGetMetricData({ client }, { ...range, MetricDataQueries })) {
      for (const { Id = '', Values = [] } of MetricDataResults) {
        const { identifier, reading } = part[Number(Id.slice(1))] ?? {};
        // The latest comes first.
        const [value] = Values;
        if (identifier === undefined || reading === undefined || value === undefined) continue;
        found.set(identifier, { [reading.as]: value * reading.factor, ...found.get(identifier) });
      }
    }
  }
  return found;
}

const queryOf = (index: number, identifier: string, metric: string): MetricDataQuery => ({
  Id: `m${index}`,
  MetricStat: {
    Metric: {
      Namespace: 'AWS/RDS',
      MetricName: metric,
      Dimensions: [{ Name: 'DBInstanceIdentifier', Value: identifier }],
    },
    Period: 60,
    Stat: 'Average',
  },
});
