import { bucketExpression, type ShardKeyType } from '../placement';
import { quoteIdentifier, quoteLiteral, type Queryable } from '../postgres';
import type { PlacedRows } from './target-database';

/** Tables beyond this are sampled, so that a check beside live traffic reads at most 16 MB of each (pages of 8 kB). */
const MAX_PAGES = 2048;

/** Types whose values PostgreSQL hashes as the key type's: int2, int4 and int8 alike. */
const COLUMN_TYPES: Readonly<Record<ShardKeyType, readonly string[]>> = {
  bigint: ['smallint', 'integer', 'bigint'],
  text: ['text', 'character varying'],
  uuid: ['uuid'],
  date: ['date'],
  timestamptz: ['timestamp with time zone'],
};

/** The user tables with the shard key column, for a plpgsql loop; a key's type is the base type where the column is of a domain. */
const tablesSql = (column: string): string => `
    select c.oid, n.nspname, c.relname, format_type(coalesce(nullif(t.typbasetype, 0), t.oid), null) as type
      from pg_class c
      join pg_namespace n on n.oid = c.relnamespace
      join pg_attribute a on a.attrelid = c.oid and a.attname = ${quoteLiteral(column)} and not a.attisdropped
      join pg_type t on t.oid = a.atttypid
     where c.relkind = 'r' and c.relpersistence <> 't'
       and n.nspname not in ('pg_catalog', 'information_schema', 'polystore', 'polystore_smoke', 'polystore_drill')
     order by n.nspname, c.relname`;

/**
 * Makes `polystore.misplaced_rows(owned integer[])`: for every user table with the shard key column, how many rows were looked at and how many are
 * of a bucket that is not in `owned` (or of none, where the key is null). It runs with the owner's rights, returns counts and no
 * data, and only `smokeRole` may call it.
 *
 * `problem` is null, or says why a table was not looked at: `locked`, `unreadable` where it belongs to somebody else
 * than the owner role, or `type …` where the column is of a type that keys are not of.
 */
export async function createMisplacedRows(client: Queryable, placed: PlacedRows, smokeRole: string): Promise<void> {
  await client.query(functionSql(placed));
  await forSmokeOnly(client, 'polystore.misplaced_rows(integer[])', smokeRole);
}

/**
 * Makes `polystore.placed_keys(most integer)`, for a store whose buckets only its key directory knows: of every user table with the shard key
 * column at most `most` different keys, for the smoke role to look up; `problem` as in {@link createMisplacedRows}. Every key that it returns
 * stands in the directory too, which the smoke test may read anyway.
 */
export async function createPlacedKeys(client: Queryable, placed: PlacedRows, smokeRole: string): Promise<void> {
  await client.query(keysSql(placed));
  await forSmokeOnly(client, 'polystore.placed_keys(integer)', smokeRole);
}

async function forSmokeOnly(client: Queryable, signature: string, smokeRole: string): Promise<void> {
  await client.query(`revoke all on function ${signature} from public`);
  await client.query(`grant execute on function ${signature} to ${quoteIdentifier(smokeRole)}`);
}

const typesOf = ({ placement }: PlacedRows): string => COLUMN_TYPES[placement.keyType].map(quoteLiteral).join(', ');

/** Both run with the owner's rights, so their search_path is fixed: a caller could put functions of its own before the built-in ones. */
const RIGHTS = `
  language plpgsql volatile security definer
  set search_path = pg_catalog, pg_temp
  set lock_timeout = '1s'`;

function functionSql(placed: PlacedRows): string {
  const { column, placement } = placed;
  // The expression itself: polystore.bucket may have been tampered with, which is for another check to find.
  const bucket = bucketExpression(placement, quoteIdentifier(column))?.sql ?? 'null';
  return `
create or replace function polystore.misplaced_rows(owned integer[])
  returns table (table_name text, scanned bigint, sampled boolean, misplaced bigint, problem text)${RIGHTS}
as ${quoteLiteral(misplacedBody(placed, bucket))}`;
}

function misplacedBody(placed: PlacedRows, bucket: string): string {
  const { column } = placed;
  return `
declare
  found record;
  pages bigint;
begin
  for found in${tablesSql(column)}
  loop
    table_name := format('%I.%I', found.nspname, found.relname);
    scanned := 0;
    misplaced := 0;
    problem := null;
    sampled := false;
    if found.type not in (${typesOf(placed)}) then
      problem := 'type ' || found.type;
    else
      begin
        -- Here and not in the loop's query: it waits for the table's lock. Null where the table was dropped meanwhile.
        pages := coalesce(pg_relation_size(found.oid) / current_setting('block_size')::bigint, 0);
        sampled := pages > ${MAX_PAGES};
        execute format('select count(*), count(*) filter (where (%s = any ($1)) is not true) from only %I.%I %s',
                       ${quoteLiteral(bucket)}, found.nspname, found.relname,
                       case when sampled then format('tablesample system (%s)', ${MAX_PAGES * 100}.0 / pages) end)
          into scanned, misplaced using owned;
      exception
        when undefined_table then continue;
        when lock_not_available then problem := 'locked';
        when insufficient_privilege then problem := 'unreadable';
      end;
    end if;
    return next;
  end loop;
end`;
}

/** The first pages only: a key is looked up, so that few are enough and all are too many. */
function keysSql(placed: PlacedRows): string {
  return `
create or replace function polystore.placed_keys(most integer)
  returns table (table_name text, keys text[], problem text)${RIGHTS}
  set timezone = 'UTC'
  set datestyle = 'ISO'
as ${quoteLiteral(keysBody(placed))}`;
}

function keysBody(placed: PlacedRows): string {
  const { column } = placed;
  const key = quoteIdentifier(column);
  return `
declare
  found record;
begin
  for found in
${tablesSql(column)}
  loop
    table_name := format('%I.%I', found.nspname, found.relname);
    keys := '{}';
    problem := null;
    if found.type not in (${typesOf(placed)}) then
      problem := 'type ' || found.type;
    else
      begin
        execute format('select array_agg(distinct key) from (select %s::text as key from only %I.%I limit $1) as sample',
                       ${quoteLiteral(key)}, found.nspname, found.relname) into keys using most;
        keys := coalesce(keys, '{}');
      exception
        when undefined_table then continue;
        when lock_not_available then problem := 'locked';
        when insufficient_privilege then problem := 'unreadable';
      end;
    end if;
    return next;
  end loop;
end`;
}
