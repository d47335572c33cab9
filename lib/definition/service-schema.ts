import type { z } from 'zod';
import { byName, oneOf, options } from './option';
import type { ServiceConfig } from './service';

/** What may be written for a service. */
export const serviceOptions = options('{ uses: { … } }', {
  uses: byName('access by store name', oneOf('read', 'write').optional()),
} satisfies Record<keyof ServiceConfig, z.ZodType>);
