import { bucketExpression, type BucketExpression } from '../placement';
import { quoteLiteral, type Queryable } from '../postgres';
import type { PlacedRows } from './target-database';

/**
 * Makes `polystore.bucket(key)`, the SQL twin of the router's bucket function: for queries and publications' row filters and, where the strategy
 * is `hash`, for generated columns and indexes. Every role may call it that may use the schema. Where a key directory says which bucket a key is
 * in, the database does not know, and there is no such function.
 *
 * Ranges stand in the function itself: after a split the tier is provisioned again.
 */
export async function createBucketFunction(client: Queryable, { placement }: PlacedRows): Promise<void> {
  const expression = bucketExpression(placement, 'key');
  if (expression === undefined) return;
  await client.query(
    `create or replace function polystore.bucket(key ${placement.keyType}) returns integer
       ${expression.volatility} parallel safe ${bodyOf(expression)}`,
  );
}

function bodyOf({ sql, volatility }: BucketExpression): string {
  switch (volatility) {
    case 'immutable':
      // Not STRICT: only then can the planner inline it; what it calls returns null for null by itself.
      return `language sql return ${sql}`;
    case 'stable':
      // The planner would inline SQL, find nothing but immutable functions, and let an index have what a split changes.
      return `language plpgsql as ${quoteLiteral(`begin return ${sql}; end`)}`;
  }
}
