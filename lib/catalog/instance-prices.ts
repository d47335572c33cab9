import type { InstanceClass } from './instance-classes';
import { PRICE_SOURCES, UNKNOWN_PRICE, type Price } from './prices';

/** One server, or one with a standby in another zone, both included. */
export type Deployment = 'single-az' | 'multi-az';

/**
 * What an hour of an RDS for PostgreSQL instance costs on demand in us-east-1. A class that has no known price, as the generations that came
 * after the list was taken, is unknown, not free.
 */
export function postgresHour(instanceClass: InstanceClass, deployment: Deployment): Price {
  const prices = POSTGRES_HOURS[instanceClass];
  if (prices === undefined) return { usd: UNKNOWN_PRICE, unit: 'instance-hour' };
  return {
    usd: prices[deployment === 'single-az' ? 0 : 1],
    unit: 'instance-hour',
    from: PRICE_SOURCES.rdsPostgresFeed,
  };
}

/** What an hour of an Aurora PostgreSQL instance costs on demand in us-east-1, storage configuration Aurora Standard. */
export function auroraPostgresHour(instanceClass: InstanceClass): Price {
  const usd = AURORA_POSTGRES_HOURS[instanceClass];
  if (usd === undefined) return { usd: UNKNOWN_PRICE, unit: 'instance-hour' };
  const from = instanceClass.startsWith('t3.') ? PRICE_SOURCES.auroraInstances : PRICE_SOURCES.aurora;
  return { usd, unit: 'instance-hour', from };
}

/** USD an hour, Single-AZ and Multi-AZ. */
const POSTGRES_HOURS: Partial<Record<InstanceClass, readonly [number, number]>> = {
  'm5.large': [0.178, 0.356],
  'm5.xlarge': [0.356, 0.712],
  'm5.2xlarge': [0.712, 1.424],
  'm5.4xlarge': [1.424, 2.848],
  'm5.8xlarge': [2.848, 5.696],
  'm5.12xlarge': [4.272, 8.544],
  'm5.16xlarge': [5.696, 11.392],
  'm5.24xlarge': [8.544, 17.088],
  'm6g.large': [0.159, 0.318],
  'm6g.xlarge': [0.318, 0.636],
  'm6g.2xlarge': [0.636, 1.272],
  'm6g.4xlarge': [1.272, 2.544],
  'm6g.8xlarge': [2.544, 5.088],
  'm6g.12xlarge': [3.816, 7.632],
  'm6g.16xlarge': [5.088, 10.176],
  'm6gd.large': [0.187, 0.373],
  'm6gd.xlarge': [0.373, 0.747],
  'm6gd.2xlarge': [0.747, 1.493],
  'm6gd.4xlarge': [1.493, 2.987],
  'm6gd.8xlarge': [2.987, 5.973],
  'm6gd.12xlarge': [4.48, 8.96],
  'm6gd.16xlarge': [5.973, 11.947],
  'm6i.large': [0.178, 0.356],
  'm6i.xlarge': [0.356, 0.712],
  'm6i.2xlarge': [0.712, 1.424],
  'm6i.4xlarge': [1.424, 2.848],
  'm6i.8xlarge': [2.848, 5.696],
  'm6i.12xlarge': [4.272, 8.544],
  'm6i.16xlarge': [5.696, 11.392],
  'm6i.24xlarge': [8.544, 17.088],
  'm6i.32xlarge': [11.392, 22.784],
  'm7g.large': [0.168, 0.337],
  'm7g.xlarge': [0.337, 0.674],
  'm7g.2xlarge': [0.674, 1.348],
  'm7g.4xlarge': [1.348, 2.696],
  'm7g.8xlarge': [2.696, 5.392],
  'm7g.12xlarge': [4.044, 8.088],
  'm7g.16xlarge': [5.392, 10.784],
  'r5.large': [0.25, 0.5],
  'r5.xlarge': [0.5, 1],
  'r5.2xlarge': [1, 2],
  'r5.4xlarge': [2, 4],
  'r5.8xlarge': [4, 8],
  'r5.12xlarge': [6, 12],
  'r5.16xlarge': [8, 16],
  'r5.24xlarge': [12, 24],
  'r6g.large': [0.225, 0.45],
  'r6g.xlarge': [0.45, 0.899],
  'r6g.2xlarge': [0.899, 1.798],
  'r6g.4xlarge': [1.798, 3.597],
  'r6g.8xlarge': [3.597, 7.194],
  'r6g.12xlarge': [5.395, 10.79],
  'r6g.16xlarge': [7.194, 14.387],
  'r6gd.large': [0.257, 0.514],
  'r6gd.xlarge': [0.514, 1.029],
  'r6gd.2xlarge': [1.029, 2.057],
  'r6gd.4xlarge': [2.057, 4.114],
  'r6gd.8xlarge': [4.114, 8.229],
  'r6gd.12xlarge': [6.171, 12.343],
  'r6gd.16xlarge': [8.229, 16.457],
  'r6i.large': [0.25, 0.5],
  'r6i.xlarge': [0.5, 1],
  'r6i.2xlarge': [1, 2],
  'r6i.4xlarge': [2, 4],
  'r6i.8xlarge': [4, 8],
  'r6i.12xlarge': [6, 12],
  'r6i.16xlarge': [8, 16],
  'r6i.24xlarge': [12, 24],
  'r6i.32xlarge': [16, 32],
  'r7g.large': [0.239, 0.478],
  'r7g.xlarge': [0.478, 0.956],
  'r7g.2xlarge': [0.956, 1.913],
  'r7g.4xlarge': [1.913, 3.825],
  'r7g.8xlarge': [3.825, 7.65],
  'r7g.12xlarge': [5.738, 11.475],
  'r7g.16xlarge': [7.65, 15.3],
  't3.micro': [0.018, 0.036],
  't3.small': [0.036, 0.072],
  't3.medium': [0.072, 0.145],
  't3.large': [0.145, 0.29],
  't3.xlarge': [0.29, 0.579],
  't3.2xlarge': [0.579, 1.158],
  't4g.micro': [0.016, 0.032],
  't4g.small': [0.032, 0.065],
  't4g.medium': [0.065, 0.129],
  't4g.large': [0.129, 0.258],
  't4g.xlarge': [0.258, 0.517],
  't4g.2xlarge': [0.517, 1.034],
  'x2g.large': [0.326, 0.652],
  'x2g.xlarge': [0.652, 1.304],
  'x2g.2xlarge': [1.304, 2.608],
  'x2g.4xlarge': [2.608, 5.216],
  'x2g.8xlarge': [5.216, 10.432],
  'x2g.12xlarge': [7.824, 15.648],
  'x2g.16xlarge': [10.432, 20.864],
};

/** USD an hour. */
const AURORA_POSTGRES_HOURS: Partial<Record<InstanceClass, number>> = {
  'r6g.large': 0.26,
  'r6g.xlarge': 0.519,
  'r6g.2xlarge': 1.038,
  'r6g.4xlarge': 2.076,
  'r6g.8xlarge': 4.152,
  'r7g.large': 0.276,
  'r7g.xlarge': 0.553,
  'r7g.2xlarge': 1.106,
  'r7g.4xlarge': 2.211,
  'r7g.8xlarge': 4.422,
  'r8g.large': 0.276,
  'r8g.xlarge': 0.552,
  'r8g.2xlarge': 1.104,
  'r8g.4xlarge': 2.208,
  'r8g.8xlarge': 4.416,
  't3.medium': 0.082,
  't3.large': 0.164,
  't4g.medium': 0.073,
  't4g.large': 0.146,
};
