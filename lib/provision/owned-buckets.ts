import { bucketsOf } from '../placement';
import { quoteIdentifier, quoteLiteral, WRONG_SHARD, type Queryable } from '../postgres';
import type { PlacedRows } from './target-database';

/**
 * Makes the shard's own record of the buckets that it owns, `polystore.owned_bucket`, and `polystore.require_bucket(bucket)`, which raises
 * {@link WRONG_SHARD} for any other: a router that acts on an old shard map meets it, reads the map again, and goes to the right shard.
 *
 * The record follows the placement forward, never back. A version that it has seen changes nothing: since then the record may have been changed
 * by whoever is about to change the placement.
 */
export async function recordOwnedBuckets(
  client: Queryable,
  shard: string,
  { placement }: PlacedRows,
  smokeRole: string,
): Promise<void> {
  const { shardMap } = placement;
  await client.query(TABLES);
  await client.query(REQUIRE_BUCKET);
  const { rowCount } = await client.query(
    `insert into polystore.placement_seen (map_version) values ($1)
       on conflict (only_row) do update set map_version = excluded.map_version
       where placement_seen.map_version < excluded.map_version`,
    [shardMap.version],
  );
  if (rowCount !== 0) await client.query(FOLLOW, [bucketsOf(shardMap, shard)]);
  await client.query(
    `grant select on polystore.owned_bucket, polystore.placement_seen to ${quoteIdentifier(smokeRole)}`,
  );
}

/** An epoch counts how often a bucket came to the shard: what was written under an older one is told apart. */
const TABLES = `
  create table if not exists polystore.owned_bucket (
    bucket integer primary key check (bucket >= 0),
    epoch bigint not null default 1 check (epoch > 0)
  );
  create table if not exists polystore.placement_seen (
    only_row boolean primary key default true check (only_row),
    map_version bigint not null
  )`;

const FOLLOW = `
  with owned as (select unnest($1::integer[]) as bucket),
       lost as (delete from polystore.owned_bucket o where not exists (select from owned where owned.bucket = o.bucket))
  insert into polystore.owned_bucket (bucket) select bucket from owned on conflict (bucket) do nothing`;

/** Whoever may use the schema may call it, as the trigger of a sharded table does; the record itself is read with the owner's rights. */
const REQUIRE_BUCKET = `
create or replace function polystore.require_bucket(required integer) returns void
  language plpgsql stable security definer
  set search_path = pg_catalog, pg_temp
as $require_bucket$
begin
  if not exists (select from polystore.owned_bucket o where o.bucket = required) then
    raise exception 'this shard does not own bucket %', coalesce(required::text, '(none)')
      using errcode = ${quoteLiteral(WRONG_SHARD)},
            detail = json_build_object('bucket', required,
                                       'mapVersion', (select map_version from polystore.placement_seen))::text,
            hint = 'The row belongs on another shard: read the shard map again.';
  end if;
end
$require_bucket$`;
