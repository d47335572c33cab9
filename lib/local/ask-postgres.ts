import { readServerState, withClient, type Queryable } from '../postgres';
import { ASK_MS, type ServerAnswer, type ServerAsked, type ServerLoad } from './server-answer';
import { supervisorTarget } from './streaming';

/** What a server of PostgreSQL is, how far behind, and what it has to do. */
export async function askPostgres({
  port,
  trust,
  supervisor,
}: Pick<ServerAsked<'postgres'>, 'port' | 'trust' | 'supervisor'>): Promise<ServerAnswer> {
  return withClient(
    supervisorTarget(port, supervisor, trust),
    async (client) => {
      const { role, lagMs } = await readServerState(client, 'postgres');
      const load = await readLoad(client);
      return { role, ...(lagMs !== undefined && { lagMs }), load };
    },
    { timeoutMs: ASK_MS },
  );
}

const LOAD = `
  select (select count(*) from pg_stat_activity where backend_type = 'client backend' and pid <> pg_backend_pid()) as used,
         current_setting('max_connections') as most,
         (select sum(xact_commit + xact_rollback) from pg_stat_database) as transactions,
         extract(epoch from clock_timestamp() - pg_postmaster_start_time()) * 1000 as over_ms`;

/** A login and two statements. */
const OF_LOOK = 3;

async function readLoad(client: Queryable): Promise<ServerLoad> {
  const { rows } = await client.query<{ used: string; most: string; transactions: string; over_ms: string }>(LOAD);
  const [row] = rows;
  return {
    connections: { used: Number(row?.used), most: Number(row?.most) },
    transactions: Number(row?.transactions),
    ofLook: OF_LOOK,
    overMs: Math.round(Number(row?.over_ms)),
  };
}
