import { z } from 'zod';
import { CLUSTER_LIMITS, DOCUMENTDB_ELASTIC_VCPU, DOCUMENTDB_VERSIONS, NEPTUNE_VERSIONS } from '../../catalog';
import type { DocumentDbVersion } from '../../catalog';
import type { DocumentDbOptions } from './documentdb';
import { existingKeyOptions } from '../stores/existing-key-schema';
import type { NeptuneOptions } from './neptune';
import { integer, oneOf, options, text } from '../shape/option';
import { backup, maintenance, slowQueryMs } from '../postgres/schema';

/** Steps in which serverless servers scale. */
const STEP = 0.5;

const units = (min: number, max: number) =>
  z
    .number()
    .min(min)
    .max(max)
    .multipleOf(STEP)
    .meta({ allowed: `${min}–${max} in steps of ${STEP}` });

const readers = integer(0, CLUSTER_LIMITS.readers.value);
const dcu = units(CLUSTER_LIMITS.dcuMin.value, CLUSTER_LIMITS.dcuMax.value);

/** What may be written for a store of kind `documentdb`. */
export const documentdbOptions = options('documentdb({ … })', {
  version: oneOf(...(Object.keys(DOCUMENTDB_VERSIONS) as [DocumentDbVersion, ...DocumentDbVersion[]])).optional(),
  class: text("instance class such as 'r6g.large'").optional(),
  capacity: options('{ minDcu: …, maxDcu: … }', { minDcu: dcu, maxDcu: dcu }).optional(),
  readers: readers.optional(),
  scaleOut: options('{ shards: …, vcpu: …, servers: … }', {
    shards: integer(1, CLUSTER_LIMITS.elasticShards.value),
    vcpu: z.literal(DOCUMENTDB_ELASTIC_VCPU).meta({ allowed: DOCUMENTDB_ELASTIC_VCPU.join(', ') }),
    servers: integer(1, CLUSTER_LIMITS.elasticServers.value).optional(),
  }).optional(),
  slowOperationMs: integer(CLUSTER_LIMITS.slowOperationMinMs.value, CLUSTER_LIMITS.slowOperationMaxMs.value).optional(),
  backup: backup.optional(),
  maintenance: maintenance.optional(),
  encryptionKey: existingKeyOptions.optional(),
} satisfies Record<keyof DocumentDbOptions, z.ZodType>);

/** What may be written for a store of kind `neptune`. */
export const neptuneOptions = options('neptune({ … })', {
  version: oneOf(...NEPTUNE_VERSIONS).optional(),
  class: text("instance class such as 'r6g.large'").optional(),
  capacity: options('{ minNcu: …, maxNcu: … }', {
    minNcu: units(CLUSTER_LIMITS.ncuMin.value, CLUSTER_LIMITS.ncuMax.value),
    maxNcu: units(CLUSTER_LIMITS.ncuMaxLeast.value, CLUSTER_LIMITS.ncuMax.value),
  }).optional(),
  readers: readers.optional(),
  slowQueryMs: slowQueryMs.optional(),
  backup: backup.optional(),
  maintenance: maintenance.optional(),
  encryptionKey: existingKeyOptions.optional(),
} satisfies Record<keyof NeptuneOptions, z.ZodType>);
