import { z } from 'zod';
import { alarmsOptions } from './alarms-schema';
import { existingKeyOptions } from '../stores/existing-key-schema';
import { networkOptions } from '../network/schema';
import { byName, options, oneOf, text } from '../shape/option';
import { regionName, regionOptions, zoneNames } from '../regions/schema';
import type { StageConfig } from './stage';

/** What may be written for a stage. Its overrides are read later, by the kind of the store that each is for. */
export const stageOptions = options('{ profile: … }', {
  profile: oneOf('disposable', 'protected'),
  env: options('{ account: …, region: … }', {
    account: text('account id of 12 digits, as text', /^\d{12}$/),
    region: regionName,
  }).optional(),
  zones: zoneNames.optional(),
  network: networkOptions.optional(),
  regions: byName('regions by name', regionOptions).optional(),
  encryptionKey: existingKeyOptions.optional(),
  permissionsBoundary: text(
    "name or ARN of a policy such as 'boundary' or 'arn:aws:iam::111122223333:policy/boundary'",
    /^(arn:aws(-[a-z]+)*:iam::(\d{12}|aws):policy\/[\w+=,.@/-]{1,512}|[\w+=,.@-]{1,128})$/,
  ).optional(),
  bootstrapQualifier: text('1 to 10 letters and digits', /^[A-Za-z0-9]{1,10}$/).optional(),
  namePrefix: text(
    'lower-case letters, digits and single dashes, starting with a letter and not ending with a dash, at most 20 characters',
    /^(?=.{1,20}$)[a-z](-?[a-z0-9])*$/,
  ).optional(),
  tags: byName(
    'values by key',
    text(
      'value of a tag: at most 256 letters, digits, spaces and _ . : / = + - @',
      /^[\p{L}\p{Z}\p{N}_.:/=+\-@]{0,256}$/u,
    ),
  ).optional(),
  alarms: alarmsOptions.optional(),
  stores: z.record(z.string(), z.unknown()).meta({ allowed: 'overrides by store name' }).optional(),
  services: z.record(z.string(), z.unknown()).meta({ allowed: 'overrides by service name' }).optional(),
} satisfies Record<keyof StageConfig, z.ZodType>);

export type StageOptions = Partial<z.infer<typeof stageOptions>>;
