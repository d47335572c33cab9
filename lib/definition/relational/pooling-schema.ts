import { z } from 'zod';
import { LIMITS } from '../../catalog';
import { integer, oneOf, options } from '../shape/option';
import type { Pooling } from './pooling';

/** What may be written as pooling of a store. */
export const pooling = options('rdsProxy({ … })', {
  kind: z.literal('rdsProxy').meta({ allowed: 'rdsProxy({ … })' }),
  idleClientTimeoutSeconds: integer(1, LIMITS.proxyIdleClientSeconds.value).optional(),
  maxConnectionsPercent: integer(1, 100).optional(),
  maxIdleConnectionsPercent: integer(0, 100).optional(),
  borrowTimeoutSeconds: integer(0, LIMITS.proxyBorrowSeconds.value).optional(),
  reads: oneOf('direct', 'pooled').optional(),
} satisfies Record<keyof Pooling, z.ZodType>);
