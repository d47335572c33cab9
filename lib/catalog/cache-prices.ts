import type { CacheClass } from './cache-classes';
import type { CacheEngine } from './cache-engines';
import { PRICE_SOURCES, UNKNOWN_PRICE, type Price } from './prices';

/** What an hour of a cache node costs on demand in us-east-1; unknown, not free, for node types that came after the list was taken. */
export function cacheNodeHour(nodeClass: CacheClass, engine: CacheEngine): Price {
  const prices = CACHE_HOURS[nodeClass];
  if (prices === undefined) return { usd: UNKNOWN_PRICE, unit: 'node-hour' };
  return { usd: prices[engine === 'valkey' ? 0 : 1], unit: 'node-hour', from: PRICE_SOURCES.elastiCacheFeed };
}

/** USD an hour, Valkey and Redis OSS. */
const CACHE_HOURS: Partial<Record<CacheClass, readonly [number, number]>> = {
  't4g.micro': [0.0128, 0.016],
  't4g.small': [0.0256, 0.032],
  't4g.medium': [0.052, 0.065],
  't3.micro': [0.0136, 0.017],
  't3.small': [0.0272, 0.034],
  't3.medium': [0.0544, 0.068],
  'm5.large': [0.1248, 0.156],
  'm5.xlarge': [0.2488, 0.311],
  'm5.2xlarge': [0.4984, 0.623],
  'm5.4xlarge': [0.996, 1.245],
  'm5.12xlarge': [2.9952, 3.744],
  'm5.24xlarge': [5.9904, 7.488],
  'm6g.large': [0.1192, 0.149],
  'm6g.xlarge': [0.2376, 0.297],
  'm6g.2xlarge': [0.4744, 0.593],
  'm6g.4xlarge': [0.9488, 1.186],
  'm6g.8xlarge': [1.8976, 2.372],
  'm6g.12xlarge': [2.8456, 3.557],
  'm6g.16xlarge': [3.7944, 4.743],
  'm7g.large': [0.1264, 0.158],
  'm7g.xlarge': [0.252, 0.315],
  'm7g.2xlarge': [0.5032, 0.629],
  'm7g.4xlarge': [1.0056, 1.257],
  'm7g.8xlarge': [2.0112, 2.514],
  'm7g.12xlarge': [3.016, 3.77],
  'm7g.16xlarge': [4.0224, 5.028],
  'r5.large': [0.1728, 0.216],
  'r5.xlarge': [0.3448, 0.431],
  'r5.2xlarge': [0.6896, 0.862],
  'r5.4xlarge': [1.3792, 1.724],
  'r5.12xlarge': [4.1472, 5.184],
  'r5.24xlarge': [8.2944, 10.368],
  'r6g.large': [0.1648, 0.206],
  'r6g.xlarge': [0.3288, 0.411],
  'r6g.2xlarge': [0.6568, 0.821],
  'r6g.4xlarge': [1.3136, 1.642],
  'r6g.8xlarge': [2.6272, 3.284],
  'r6g.12xlarge': [3.94, 4.925],
  'r6g.16xlarge': [5.2536, 6.567],
  'r7g.large': [0.1752, 0.219],
  'r7g.xlarge': [0.3496, 0.437],
  'r7g.2xlarge': [0.6984, 0.873],
  'r7g.4xlarge': [1.396, 1.745],
  'r7g.8xlarge': [2.7928, 3.491],
  'r7g.12xlarge': [4.188, 5.235],
  'r7g.16xlarge': [5.5848, 6.981],
  'c7gn.large': [0.204, 0.255],
  'c7gn.xlarge': [0.4072, 0.509],
  'c7gn.2xlarge': [0.8144, 1.018],
  'c7gn.4xlarge': [1.6296, 2.037],
  'c7gn.8xlarge': [3.2584, 4.073],
  'c7gn.12xlarge': [4.888, 6.11],
  'c7gn.16xlarge': [6.5176, 8.147],
};
