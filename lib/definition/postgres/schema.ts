import type { z } from 'zod';
import { LIMITS } from '../../catalog';
import { existingKeyOptions } from '../stores/existing-key-schema';
import { byName, integer, oneOf, options, shorthandOr, text } from '../shape/option';
import { postgresOrigin } from '../relational/origin-schema';
import { pooling } from '../relational/pooling-schema';
import type { PostgresOptions } from './store';
import { regionName } from '../regions/schema';
import { instanceClass, maxConnections } from '../relational/server-schema';
import { BACKUP_WINDOW, MAINTENANCE_WINDOW } from '../stores/window';

export const databaseName = text('database name: lower-case letters, digits and underscores', /^[a-z][a-z0-9_]{0,62}$/);
/** Milliseconds; PostgreSQL's own upper bound. */
export const slowQueryMs = integer(0, 2_147_483_647);
/** Any whole number passes here: the rule on retention knows why one is wrong and says so. `least` and `most` days it lets through. */
export const backupOf = (least: number, most: number) =>
  options('{ retentionDays: …, window: … }', {
    retentionDays: integer(0, 1_000_000)
      .meta({ allowed: `integer ${least}–${most}` })
      .optional(),
    window: text("daily window in UTC such as '02:00-03:00'", BACKUP_WINDOW).optional(),
  });
export const backup = backupOf(1, LIMITS.retentionMaxDays.value);
export const maintenance = options('{ window: … }', {
  window: text("weekly window in UTC such as 'sun:04:00-sun:05:00'", MAINTENANCE_WINDOW).optional(),
});
export const postgresVersion = oneOf('16', '17');

const storageSize = integer(LIMITS.storageMinGiB.value, LIMITS.storageMaxGiB.value);

/** What may be written for a store of kind `postgres`. */
export const postgresOptions = options('postgres({ … })', {
  version: postgresVersion.optional(),
  class: instanceClass.optional(),
  storage: options('{ sizeGiB: …, maxSizeGiB: …, type: …, iops: …, throughputMiBps: … }', {
    sizeGiB: storageSize.optional(),
    maxSizeGiB: storageSize.optional(),
    type: oneOf('gp3', 'io1', 'io2').optional(),
    // Which of these a type takes, and from which size on, is a rule's to say.
    iops: integer(1, LIMITS.provisionedIopsMax.value)
      .meta({ allowed: `integer ${LIMITS.provisionedIopsMin.value}–${LIMITS.provisionedIopsMax.value}` })
      .optional(),
    throughputMiBps: integer(1, LIMITS.gp3ThroughputMaxMiBps.value)
      .meta({ allowed: `integer ${LIMITS.gp3ThroughputMinMiBps.value}–${LIMITS.gp3ThroughputMaxMiBps.value}` })
      .optional(),
  }).optional(),
  replicas: shorthandOr(
    `integer 0–${LIMITS.readReplicas.value}, or replicas by name`,
    integer(0, LIMITS.readReplicas.value),
    byName(
      'replicas by name',
      options('{ class: …, region: … }', { class: instanceClass.optional(), region: regionName.optional() }),
    ),
  ).optional(),
  database: databaseName.optional(),
  maxConnections: maxConnections.optional(),
  slowQueryMs: slowQueryMs.optional(),
  backup: backup.optional(),
  maintenance: maintenance.optional(),
  pooling: pooling.optional(),
  encryptionKey: existingKeyOptions.optional(),
  origin: postgresOrigin.optional(),
} satisfies Record<keyof PostgresOptions, z.ZodType>);
