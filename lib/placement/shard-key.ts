import { PolystoreError } from '../errors';
import { hashBytes, hashInt64 } from './postgres-hash';

/** PostgreSQL type of a shard key column. `integer` and `smallint` columns are `bigint` here: all three hash alike. */
export type ShardKeyType = 'bigint' | 'text' | 'uuid';

/** A shard key value as an application holds it. `bigint` keys may be decimal strings, since pg reads int8 columns as strings. */
export type ShardKeyValue = string | number | bigint;

const INT8_MIN = -(2n ** 63n);
const INT8_MAX = 2n ** 63n - 1n;
const DECIMAL = /^(?:0|-?[1-9]\d{0,18})$/;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** What a key of each type may be, in words for messages. */
const ALLOWED: Readonly<Record<ShardKeyType, string>> = {
  bigint: 'a safe integer, a bigint in the range of int8, or a decimal string',
  text: 'a string without NUL and without lone surrogates',
  uuid: 'a string like 123e4567-e89b-12d3-a456-426614174000',
};

/** Hashes a key of each type as PostgreSQL does; throws where the value is not of the type. */
export const KEY_HASHES: Readonly<Record<ShardKeyType, (value: ShardKeyValue) => number>> = {
  bigint: hashBigintKey,
  text: hashTextKey,
  uuid: hashUuidKey,
};

function hashBigintKey(value: ShardKeyValue): number {
  if (typeof value === 'number' && Number.isSafeInteger(value)) return hashInt64(value);
  if (typeof value === 'bigint' && value >= INT8_MIN && value <= INT8_MAX) return hashInt64(value);
  if (typeof value === 'string' && DECIMAL.test(value)) {
    if (value.length <= 15) return hashInt64(Number(value));
    const exact = BigInt(value);
    if (exact >= INT8_MIN && exact <= INT8_MAX) return hashInt64(exact);
  }
  throw invalidKey('bigint', value);
}

/** Reused for every key: hashing is synchronous, so no two keys are in it at once. */
let scratch = Buffer.alloc(256);

function hashTextKey(value: ShardKeyValue): number {
  if (typeof value !== 'string' || value.includes('\0') || !value.isWellFormed()) throw invalidKey('text', value);
  const mostBytes = value.length * 3;
  if (scratch.length < mostBytes) scratch = Buffer.alloc(mostBytes);
  return hashBytes(scratch, scratch.write(value, 'utf8'));
}

function hashUuidKey(value: ShardKeyValue): number {
  if (typeof value !== 'string' || !UUID.test(value)) throw invalidKey('uuid', value);
  scratch.write(value.replaceAll('-', ''), 'hex');
  return hashBytes(scratch, 16);
}

function invalidKey(expected: ShardKeyType, value: unknown): PolystoreError<'KEY_INVALID'> {
  const got = describe(value);
  return new PolystoreError('KEY_INVALID', `shard key: got ${got}, allowed is ${ALLOWED[expected]}`, {
    details: { expected, got },
    next: 'Pass the value of the shard key column, in its type.',
  });
}

/** Type and a short form of the value: a key may be personal data, so a long one is cut. */
function describe(value: unknown): string {
  if (typeof value === 'string') {
    const shown = JSON.stringify(value.slice(0, 40));
    return value.length > 40 ? `the string ${shown}… of ${value.length} characters` : `the string ${shown}`;
  }
  if (typeof value === 'number' || typeof value === 'bigint') return `the ${typeof value} ${value}`;
  return value === null ? 'null' : `a value of type ${typeof value}`;
}
