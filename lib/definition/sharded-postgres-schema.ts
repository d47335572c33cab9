import { z } from 'zod';
import { backup, databaseName, instanceClass, maxConnections, postgresVersion, slowQueryMs } from './postgres-schema';
import { byName, integer, oneOf, options, shorthandOr, text } from './option';
import { SHARDS_MAX, type ShardedPostgresOptions } from './sharded-postgres';

const column = text('column name: lower-case letters, digits and underscores', /^[a-z_][a-z0-9_]{0,62}$/);

/** What may be written for a store of kind `shardedPostgres`. */
export const shardedPostgresOptions = options('shardedPostgres({ … })', {
  shardKey: shorthandOr(
    'column name, or { column: …, type: … }',
    column,
    options('{ column: …, type: … }', { column, type: oneOf('bigint', 'text', 'uuid') }),
  ),
  strategy: options('hash()', {
    type: z.literal('hash').meta({ allowed: 'hash()' }),
    hash: z.literal('postgres-extended-0').meta({ allowed: 'hash()' }),
  }).optional(),
  shards: shorthandOr(
    `integer 1–${SHARDS_MAX}, or shards by name`,
    // Zero passes here: the rule on the number of shards also sees an empty table of names, and explains both alike.
    integer(0, SHARDS_MAX).meta({ allowed: `integer 1–${SHARDS_MAX}` }),
    byName(
      'shards by name',
      options('{ class: …, weight: …, state: … }', {
        class: instanceClass.optional(),
        weight: integer(1, 100).optional(),
        state: oneOf('active', 'draining').optional(),
      }),
    ),
  ),
  version: postgresVersion.optional(),
  class: instanceClass.optional(),
  database: databaseName.optional(),
  maxConnections: maxConnections.optional(),
  slowQueryMs: slowQueryMs.optional(),
  backup: backup.optional(),
} satisfies Record<keyof ShardedPostgresOptions, z.ZodType>);
