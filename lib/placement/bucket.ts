import { finiteBounds, keyOutOfRange, rangeFinder, type KeyRanges } from './key-ranges';
import type { Placement } from './placement';
import { bucketsOf } from './shard-map';
import { hashKey, keyReader, type ShardKeyType, type ShardKeyValue } from './shard-key';
import { BUCKET_COUNT, type BucketId, type HashStrategy } from './strategy';

/**
 * The bucket of a key by its hash: a pure function of strategy and key, for ever.
 * @throws {PolystoreError} KEY_INVALID where the key is not of `keyType`
 */
export function bucketOf(_strategy: HashStrategy, keyType: ShardKeyType, key: ShardKeyValue): BucketId {
  return hashKey(keyType, key) & (BUCKET_COUNT - 1);
}

/**
 * The bucket of a shard for a key that a key directory is to assign to it; `undefined` where the shard owns none. Keys of one shard spread over its
 * buckets, so that a part of them can move.
 */
export function bucketOnShard(
  { keyType, shardMap }: Pick<Placement, 'keyType' | 'shardMap'>,
  shard: string,
  key: ShardKeyValue,
): BucketId | undefined {
  const owned = bucketsOf(shardMap, shard);
  return owned[(hashKey(keyType, key) & (BUCKET_COUNT - 1)) % owned.length];
}

/**
 * The bucket of a key.
 * @throws {PolystoreError} KEY_INVALID where the key is not of the store's type, KEY_OUT_OF_RANGE where no range holds it
 */
export type BucketFinder = (key: ShardKeyValue) => BucketId;

/** How keys find their bucket in a placement, made once for many keys; `undefined` where that is for the key directory to say. */
export function bucketFinder({ store, keyType, strategy, shardMap: { ranges } }: Placement): BucketFinder | undefined {
  switch (strategy.type) {
    case 'hash':
      return (key) => hashKey(keyType, key) & (BUCKET_COUNT - 1);
    case 'range': {
      const known = rangesIn(store, ranges);
      const read = keyReader(keyType);
      const find = rangeFinder(keyType, known);
      return (key) => {
        const range = find(read(key));
        if (range === undefined) throw keyOutOfRange(store, known, key);
        return known.buckets[range] as BucketId;
      };
    }
    case 'directory':
      return undefined;
  }
}

/** PostgreSQL's own hash function for each key type; COLLATE "C" makes it one of bytes whatever the column's collation. */
const HASH_SQL: Readonly<Record<ShardKeyType, (key: string) => string>> = {
  bigint: (key) => `hashint8extended((${key})::bigint, 0)`,
  text: (key) => `hashtextextended((${key})::text COLLATE "C", 0)`,
  uuid: (key) => `uuid_hash_extended((${key})::uuid, 0)`,
  // PostgreSQL 17 has no hash of a date that may be called: it is hashed as its number of days, a moment as its number of microseconds.
  date: (key) => `hashint8extended(((${key})::date - date '1970-01-01')::bigint, 0)`,
  timestamptz: (key) => `hashint8extended((extract(epoch from (${key})::timestamptz) * 1000000)::bigint, 0)`,
};

/** {@link bucketOf} as a plain SQL expression of type integer, immutable, over `key`: a column or parameter, already quoted. */
export function bucketSql(_strategy: HashStrategy, keyType: ShardKeyType, key: string): string {
  return `(${HASH_SQL[keyType](key)} & ${BUCKET_COUNT - 1})::integer`;
}

/** A bucket function in SQL. */
export interface BucketExpression {
  /** Of type integer; null for a key that is null or that no range holds. */
  readonly sql: string;
  /** `immutable`: the same for ever. `stable`: it changes where a range is split, so no index and no generated column may hold it. */
  readonly volatility: 'immutable' | 'stable';
}

/** The SQL twin of {@link bucketFinder} over `key`, a column or parameter, already quoted; `undefined` where there is none. */
export function bucketExpression(placement: Placement, key: string): BucketExpression | undefined {
  const { store, keyType, strategy, shardMap } = placement;
  switch (strategy.type) {
    case 'hash':
      return { sql: bucketSql(strategy, keyType, key), volatility: 'immutable' };
    case 'range':
      return { sql: rangeSql(keyType, rangesIn(store, shardMap.ranges), key), volatility: 'stable' };
    case 'directory':
      return undefined;
  }
}

/** width_bucket halves as rangeFinder does, in C: it counts the bounds that are not above the key. */
function rangeSql(keyType: ShardKeyType, ranges: KeyRanges, key: string): string {
  const bounds = finiteBounds(ranges);
  const operand = `(${key})::${keyType}${keyType === 'text' ? ' COLLATE "C"' : ''}`;
  const [only] = ranges.buckets;
  if (bounds.length === 0) return `case when ${operand} is not null then ${only} end`;
  const beyond = (bound: string | null | undefined): readonly string[] => (bound === null ? [] : ['null']);
  const slots = [...beyond(ranges.bounds[0]), ...ranges.buckets.map(String), ...beyond(ranges.bounds.at(-1))];
  const thresholds = bounds.map(literal).join(', ');
  return `(array[${slots.join(', ')}]::integer[])[width_bucket(${operand}, array[${thresholds}]::${keyType}[]) + 1]`;
}

/** A string constant, whatever `standard_conforming_strings` says. */
function literal(text: string): string {
  const quoted = text.replaceAll("'", "''");
  return quoted.includes('\\') ? `E'${quoted.replaceAll('\\', '\\\\')}'` : `'${quoted}'`;
}

/** A placement of strategy `range` always has ranges: its codec sees to that. */
function rangesIn(store: string, ranges: KeyRanges | undefined): KeyRanges {
  if (ranges) return ranges;
  throw new TypeError(`the placement of store "${store}" has no ranges, and nobody noticed`);
}
