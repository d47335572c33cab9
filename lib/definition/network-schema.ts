import { z } from 'zod';
import type { NewVpc } from './network';
import { options, text } from './option';

/** What may be written as the tier's network. */
export const networkOptions = options('newVpc({ … })', {
  kind: z.literal('newVpc').meta({ allowed: 'newVpc({ … })' }),
  cidr: text("IPv4 block such as '10.0.0.0/16'").optional(),
} satisfies Record<keyof NewVpc, z.ZodType>);
