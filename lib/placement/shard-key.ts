/** PostgreSQL type of a shard key column. `integer` and `smallint` columns are `bigint` here: all three hash alike. */
export type ShardKeyType = 'bigint' | 'text' | 'uuid';

/** A shard key value as an application holds it. `bigint` keys may be decimal strings, since pg reads int8 columns as strings. */
export type ShardKeyValue = string | number | bigint;
