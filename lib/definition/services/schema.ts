import { z } from 'zod';
import type { ServiceConnections } from './connections';
import type { ExistingGroup } from './existing-group';
import { byName, integer, oneOf, options, shorthandOr, text } from '../shape/option';
import type { ServiceConfig, ServiceOptions } from './service';

/** What a principal may be; the rules say what is wrong with one that isn't. */
export const PRINCIPAL = "ARN of an IAM role or of an account's root such as 'arn:aws:iam::111122223333:role/web'";

const existingGroupOptions = options("existingGroup('sg-…')", {
  kind: z.literal('existingGroup').meta({ allowed: "existingGroup('sg-…')" }),
  groupId: text("id of a security group such as 'sg-0a1b2c3d4e5f60718'", /^sg-([0-9a-f]{8}|[0-9a-f]{17})$/),
  account: text('account id of 12 digits, as text', /^\d{12}$/).optional(),
} satisfies Record<keyof ExistingGroup, z.ZodType>);

const authentication = z
  .discriminatedUnion('kind', [
    options('password()', { kind: z.literal('password').meta({ allowed: 'password()' }) }),
    options('iam()', { kind: z.literal('iam').meta({ allowed: 'iam()' }) }),
  ])
  .meta({ allowed: 'password() or iam()' });

const connections = options('{ processes: …, poolMax: … } or lambda({ concurrency: … })', {
  processes: integer(1, 100_000).optional(),
  poolMax: integer(1, 1_000).optional(),
} satisfies Record<keyof ServiceConnections, z.ZodType>);

const principal = text(PRINCIPAL);
const PRINCIPALS = `${PRINCIPAL}, or a list of them`;

const runtime = {
  principal: shorthandOr(PRINCIPALS, principal, z.array(principal).min(1).meta({ allowed: PRINCIPALS })).optional(),
  client: existingGroupOptions.optional(),
  authentication: authentication.optional(),
  connections: connections.optional(),
} satisfies Record<keyof ServiceOptions, z.ZodType>;

/** What may be written for a service. */
export const serviceOptions = options('{ uses: { … } }', {
  uses: byName('access by store name', oneOf('read', 'write').optional()),
  ...runtime,
} satisfies Record<keyof ServiceConfig, z.ZodType>);

/** What a stage may change of a service. */
export const serviceOverrides = options('{ principal: …, client: …, authentication: …, connections: … }', runtime);

export type WrittenService = Partial<z.infer<typeof serviceOverrides>>;
