/** The port of every PostgreSQL server. */
export const POSTGRES_PORT = 5432;
