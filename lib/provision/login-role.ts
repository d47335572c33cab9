import { quoteIdentifier, quoteLiteral, type Queryable } from '../postgres';
import { scramVerifier } from './scram-verifier';

/** RDS asks IAM about whoever is a member of it, and no password counts any more. */
const IAM_ROLE = 'rds_iam';

/** Makes or renews a login role that can do nothing by itself. */
export async function setLogin(client: Queryable, role: string, password: string): Promise<void> {
  await makeLogin(client, role, quoteLiteral(scramVerifier(password)));
  if (await isMember(client, role)) await client.query(`revoke ${IAM_ROLE} from ${quoteIdentifier(role)}`);
}

/** Makes or renews a login role that can do nothing by itself and has no password: RDS takes tokens of IAM from it. */
export async function setIamLogin(client: Queryable, role: string): Promise<void> {
  if (!(await roleExists(client, IAM_ROLE))) {
    throw new Error(
      `service "${role}" logs in by IAM, but this server has no role ${IAM_ROLE}, as PostgreSQL on RDS has: use password() for it`,
    );
  }
  await makeLogin(client, role, 'null');
  if (!(await isMember(client, role))) await client.query(`grant ${IAM_ROLE} to ${quoteIdentifier(role)}`);
}

async function makeLogin(client: Queryable, role: string, password: string): Promise<void> {
  const verb = (await roleExists(client, role)) ? 'alter' : 'create';
  await client.query(`${verb} role ${quoteIdentifier(role)} with login nocreatedb nocreaterole password ${password}`);
}

/** Whether `role` itself was granted {@link IAM_ROLE}; a membership by way of another role is not ours to revoke. */
async function isMember(client: Queryable, role: string): Promise<boolean> {
  const { rows } = await client.query(
    `select from pg_auth_members m
       join pg_roles granted on granted.oid = m.roleid and granted.rolname = $1
       join pg_roles member on member.oid = m.member and member.rolname = $2`,
    [IAM_ROLE, role],
  );
  return rows.length > 0;
}

/** Whether the server has a role of that name. */
export async function roleExists(client: Queryable, role: string): Promise<boolean> {
  const { rows } = await client.query('select from pg_roles where rolname = $1', [role]);
  return rows.length > 0;
}

/** Runs `work` with the rights of `role`, inside the caller's transaction. */
export async function asRole(client: Queryable, role: string, work: () => Promise<void>): Promise<void> {
  await client.query(`set local role ${quoteIdentifier(role)}`);
  await work();
  await client.query('reset role');
}
