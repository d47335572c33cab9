import { z } from 'zod';
import type { ExistingKey } from './existing-key';
import { options, text } from '../shape/option';

/** What may be written as a key. */
export const existingKeyOptions = options("existingKey('arn:…')", {
  kind: z.literal('existingKey').meta({ allowed: "existingKey('arn:…')" }),
  arn: text(
    "ARN of a KMS key such as 'arn:aws:kms:eu-west-1:111122223333:key/…'",
    /^arn:aws(-[a-z]+)*:kms:[a-z0-9-]+:\d{12}:key\/[A-Za-z0-9-]{1,256}$/,
  ),
} satisfies Record<keyof ExistingKey, z.ZodType>);
