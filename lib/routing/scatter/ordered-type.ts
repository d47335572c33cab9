import { compareBytes } from '../../placement/byte-order';
import { compareDecimals, parseDecimal } from './decimal';
import { microsecondsOf } from './moment';

/** A type of PostgreSQL whose order is known here. A key is made once a row, compared often. */
export interface OrderedType {
  /** For a cast. */
  readonly sql: string;
  /** Needs COLLATE "C": only then is its order one of bytes, the same in every database and here. */
  readonly isText: boolean;
  /** A function of two texts as PostgreSQL writes the values in JSON; `undefined` where a text is no value of the type. */
  key(text: string): OrderedKey | undefined;
}

/** A value in its order. */
export interface OrderedKey {
  /** Below 0 where this comes first. Both must be keys of one type. */
  compare(other: OrderedKey): number;
}

class KeyOf<T> implements OrderedKey {
  constructor(
    private readonly value: T,
    private readonly order: (a: T, b: T) => number,
  ) {}

  compare(other: OrderedKey): number {
    return this.order(this.value, (other as KeyOf<T>).value);
  }
}

function ordered<T>(sql: string, parse: (text: string) => T | undefined, order: (a: T, b: T) => number): OrderedType {
  return {
    sql,
    isText: false,
    key: (text) => {
      const value = parse(text);
      return value === undefined ? undefined : new KeyOf(value, order);
    },
  };
}

const compareNative = <T extends bigint | string>(a: T, b: T): number => (a < b ? -1 : a > b ? 1 : 0);

/** NaN is above everything else, and -0 is 0. */
const compareFloats = (a: number, b: number): number =>
  Number.isNaN(a) ? (Number.isNaN(b) ? 0 : 1) : Number.isNaN(b) ? -1 : a === b ? 0 : a < b ? -1 : 1;

const matching =
  (pattern: RegExp) =>
  (text: string): string | undefined =>
    pattern.test(text) ? text : undefined;

const integer = (text: string): bigint | undefined => (/^-?\d{1,19}$/.test(text) ? BigInt(text) : undefined);
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
