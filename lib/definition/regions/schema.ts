import { z } from 'zod';
import { existingKeyOptions } from '../stores/existing-key-schema';
import { networkOptions } from '../network/schema';
import { options, text } from '../shape/option';
import type { RegionConfig } from './region';

const REGION = '[a-z]{2,4}(-[a-z]+)+-\\d';

/** Whether AWS could call a region so. */
export const isRegionName = (name: string): boolean => new RegExp(`^${REGION}$`).test(name);

export const regionName = text("region such as 'eu-west-1'", new RegExp(`^${REGION}$`));

export const zoneNames = z
  .array(text("zone name such as 'eu-west-1a'", new RegExp(`^${REGION}[a-z]$`)))
  .meta({ allowed: "list of zone names such as 'eu-west-1a'" });

/** What may be written for a region beside the stage's own. */
export const regionOptions = options('{ network: …, zones: …, encryptionKey: … }', {
  network: networkOptions,
  zones: zoneNames.optional(),
  encryptionKey: existingKeyOptions.optional(),
} satisfies Record<keyof RegionConfig, z.ZodType>);
