import { DatabasesUnderTest, type DatabasesUnderTestOptions } from './databases-under-test';
import { postgresChecks } from './postgres';
import type { Proves } from './prove-stores';
import { shardedPostgresChecks } from './sharded-postgres';

/** What proves stores that are asked in SQL: they share the client and the router. */
export const provesRelational =
  (options: DatabasesUnderTestOptions): Proves<'postgres' | 'shardedPostgres'> =>
  (tier) => {
    const databases = new DatabasesUnderTest(tier, options);
    return {
      postgres: (name, store) => postgresChecks(databases, name, store),
      shardedPostgres: (name, store) => shardedPostgresChecks(databases, name, store),
    };
  };
