import { z } from 'zod';
import { options, oneOf, text } from './option';
import type { StageConfig } from './stage';

/** What may be written for a stage. Its overrides are read later, by the kind of the store that each is for. */
export const stageOptions = options('{ profile: … }', {
  profile: oneOf('disposable', 'protected'),
  env: options('{ account: …, region: … }', {
    account: text('account id of 12 digits, as text', /^\d{12}$/),
    region: text("region such as 'eu-west-1'", /^[a-z]{2,4}(-[a-z]+)+-\d$/),
  }).optional(),
  zones: z
    .array(text("zone name such as 'eu-west-1a'", /^[a-z]{2,4}(-[a-z]+)+-\d[a-z]$/))
    .meta({ allowed: "list of zone names such as 'eu-west-1a'" })
    .optional(),
  stores: z.record(z.string(), z.unknown()).meta({ allowed: 'overrides by store name' }).optional(),
} satisfies Record<keyof StageConfig, z.ZodType>);

export type StageOptions = Partial<z.infer<typeof stageOptions>>;
