import { PolystoreError } from '../errors';
import { compareBytes } from './byte-order';
import { hashBytes, hashInt64 } from './postgres-hash';
import { dateText, readDate, readTimestamp, timestampText } from './temporal-key';

/**
 * PostgreSQL type of a shard key column. `integer` and `smallint` columns are `bigint` here: all three hash alike. `varchar` columns are `text`.
 * A `timestamp` without time zone is none: what moment it means depends on who asks.
 */
export type ShardKeyType = (typeof SHARD_KEY_TYPES)[number];

export const SHARD_KEY_TYPES = ['bigint', 'text', 'uuid', 'date', 'timestamptz'] as const;

/**
 * A shard key value as an application holds it. `bigint` keys may be decimal strings, since pg reads int8 columns as strings; `timestamptz` keys
 * may be a `Date`, or text with a time zone where microseconds count. A `date` key is text: the `Date` that pg makes of one means another day
 * in another time zone.
 */
export type ShardKeyValue = string | number | bigint | Date;

/**
 * A key in its one form, by which it is compared: a safe integer or else a bigint for `bigint`, text for `text`, lower case for `uuid`, days since
 * 1970 for `date`, microseconds since 1970 for `timestamptz`.
 */
export type CanonicalKey = number | bigint | string;

/** What a type of key can do. */
interface KeyType {
  /** What a key may be, in words for messages. */
  readonly allowed: string;
  /** The key in its one form; `undefined` where the value is none. */
  readonly read: (value: ShardKeyValue) => CanonicalKey | undefined;
  /** Hashes a key in its one form as PostgreSQL does. */
  readonly hash: (key: CanonicalKey) => number;
  /** PostgreSQL's order: below 0 where `a` comes first. Text is ordered by bytes, as under collation "C". */
  readonly compare: (a: CanonicalKey, b: CanonicalKey) => number;
  /** The key as text that PostgreSQL reads in its type, and that reads back as the same key. */
  readonly text: (key: CanonicalKey) => string;
}

const INT8_MIN = -(2n ** 63n);
const INT8_MAX = 2n ** 63n - 1n;
const DECIMAL = /^(?:0|-?[1-9]\d{0,18})$/;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** Exact for numbers and bigints together. */
const compareNumbers = (a: CanonicalKey, b: CanonicalKey): number => (a < b ? -1 : a > b ? 1 : 0);
const hashNumber = (key: CanonicalKey): number => hashInt64(key as number | bigint);

const KEY_TYPES: Readonly<Record<ShardKeyType, KeyType>> = {
  bigint: {
    allowed: 'a safe integer other than -0, a bigint in the range of int8, or a decimal string',
    read: readBigint,
    hash: hashNumber,
    compare: compareNumbers,
    text: String,
  },
  text: {
    allowed: 'a string without NUL and without lone surrogates',
    read: readText,
    hash: hashText,
    compare: (a, b) => compareBytes(a as string, b as string),
    text: String,
  },
  uuid: {
    allowed: 'a string like 123e4567-e89b-12d3-a456-426614174000',
    read: readUuid,
    hash: hashUuid,
    // Hexadecimal digits of one case are ordered as their bytes.
    compare: compareNumbers,
    text: String,
  },
  date: {
    allowed: 'a string like 2026-01-31, of years 0001 to 9999; a Date is none, for its day depends on a time zone',
    read: readDate,
    hash: hashNumber,
    compare: compareNumbers,
    text: (key) => dateText(key as number),
  },
  timestamptz: {
    allowed: 'a valid Date, or a string with time zone like 2026-01-31T12:00:00.000Z, of years 0001 to 9999',
    read: readTimestamp,
    hash: hashNumber,
    compare: compareNumbers,
    text: (key) => timestampText(key as number | bigint),
  },
};

/**
 * The one form of a key.
 * @throws {PolystoreError} KEY_INVALID where the value is not of the type
 */
export function canonicalKey(keyType: ShardKeyType, value: ShardKeyValue): CanonicalKey {
  const key = KEY_TYPES[keyType].read(value);
  if (key !== undefined) return key;
  throw invalidKey(keyType, value);
}

/** {@link canonicalKey} of one type, made once for many keys. */
export function keyReader(keyType: ShardKeyType): (value: ShardKeyValue) => CanonicalKey {
  const { read } = KEY_TYPES[keyType];
  return (value) => {
    const key = read(value);
    if (key !== undefined) return key;
    throw invalidKey(keyType, value);
  };
}

