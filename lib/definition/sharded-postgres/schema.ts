import { z } from 'zod';
import { LIMITS } from '../../catalog';
import { SHARD_KEY_TYPES } from '../../placement';
import { existingKeyOptions } from '../stores/existing-key-schema';
import { shardOrigin } from '../relational/origin-schema';
import { pooling } from '../relational/pooling-schema';
import { backup, databaseName, maintenance, postgresVersion, slowQueryMs } from '../postgres/schema';
import { instanceClass, maxConnections } from '../relational/server-schema';
import { byName, integer, oneOf, options, shorthandOr, text } from '../shape/option';
import { SHARDS_MAX, type ShardedPostgresOptions } from './store';
import { strategyOptions } from './strategy-schema';

const column = text('column name: lower-case letters, digits and underscores', /^[a-z_][a-z0-9_]{0,62}$/);

const acu = (least: number) =>
  z
    .number()
    .min(least)
    .max(LIMITS.serverlessAcuMax.value)
    .multipleOf(LIMITS.serverlessAcuStep.value)
    .meta({ allowed: `${least}–${LIMITS.serverlessAcuMax.value} in steps of 0.5` });

const capacity = options('serverless({ minAcu: …, maxAcu: …, autoPauseAfterSeconds: … })', {
  kind: z.literal('serverless').meta({ allowed: 'serverless({ … })' }),
  minAcu: acu(0),
  maxAcu: acu(LIMITS.serverlessAcuMin.value),
  autoPauseAfterSeconds: integer(LIMITS.autoPauseMinSeconds.value, LIMITS.autoPauseMaxSeconds.value).optional(),
});

const readerCount = integer(0, LIMITS.auroraReaders.value);
const AUTOSCALED = `integer 1–${LIMITS.auroraReaders.value}`;
const readers = shorthandOr(
  `integer 0–${LIMITS.auroraReaders.value}, or autoscaled({ … })`,
  readerCount,
  options('autoscaled({ min: …, max: …, cpuPercent: … })', {
    kind: z.literal('autoscaled').meta({ allowed: 'autoscaled({ … })' }),
    // None passes here: the rule on readers says why it is wrong.
    min: readerCount.meta({ allowed: AUTOSCALED }),
    max: readerCount.meta({ allowed: AUTOSCALED }),
    cpuPercent: integer(10, 90).optional(),
  }),
);

const globalDatabase = options('{ version: …, secondaries: … }', {
  version: text("minor version such as '17.5'", /^\d{2}\.\d{1,2}$/),
  secondaries: byName(
    'secondaries by region',
    options('{ servers: … }', { servers: integer(1, LIMITS.auroraReaders.value + 1).optional() }),
  ),
});

/** What may be written for a store of kind `shardedPostgres`. */
export const shardedPostgresOptions = options('shardedPostgres({ … })', {
  shardKey: shorthandOr(
    'column name, or { column: …, type: … }',
    column,
    options('{ column: …, type: … }', { column, type: oneOf(...SHARD_KEY_TYPES) }),
  ),
  strategy: strategyOptions.optional(),
  shards: shorthandOr(
    `integer 1–${SHARDS_MAX}, or shards by name`,
    // Zero passes here: the rule on the number of shards also sees an empty table of names, and explains both alike.
    integer(0, SHARDS_MAX).meta({ allowed: `integer 1–${SHARDS_MAX}` }),
    byName(
      'shards by name',
      options('{ class: …, capacity: …, readers: …, weight: …, state: …, origin: … }', {
        class: instanceClass.optional(),
        capacity: capacity.optional(),
        readers: readers.optional(),
        weight: integer(1, 100).optional(),
        state: oneOf('active', 'draining').optional(),
        origin: shardOrigin.optional(),
      }),
    ),
  ),
  version: postgresVersion.optional(),
  class: instanceClass.optional(),
  capacity: capacity.optional(),
  readers: readers.optional(),
  storageType: oneOf('standard', 'ioOptimized').optional(),
  database: databaseName.optional(),
  maxConnections: maxConnections.optional(),
  slowQueryMs: slowQueryMs.optional(),
  backup: backup.optional(),
  maintenance: maintenance.optional(),
  pooling: pooling.optional(),
  globalDatabase: globalDatabase.optional(),
  encryptionKey: existingKeyOptions.optional(),
} satisfies Record<keyof ShardedPostgresOptions, z.ZodType>);
