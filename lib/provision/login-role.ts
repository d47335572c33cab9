import { quoteIdentifier, quoteLiteral, type Queryable } from '../postgres';
import { scramVerifier } from './scram-verifier';

/** Makes or renews a login role that can do nothing by itself. */
export async function setLogin(client: Queryable, role: string, password: string): Promise<void> {
  const verb = (await roleExists(client, role)) ? 'alter' : 'create';
  await client.query(
    `${verb} role ${quoteIdentifier(role)} with login nocreatedb nocreaterole password ${quoteLiteral(scramVerifier(password))}`,
  );
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