function invalidKey(keyType: ShardKeyType, value: unknown): PolystoreError<'KEY_INVALID'> {
  const { allowed } = KEY_TYPES[keyType];
  const got = describeKey(value);
  return new PolystoreError('KEY_INVALID', `shard key: got ${got}, allowed is ${allowed}`, {
    details: { expected: keyType, got },
    next: 'Pass the value of the shard key column, in its type.',
  });
}

/** What a key of a type may be, in words. */
export const allowedKeys = (keyType: ShardKeyType): string => KEY_TYPES[keyType].allowed;

/** The order of two keys of a type: below 0 where `a` comes first. */
export const compareKeys = (keyType: ShardKeyType, a: CanonicalKey, b: CanonicalKey): number =>
  KEY_TYPES[keyType].compare(a, b);

/** How many of `bounds`, which ascend, are not above a key: made once for many keys. */
export function boundCounter(keyType: ShardKeyType, bounds: readonly CanonicalKey[]): (key: CanonicalKey) => number {
  if (keyType === 'text') {
    const texts = bounds as readonly string[];
    return (key) => halve(texts.length, (at) => compareBytes(texts[at] as string, key as string) <= 0);
  }
  if (bounds.every((bound) => typeof bound === 'number')) {
    const numbers = Float64Array.from(bounds);
    // Exact for a bigint, too.
    return (key) => halve(numbers.length, (at) => (numbers[at] as number) <= (key as number | bigint));
  }
  return (key) => halve(bounds.length, (at) => (bounds[at] as CanonicalKey) <= key);
}

/** The first of `count` places at which `isBelow` is false: it is true up to there. */
function halve(count: number, isBelow: (at: number) => boolean): number {
  let low = 0;
  let high = count;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (isBelow(middle)) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** A key as text, the same for every form that it may come in. */
export const keyText = (keyType: ShardKeyType, key: CanonicalKey): string => KEY_TYPES[keyType].text(key);

/** The low 32 bits of PostgreSQL's hash of a key. @throws {PolystoreError} KEY_INVALID */
export function hashKey(keyType: ShardKeyType, value: ShardKeyValue): number {
  return KEY_TYPES[keyType].hash(canonicalKey(keyType, value));
}

function readBigint(value: ShardKeyValue): number | bigint | undefined {
  // -0 is no integer of PostgreSQL's, and where one appears a sum went wrong.
  if (typeof value === 'number') return Number.isSafeInteger(value) && !Object.is(value, -0) ? value : undefined;
  if (typeof value === 'string') {
    if (!DECIMAL.test(value)) return undefined;
    return value.length <= 15 ? Number(value) : int8(BigInt(value));
  }
  return typeof value === 'bigint' ? int8(value) : undefined;
}

/** A number where that is exact. */
function int8(value: bigint): number | bigint | undefined {
  if (value < INT8_MIN || value > INT8_MAX) return undefined;
  const rounded = Number(value);
  return Number.isSafeInteger(rounded) ? rounded : value;
}

function readText(value: ShardKeyValue): string | undefined {
  return typeof value === 'string' && !value.includes('\0') && value.isWellFormed() ? value : undefined;
}

function readUuid(value: ShardKeyValue): string | undefined {
  return typeof value === 'string' && UUID.test(value) ? value.toLowerCase() : undefined;
}

/** Reused for every key: hashing is synchronous, so no two keys are in it at once. */
let scratch = Buffer.alloc(256);

function hashText(key: CanonicalKey): number {
  const text = key as string;
  const mostBytes = text.length * 3;
  if (scratch.length < mostBytes) scratch = Buffer.alloc(mostBytes);
  return hashBytes(scratch, scratch.write(text, 'utf8'));
}

function hashUuid(key: CanonicalKey): number {
  scratch.write((key as string).replaceAll('-', ''), 'hex');
  return hashBytes(scratch, 16);
}

/** Type and a short form of the value: a key may be personal data, so a long one is cut. */
export function describeKey(value: unknown): string {
  if (typeof value === 'string') {
    const shown = JSON.stringify(value.slice(0, 40));
    return value.length > 40 ? `the string ${shown}… of ${value.length} characters` : `the string ${shown}`;
  }
  if (Object.is(value, -0)) return 'the number -0';
  if (typeof value === 'number' || typeof value === 'bigint') return `the ${typeof value} ${value}`;
  if (value instanceof Date)
    return Number.isNaN(value.getTime()) ? 'an invalid Date' : `the Date ${value.toISOString()}`;
  return value === null ? 'null' : `a value of type ${typeof value}`;
}
