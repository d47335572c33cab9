import { z } from 'zod';
import { LIMITS, TABLE_LIMITS } from '../../catalog';
import type { DynamoDbOptions } from './store';
import { existingKeyOptions } from '../stores/existing-key-schema';
import { byName, integer, oneOf, options, text } from '../shape/option';

const attributeName = text(
  `name of an attribute: 1 to ${TABLE_LIMITS.keyLength.value} characters`,
  new RegExp(`^[^]{1,${TABLE_LIMITS.keyLength.value}}$`),
);

const attribute = z
  .union([
    attributeName,
    options('{ name: …, type: … }', { name: attributeName, type: oneOf('string', 'number', 'binary') }),
  ])
  .meta({ allowed: "name of an attribute, or { name: …, type: 'string', 'number' or 'binary' }" });

const units = integer(1, TABLE_LIMITS.unitsPerSecond.value);
const range = options('{ min: …, max: … }', { min: units, max: units });
const kind = <K extends string>(word: K) => z.literal(word).meta({ allowed: `${word}({ … })` });

const capacity = z
  .discriminatedUnion('kind', [
    options('onDemand({ maxReads: …, maxWrites: … })', {
      kind: kind('onDemand'),
      maxReads: units.optional(),
      maxWrites: units.optional(),
    }),
    options('provisioned({ reads: …, writes: …, utilizationPercent: … })', {
      kind: kind('provisioned'),
      reads: range,
      writes: range,
      utilizationPercent: integer(TABLE_LIMITS.utilizationMin.value, TABLE_LIMITS.utilizationMax.value).optional(),
    }),
  ])
  .meta({ allowed: 'onDemand({ … }) or provisioned({ … })' });

/** What may be written for a store of kind `dynamodb`. */
export const dynamodbOptions = options('dynamodb({ … })', {
  partitionKey: attribute,
  sortKey: attribute.optional(),
  indexes: byName(
    'indexes by name',
    options('{ partitionKey: …, sortKey: …, projection: … }', {
      partitionKey: attribute.optional(),
      sortKey: attribute.optional(),
      projection: z
        .union([oneOf('all', 'keys'), z.array(attributeName).min(1)])
        .meta({ allowed: "'all', 'keys' or names of attributes" })
        .optional(),
    }),
  ).optional(),
  timeToLive: attributeName.optional(),
  stream: oneOf('keys', 'new', 'old', 'both').optional(),
  capacity: capacity.optional(),
  replicas: byName(
    'replicas by region',
    options('{ encryptionKey: … }', { encryptionKey: existingKeyOptions }),
  ).optional(),
  backup: options('{ retentionDays: … }', {
    retentionDays: integer(1, LIMITS.retentionMaxDays.value).optional(),
  }).optional(),
  encryptionKey: existingKeyOptions.optional(),
} satisfies Record<keyof DynamoDbOptions, z.ZodType>);
