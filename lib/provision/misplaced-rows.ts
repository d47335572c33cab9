import { bucketSql, type ShardKeyType } from '../placement';
import { quoteIdentifier, quoteLiteral, type Queryable } from '../postgres';
import type { PlacedRows } from './target-database';

/** Tables beyond this are sampled, so that a check beside live traffic reads at most 16 MB of each (pages of 8 kB). */
const MAX_PAGES = 2048;

/** Types whose values PostgreSQL hashes as the key type's: int2, int4 and int8 alike. */
const COLUMN_TYPES: Readonly<Record<ShardKeyType, readonly string[]>> = {
  bigint: ['smallint', 'integer', 'bigint'],
  text: ['text', 'character varying'],
  uuid: ['uuid'],
};

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
  await client.query('revoke all on function polystore.misplaced_rows(integer[]) from public');
  await client.query(`grant execute on function polystore.misplaced_rows(integer[]) to ${quoteIdentifier(smokeRole)}`);
}

function functionSql({ column, placement }: PlacedRows): string {
  const { keyType, strategy } = placement;
  const bucket = bucketSql(strategy, keyType, quoteIdentifier(column));
  const types = COLUMN_TYPES[keyType].map(quoteLiteral).join(', ');
  // A fixed search_path, or a caller could put its own functions before the built-in ones and have them run with the owner's rights.
  return `
create or replace function polystore.misplaced_rows(owned integer[])
  returns table (table_name text, scanned bigint, sampled boolean, misplaced bigint, problem text)
  language plpgsql volatile security definer
  set search_path = pg_catalog, pg_temp
  set lock_timeout = '1s'
as $misplaced_rows$
declare
  found record;
  pages bigint;
begin
  for found in
    select c.oid, n.nspname, c.relname, format_type(coalesce(nullif(t.typbasetype, 0), t.oid), null) as type
      from pg_class c
      join pg_namespace n on n.oid = c.relnamespace
      join pg_attribute a on a.attrelid = c.oid and a.attname = ${quoteLiteral(column)} and not a.attisdropped
      join pg_type t on t.oid = a.atttypid
     where c.relkind = 'r' and c.relpersistence <> 't'
       and n.nspname not in ('pg_catalog', 'information_schema', 'polystore')
     order by n.nspname, c.relname
  loop
    table_name := format('%I.%I', found.nspname, found.relname);
    scanned := 0;
    misplaced := 0;
    problem := null;
    sampled := false;
    if found.type not in (${types}) then
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
end
$misplaced_rows$`;
}
