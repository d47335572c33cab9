import { cacheNodeHour, HOURS_A_MONTH, PRICES } from '../catalog';
import { byTime, byUse, groupBy } from './billed-lines';
import type { BilledPart } from './billing';
import type { CostLine } from './cost-estimate';

/** Least that a serverless cache is billed for, in GB. @see PRICE_SOURCES.elastiCacheServerless */
const SERVERLESS_LEAST_GB = { valkey: 0.1, redis: 1 } as const;

const ENGINE_NAMES = { valkey: 'Valkey', redis: 'Redis OSS' } as const;

/** A line a node type, and what snapshots cost beyond the one that is free. */
export function replicationGroupLines(count: number, { nodes }: BilledPart): readonly CostLine[] {
  const resource = 'AWS::ElastiCache::ReplicationGroup';
  return [
    ...groupBy(nodes, ({ engine, class: name }) => [engine, name].join()).map((alike) => {
      const [{ engine, class: name }] = alike;
      const item = `cache.${name}, ${ENGINE_NAMES[engine]}`;
      return byTime(item, resource, alike.length, alike.length * HOURS_A_MONTH, cacheNodeHour(name, engine));
    }),
    byUse('snapshots of caches', resource, count, PRICES.cacheBackup),
  ];
}

/** What it is billed for when it holds nothing; data and requests beyond are by use. */
export function serverlessCacheLines(
  count: number,
  { serverlessEngine: engine = 'valkey' }: BilledPart,
): readonly CostLine[] {
  const resource = 'AWS::ElastiCache::ServerlessCache';
  const [data, requests] =
    engine === 'valkey'
      ? [PRICES.valkeyServerlessData, PRICES.valkeyServerlessRequests]
      : [PRICES.redisServerlessData, PRICES.redisServerlessRequests];
  return [
    byTime(
      `serverless cache at its minimum, ${ENGINE_NAMES[engine]}`,
      resource,
      count,
      count * SERVERLESS_LEAST_GB[engine] * HOURS_A_MONTH,
      data,
    ),
    byUse('requests of serverless caches', resource, count, requests),
    byUse('snapshots of caches', resource, count, PRICES.cacheBackup),
  ];
}
