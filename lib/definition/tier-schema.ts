import { z } from 'zod';
import { networkOptions } from './network/schema';
import { options, text } from './shape/option';
import type { TierConfig } from './tier';

const things = (allowed: string) => z.record(z.string(), z.unknown()).meta({ allowed });

/** What may be written at the root. Stages, stores and services are each read by a schema of their own. */
export const tierOptions = options('defineTier({ … })', {
  name: text('name of the tier'),
  stages: things('stages by name'),
  network: networkOptions.optional(),
  stores: things('stores by name'),
  services: things('services by name').optional(),
} satisfies Record<keyof TierConfig, z.ZodType>);
