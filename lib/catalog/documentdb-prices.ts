import type { DocumentDbClass } from './documentdb-classes';
import { PRICE_SOURCES, UNKNOWN_PRICE, type Price } from './prices';

/** What an hour of a DocumentDB instance costs on demand in us-east-1; unknown, not free, for classes that no list was found of. */
export function documentDbHour(instanceClass: DocumentDbClass): Price {
  const usd = DOCUMENTDB_HOURS[instanceClass];
  if (usd === undefined) return { usd: UNKNOWN_PRICE, unit: 'instance-hour' };
  return { usd, unit: 'instance-hour', from: PRICE_SOURCES.documentDbInstances };
}

/** USD an hour. */
const DOCUMENTDB_HOURS: Partial<Record<DocumentDbClass, number>> = {
  'r5.4xlarge': 2.216,
  't3.medium': 0.078,
};
