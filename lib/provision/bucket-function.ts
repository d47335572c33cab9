import { bucketSql } from '../placement';
import type { Queryable } from '../postgres';
import type { PlacedRows } from './target-database';

/**
 * Makes `polystore.bucket(key)`, the SQL twin of `bucketOf`: for queries, generated columns, indexes and publications' row filters.
 * Every role may call it that may use the schema.
 */
export async function createBucketFunction(client: Queryable, { placement }: PlacedRows): Promise<void> {
  const { keyType, strategy } = placement;
  // Not STRICT: only then can the planner inline it; the built-in hash returns null for null by itself.
  await client.query(
    `create or replace function polystore.bucket(key ${keyType}) returns integer
       language sql immutable parallel safe
       return ${bucketSql(strategy, keyType, 'key')}`,
  );
}
