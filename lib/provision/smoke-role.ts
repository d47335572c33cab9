import type { ShardKeyType } from '../placement';
import { quoteIdentifier, type Queryable } from '../postgres';
import type { Access } from '../topology';
import { asRole, roleExists, setLogin } from './login-role';
import type { RoleReport } from './provision-report';

/** The smoke test's own role. */
export interface SmokeRole {
  readonly role: string;
  readonly password: string;
  /** Type of the keys that the smoke test writes; absent where the store isn't sharded. */
  readonly keyType?: ShardKeyType;
}

/** What a service may do on `polystore_smoke.rights`: the same as on users' tables. */
const RIGHTS: Readonly<Record<Access, string>> = { read: 'select', write: 'select, insert, update, delete' };

/**
 * Makes the smoke role: it watches (`pg_monitor`), owns schema `polystore_smoke` with what the smoke test writes, and has nothing
 * on users' tables.
 */
export async function provisionSmokeRole(
  client: Queryable,
  database: string,
  { role, password, keyType }: SmokeRole,
): Promise<RoleReport> {
  const exists = await roleExists(client, role);
  if (exists && !(await ownsSmokeSchema(client, role))) {
    throw new Error(`role "${role}" exists and was not made by the kit: rename it, or the user of the smoke secret`);
  }
  await setLogin(client, role, password);
  await becomeMember(client, role);
  const smoke = quoteIdentifier(role);
  await client.query(
    `create schema if not exists polystore_smoke authorization ${smoke};
     grant connect on database ${quoteIdentifier(database)} to ${smoke};
     grant usage on schema polystore to ${smoke};
     grant select on polystore.identity to ${smoke}`,
  );
  await asRole(client, role, async () => {
    await client.query(tablesSql(keyType));
  });
  const outcome = exists ? 'confirmed' : 'created';
  return { role, access: 'smoke', outcome, relationsChanged: 0, leftAlone: [] };
}

/**
 * Gives a service on `polystore_smoke.rights` what it has on users' tables, so that the smoke test can try its rights for real
 * without touching users' data; `none` takes them away.
 */
export async function grantSmokeTable(
  client: Queryable,
  smokeRole: string,
  serviceRole: string,
  access: Access | 'none',
): Promise<void> {
  const service = quoteIdentifier(serviceRole);
  await asRole(client, smokeRole, async () => {
    await client.query(
      `revoke all on schema polystore_smoke from ${service};
       revoke all on polystore_smoke.rights from ${service}`,
    );
    if (access === 'none') return;
    await client.query(
      `grant usage on schema polystore_smoke to ${service};
       grant ${RIGHTS[access]} on polystore_smoke.rights to ${service}`,
    );
  });
}

async function ownsSmokeSchema(client: Queryable, role: string): Promise<boolean> {
  const { rows } = await client.query(
    `select from pg_namespace where nspname = 'polystore_smoke' and nspowner = $1::regrole`,
    [quoteIdentifier(role)],
  );
  return rows.length > 0;
}

/** The role joins `pg_monitor`, and the owner role may act as it: whoever creates a role may at first only administer it. */
async function becomeMember(client: Queryable, role: string): Promise<void> {
  const smoke = quoteIdentifier(role);
  const { rows } = await client.query<{ monitors: boolean; acts: boolean }>(
    `select pg_has_role($1::regrole, 'pg_monitor', 'USAGE') as monitors,
            pg_has_role(current_user, $1::regrole, 'SET') as acts`,
    [smoke],
  );
  // Needs the right to give pg_monitor on, which the master user of RDS has through rds_superuser.
  if (!rows[0]?.monitors) await client.query(`grant pg_monitor to ${smoke}`);
  if (!rows[0]?.acts) await client.query(`grant ${smoke} to current_user with inherit false, set true`);
}

function tablesSql(keyType: ShardKeyType | undefined): string {
  const born = 'written_at timestamptz not null default now()';
  const keys = `create table if not exists polystore_smoke.keys (
    run text not null, key ${keyType} not null, ${born}, primary key (run, key))`;
  return [
    `create table if not exists polystore_smoke.probe (id uuid primary key, run text not null, ${born})`,
    `create table if not exists polystore_smoke.rights (id uuid primary key, ${born})`,
    ...(keyType === undefined ? [] : [keys]),
  ].join(';\n');
}
