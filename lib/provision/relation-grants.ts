import { quoteIdentifier, type Queryable } from '../postgres';
import type { Access } from '../topology';

/** What a service may do with each table or view, and with each sequence, of schema `public`. `none`: its service left the definition. */
const WANTED: Readonly<
  Record<Access | 'none', { readonly table: readonly string[]; readonly sequence: readonly string[] }>
> = {
  read: { table: ['SELECT'], sequence: [] },
  write: { table: ['SELECT', 'INSERT', 'UPDATE', 'DELETE'], sequence: ['USAGE'] },
  none: { table: [], sequence: [] },
};

/** What of a role's rights was changed. */
export interface GrantChanges {
  readonly relationsChanged: number;
  /** Relations of another owner, which the owner role can't grant on. */
  readonly leftAlone: readonly string[];
}

interface Relation {
  readonly name: string;
  readonly kind: 'table' | 'sequence';
  readonly ours: boolean;
  readonly held: readonly string[];
  readonly [column: string]: unknown;
}

/** Every table, view and sequence of schema public except an extension's own, and what `$1` was granted on it (columns' grants as the table's). */
const RELATIONS = `
  select format('%I.%I', n.nspname, c.relname) as name,
         case c.relkind when 'S' then 'sequence' else 'table' end as kind,
         pg_has_role(current_user, c.relowner, 'USAGE') as ours,
         array(select distinct acl.privilege_type
                 from (select c.relacl union all
                       select a.attacl from pg_attribute a where a.attrelid = c.oid) as granted(list),
                      aclexplode(granted.list) as acl
                where acl.grantee = $1::regrole) as held
    from pg_class c
    join pg_namespace n on n.oid = c.relnamespace
   where n.nspname = 'public' and c.relkind in ('r', 'p', 'v', 'm', 'f', 'S')
     and not exists (select from pg_depend d
                      where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype = 'e')
   order by name`;

/**
 * Gives `role` exactly the rights of `access` on everything in schema public that the owner role owns, and on what it creates there
 * later. Only what differs is touched.
 */
export async function grantRelations(client: Queryable, role: string, access: Access | 'none'): Promise<GrantChanges> {
  const wanted = WANTED[access];
  const grantee = quoteIdentifier(role);
  const { rows } = await client.query<Relation & Record<string, unknown>>(RELATIONS, [grantee]);
  const changes = rows
    .filter(({ ours }) => ours)
    .map((relation) => changeSql(relation, wanted[relation.kind], grantee));
  const statements = changes.filter((sql) => sql !== '');
  if (statements.length > 0) await client.query(statements.join(';\n'));
  await client.query(defaultsSql(wanted, grantee));
  return {
    relationsChanged: statements.length,
    leftAlone: rows.filter(({ ours }) => !ours).map(({ name }) => name),
  };
}

function changeSql({ name, kind, held }: Relation, wanted: readonly string[], grantee: string): string {
  const missing = wanted.filter((privilege) => !held.includes(privilege));
  const surplus = held.filter((privilege) => !wanted.includes(privilege));
  return [
    // All goes at once: REVOKE of a table privilege takes the columns' along.
    ...(surplus.length > 0 ? [`revoke ${surplus.join(', ')} on ${kind} ${name} from ${grantee}`] : []),
    ...(missing.length > 0 ? [`grant ${missing.join(', ')} on ${kind} ${name} to ${grantee}`] : []),
  ].join(';\n');
}

function defaultsSql(wanted: (typeof WANTED)[Access | 'none'], grantee: string): string {
  const change = (what: string): string => `alter default privileges in schema public ${what}`;
  return [
    change(`revoke all on tables from ${grantee}`),
    change(`revoke all on sequences from ${grantee}`),
    ...(wanted.table.length > 0 ? [change(`grant ${wanted.table.join(', ')} on tables to ${grantee}`)] : []),
    ...(wanted.sequence.length > 0 ? [change(`grant ${wanted.sequence.join(', ')} on sequences to ${grantee}`)] : []),
  ].join(';\n');
}
