import { z } from 'zod';
import { byName, integer, oneOf, options, text } from '../shape/option';
import { instanceClass, maxConnections } from './server-schema';
import type { Fresh, FromSnapshot, Imported, ImportedServer } from './origin';

const roleName = text('database role: letters, digits and underscores', /^[A-Za-z_][A-Za-z0-9_]{0,62}$/);

const freshOptions = options('fresh()', {
  kind: z.literal('fresh').meta({ allowed: 'fresh()' }),
} satisfies Record<keyof Fresh, z.ZodType>);

/** RDS calls a snapshot of an instance `snapshot`, one of a cluster `cluster-snapshot`. */
const snapshotOptions = (resource: 'snapshot' | 'cluster-snapshot', of: string) =>
  options("fromSnapshot('arn:…')", {
    kind: z.literal('snapshot').meta({ allowed: "fromSnapshot('arn:…')" }),
    arn: text(
      `ARN of a snapshot of a ${of} such as 'arn:aws:rds:eu-west-1:111122223333:${resource}:before-move'`,
      new RegExp(`^arn:aws(-[a-z]+)*:rds:[a-z0-9-]+:\\d{12}:${resource}:[A-Za-z][A-Za-z0-9:-]{0,254}$`),
    ),
    owner: roleName.optional(),
  } satisfies Record<keyof FromSnapshot, z.ZodType>);

const host = text(
  "host name such as 'shop.c1a2b3c4d5e6.eu-west-1.rds.amazonaws.com'",
  /^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/,
);
const port = integer(1, 65_535);

const server = {
  host,
  identifier: text("identifier of a DB instance such as 'shop-1'", /^[a-z](?!.*--)[a-z0-9-]{0,62}(?<!-)$/).optional(),
  class: instanceClass.optional(),
} satisfies Record<keyof ImportedServer, z.ZodType>;

const importedOptions = options('imported({ … })', {
  kind: z.literal('imported').meta({ allowed: 'imported({ … })' }),
  primary: options('{ host: …, port: …, identifier: …, class: … }', { ...server, port: port.optional() }),
  replicas: byName('replicas by name', options('{ host: …, identifier: …, class: … }', server)).optional(),
  engine: oneOf('postgres', 'aurora-postgres').optional(),
  secretArn: text(
    "ARN of a secret such as 'arn:aws:secretsmanager:eu-west-1:111122223333:secret:shop-AbCdEf'",
    /^arn:aws(-[a-z]+)*:secretsmanager:[a-z0-9-]+:\d{12}:secret:[A-Za-z0-9/_+=.@!-]{1,512}$/,
  ),
  securityGroupId: text("id of a security group such as 'sg-0a1b2c3d4e5f60718'", /^sg-([0-9a-f]{8}|[0-9a-f]{17})$/),
  maxConnections: maxConnections.optional(),
} satisfies Record<keyof Imported, z.ZodType>);

/** What may be written as the origin of a store of kind `postgres`. */
export const postgresOrigin = z
  .discriminatedUnion('kind', [freshOptions, snapshotOptions('snapshot', 'DB instance'), importedOptions])
  .meta({ allowed: "fresh(), fromSnapshot('arn:…') or imported({ … })" });

/** What may be written as the origin of a shard. */
export const shardOrigin = z
  .discriminatedUnion('kind', [freshOptions, snapshotOptions('cluster-snapshot', 'DB cluster')])
  .meta({ allowed: "fresh() or fromSnapshot('arn:…')" });
