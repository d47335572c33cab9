import { compareBytes } from '../../placement/byte-order';
import { compareDecimals, parseDecimal, type Decimal } from './decimal';
import { microsecondsOf } from './moment';

/** A value in its order: what {@link OrderedType.key} made of it. Keys of different types can't be compared. */
export type OrderedKey = number | bigint | string | Decimal;

/** A type of PostgreSQL whose order is known here. A key is made once a value, compared often. */
export interface OrderedType {
  /** For a cast. */
  readonly sql: string;
  /** Needs COLLATE "C": only then is its order one of bytes, the same in every database and here. */
  readonly isText: boolean;
  /** Of a text as PostgreSQL writes the value in JSON; `undefined` where it is no value of the type. */
  readonly key: (text: string) => OrderedKey | undefined;
  /** Below 0 where `a` comes first. Both are keys of this type. */
  readonly compare: (a: OrderedKey, b: OrderedKey) => number;
}

const ordered = <Key extends OrderedKey>(
  sql: string,
  key: (text: string) => Key | undefined,
  compare: (a: Key, b: Key) => number,
): OrderedType => ({ sql, isText: false, key, compare: (a, b) => compare(a as Key, b as Key) });

/** Numbers and bigints compare exactly with each other. */
const compareNative = <Key extends number | bigint | string>(a: Key, b: Key): number => (a < b ? -1 : a > b ? 1 : 0);

/** NaN is above everything else, and -0 is 0. */
const compareFloats = (a: number, b: number): number =>
  Number.isNaN(a) ? (Number.isNaN(b) ? 0 : 1) : Number.isNaN(b) ? -1 : a === b ? 0 : a < b ? -1 : 1;

const matching =
  (pattern: RegExp) =>
  (text: string): string | undefined =>
    pattern.test(text) ? text : undefined;

const integer = (text: string): number | bigint | undefined => {
  if (!/^-?\d{1,19}$/.test(text)) return undefined;
  return text.length <= 15 ? Number(text) : BigInt(text);
};
const float = (text: string): number | undefined =>
  text === 'NaN' || /^-?(?:Infinity|\d+(?:\.\d+)?(?:e[+-]?\d+)?)$/.test(text) ? Number(text) : undefined;
const uuid = matching(/^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
const wellFormed = (text: string): string | undefined =>
  text.isWellFormed() && !text.includes('\0') ? text : undefined;

const text = (sql: string): OrderedType => ({ ...ordered(sql, wellFormed, compareBytes), isText: true });

/** By OID. @see https://github.com/postgres/postgres/blob/REL_17_0/src/include/catalog/pg_type.dat */
export const ORDERED_TYPES: ReadonlyMap<number, OrderedType> = new Map([
  [16, ordered('boolean', matching(/^(?:true|false)$/), compareNative)],
  [20, ordered('bigint', integer, compareNative)],
  [21, ordered('smallint', integer, compareNative)],
  [23, ordered('integer', integer, compareNative)],
  [25, text('text')],
  [700, ordered('real', float, compareFloats)],
  [701, ordered('double precision', float, compareFloats)],
  [1043, text('varchar')],
  [1082, ordered('date', microsecondsOf, compareNative)],
  [1114, ordered('timestamp', microsecondsOf, compareNative)],
  [1184, ordered('timestamptz', microsecondsOf, compareNative)],
  [1700, ordered('numeric', parseDecimal, compareDecimals)],
  [2950, ordered('uuid', uuid, compareNative)],
]);

/** For messages. */
export const ORDERED_TYPE_NAMES: string = [...ORDERED_TYPES.values()].map(({ sql }) => sql).join(', ');
