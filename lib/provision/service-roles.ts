import { quoteIdentifier, type Queryable } from '../postgres';
import type { Access } from '../topology';
import { roleExists, setIamLogin, setLogin } from './login-role';
import type { RoleReport } from './provision-report';
import { grantRelations, type GrantChanges } from './relation-grants';
import { grantSmokeTable } from './smoke-role';

/** A service as a role: what it may do, and the password of its secret or, without one, tokens of IAM. */
export interface ServiceRole {
  readonly service: string;
  readonly role: string;
  readonly login: { readonly kind: 'secret'; readonly password: string } | { readonly kind: 'iam' };
  readonly access: Access;
}

/** Every role that the kit made here, so that it never takes over anybody else's, and knows which service has left. */
const CREATE_TABLE = `
  create table if not exists polystore.service_role (
    role text primary key,
    service text not null,
    access text not null check (access in ('read', 'write', 'none'))
  )`;

interface KnownRole {
  readonly role: string;
  readonly service: string;
  readonly access: Access | 'none';
  readonly [column: string]: unknown;
}

/** Where the roles live: the database, and the smoke role, whose table shows their rights. */
export interface ServiceRolesPlace {
  readonly database: string;
  readonly smokeRole: string;
}

/** Gives each service its role with exactly its rights, and takes rights and login from the roles of services that left. */
export async function provisionServiceRoles(
  client: Queryable,
  place: ServiceRolesPlace,
  wanted: readonly ServiceRole[],
): Promise<readonly RoleReport[]> {
  await client.query(CREATE_TABLE);
  const { rows: known } = await client.query<KnownRole>('select role, service, access from polystore.service_role');
  const reports: RoleReport[] = [];
  for (const role of wanted) {
    reports.push(
      await provisionRole(
        client,
        place,
        role,
        known.find((one) => one.role === role.role),
      ),
    );
  }
  for (const gone of known.filter((one) => !wanted.some(({ role }) => role === one.role))) {
    reports.push(await retireRole(client, place, gone));
  }
  return reports;
}

async function provisionRole(
  client: Queryable,
  { database, smokeRole }: ServiceRolesPlace,
  { service, role, login, access }: ServiceRole,
  known: KnownRole | undefined,
): Promise<RoleReport> {
  const exists = await roleExists(client, role);
  if (exists && !known) {
    throw new Error(
      `role "${role}" exists and was not made by the kit: rename it, or give service "${service}" another name`,
    );
  }
  if (login.kind === 'iam') await setIamLogin(client, role);
  else await setLogin(client, role, login.password);
  const grantee = quoteIdentifier(role);
  await client.query(
    `grant connect on database ${quoteIdentifier(database)} to ${grantee};
     grant usage on schema public, polystore to ${grantee};
     grant select on polystore.identity to ${grantee}`,
  );
  const changes = await grantRelations(client, role, access);
  await grantSmokeTable(client, smokeRole, role, access);
  await client.query(
    `insert into polystore.service_role (role, service, access) values ($1, $2, $3)
       on conflict (role) do update set service = excluded.service, access = excluded.access`,
    [role, service, access],
  );
  const isChanged = known?.access !== access || changes.relationsChanged > 0;
  return { role, service, access, outcome: !exists ? 'created' : isChanged ? 'changed' : 'confirmed', ...changes };
}

async function retireRole(
  client: Queryable,
  { database, smokeRole }: ServiceRolesPlace,
  { role, service }: KnownRole,
): Promise<RoleReport> {
  const report = { role, service, access: 'none' } as const;
  const none: GrantChanges = { relationsChanged: 0, leftAlone: [] };
  if (!(await roleExists(client, role))) {
    await client.query('delete from polystore.service_role where role = $1', [role]);
    return { ...report, ...none, outcome: 'dropped' };
  }
  const grantee = quoteIdentifier(role);
  const changes = await grantRelations(client, role, 'none');
  await grantSmokeTable(client, smokeRole, role, 'none');
  await client.query(
    `revoke all on database ${quoteIdentifier(database)} from ${grantee};
     revoke all on schema public, polystore from ${grantee};
     revoke all on polystore.identity from ${grantee};
     alter role ${grantee} with nologin password null`,
  );
  if (await tryDrop(client, role)) {
    await client.query('delete from polystore.service_role where role = $1', [role]);
    return { ...report, ...changes, outcome: 'dropped' };
  }
  await client.query(`update polystore.service_role set access = 'none' where role = $1`, [role]);
  return { ...report, ...changes, outcome: 'disabled' };
}

const DEPENDENT_OBJECTS = '2BP01';

/** Drops a role unless it owns or is granted anything that the kit doesn't know of. */
async function tryDrop(client: Queryable, role: string): Promise<boolean> {
  await client.query('savepoint drop_role');
  try {
    await client.query(`drop role ${quoteIdentifier(role)}`);
    await client.query('release savepoint drop_role');
    return true;
  } catch (error) {
    await client.query('rollback to savepoint drop_role');
    if (error instanceof Error && 'code' in error && error.code === DEPENDENT_OBJECTS) return false;
    throw error;
  }
}
