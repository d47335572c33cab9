import type { NeptuneClass } from './neptune-classes';
import { PRICE_SOURCES, UNKNOWN_PRICE, type Price } from './prices';

/** What an hour of a Neptune instance costs on demand in us-east-1, storage configuration Standard; unknown, not free, for classes that came after the list was taken. */
export function neptuneHour(instanceClass: NeptuneClass): Price {
  const usd = NEPTUNE_HOURS[instanceClass];
  if (usd === undefined) return { usd: UNKNOWN_PRICE, unit: 'instance-hour' };
  return { usd, unit: 'instance-hour', from: PRICE_SOURCES.neptuneFeed };
}

/** USD an hour. */
const NEPTUNE_HOURS: Partial<Record<NeptuneClass, number>> = {
  'r5.large': 0.348,
  'r5.xlarge': 0.696,
  'r5.2xlarge': 1.392,
  'r5.4xlarge': 2.784,
  'r5.8xlarge': 5.568,
  'r5.12xlarge': 8.352,
  'r5.16xlarge': 11.136,
  'r5.24xlarge': 16.704,
  'r6g.large': 0.3287,
  'r6g.xlarge': 0.6574,
  'r6g.2xlarge': 1.3149,
  'r6g.4xlarge': 2.642,
  'r6g.8xlarge': 5.2842,
  'r6g.12xlarge': 7.9263,
  'r6g.16xlarge': 10.5684,
  'r6i.large': 0.348,
  'r6i.xlarge': 0.696,
  'r6i.2xlarge': 1.392,
  'r6i.4xlarge': 2.784,
  'r6i.8xlarge': 5.568,
  'r6i.12xlarge': 8.352,
  'r6i.16xlarge': 11.136,
  'r6i.24xlarge': 16.704,
  'r6i.32xlarge': 22.272,
  't3.medium': 0.098,
  't4g.medium': 0.093,
  'x2g.large': 0.5472,
  'x2g.xlarge': 1.0943,
  'x2g.2xlarge': 2.1886,
  'x2g.4xlarge': 4.3773,
  'x2g.8xlarge': 8.7546,
  'x2g.12xlarge': 13.1319,
  'x2g.16xlarge': 17.5091,
};
