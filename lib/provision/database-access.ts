import { quoteIdentifier, type Queryable } from '../postgres';

/**
 * Closes a database to whoever is not granted it: PostgreSQL lets every role connect by default.
 * @throws Error where the owner role may not close it: PostgreSQL itself only warns
 */
export async function closeToPublic(client: Queryable, database: string): Promise<void> {
  await client.query(`revoke all on database ${quoteIdentifier(database)} from public`);
  await client.query('revoke create on schema public from public');
  const { rows } = await client.query<{ connect: boolean; create: boolean }>(
    `select has_database_privilege('public', current_database(), 'CONNECT') as connect,
            has_schema_privilege('public', 'public', 'CREATE') as create`,
  );
  if (rows[0]?.connect) throw new Error(`CONNECT is still granted to PUBLIC: ${mustOwn(database)}`);
  if (rows[0]?.create) throw new Error(`CREATE on schema public is still granted to PUBLIC: ${mustOwn(database)}`);
}

const mustOwn = (database: string): string => `the owner role must own database "${database}"`;
