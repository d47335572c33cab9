import { KEY_HASHES, type ShardKeyType, type ShardKeyValue } from './shard-key';
import { BUCKET_COUNT, type BucketId, type PlacementStrategy } from './strategy';

/**
 * The bucket of a key: a pure function of strategy and key, for ever.
 * @throws {PolystoreError} KEY_INVALID where the key is not of `keyType`
 */
export function bucketOf(strategy: PlacementStrategy, keyType: ShardKeyType, key: ShardKeyValue): BucketId {
  switch (strategy.type) {
    case 'hash':
      return KEY_HASHES[keyType](key) & (BUCKET_COUNT - 1);
  }
}

/** PostgreSQL's own hash function for each key type; COLLATE "C" makes it one of bytes whatever the column's collation. */
const HASH_SQL: Readonly<Record<ShardKeyType, (key: string) => string>> = {
  bigint: (key) => `hashint8extended((${key})::bigint, 0)`,
  text: (key) => `hashtextextended((${key})::text COLLATE "C", 0)`,
  uuid: (key) => `uuid_hash_extended((${key})::uuid, 0)`,
};

/**
 * The same function as a plain SQL expression of type integer, immutable, over `key`: a column or parameter, already quoted.
 */
export function bucketSql(strategy: PlacementStrategy, keyType: ShardKeyType, key: string): string {
  switch (strategy.type) {
    case 'hash':
      return `(${HASH_SQL[keyType](key)} & ${BUCKET_COUNT - 1})::integer`;
  }
}
