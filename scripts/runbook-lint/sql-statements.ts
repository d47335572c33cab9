import { closeClient, openClient, type ConnectionTarget } from '../../lib/postgres';
import type { CodeBlock } from './code-blocks';

/** What of a statement PostgreSQL has to know: everything it is made of is there. */
const SETUP = `
  create schema if not exists polystore_smoke;
  create table if not exists polystore_smoke.probe (id uuid)`;

/** Statements that write, or change how a server works. */
const WRITES =
  /^\s*(insert|update|delete|alter|create|drop|truncate|vacuum|reindex|grant|revoke|cancel)\b|pg_(terminate|cancel)_backend|pg_promote|pg_wal_replay_(pause|resume)|pg_drop_replication_slot|pg_reload_conf/i;

/**
 * Faults of SQL, as PostgreSQL itself finds them: each block becomes the body of a function, which is parsed, and names of tables, columns and
 * functions are looked up; nothing runs. A block of the steps that only look holds nothing that writes.
 */
export async function faultsOfSql(
  target: ConnectionTarget,
  blocks: readonly CodeBlock[],
  isLook: (block: CodeBlock) => boolean,
): Promise<readonly string[]> {
  const faults: string[] = [];
  const client = await openClient(target);
  try {
    await client.query(SETUP);
    for (const block of blocks) {
      const where = `${block.runbook}: ${block.section}`;
      const written = block.text.replaceAll(/^\s*--.*$/gm, '');
      if (isLook(block) && WRITES.test(written))
        faults.push(`${where}: SQL of a section that only looks writes: ${written.trim()}`);
      try {
        await client.query(
          `create function pg_temp.checked() returns void language sql as $checked$${written}$checked$`,
        );
        await client.query('drop function pg_temp.checked()');
      } catch (error) {
        faults.push(`${where}: SQL: ${error instanceof Error ? error.message : String(error)}: ${written.trim()}`);
      }
    }
    return faults;
  } finally {
    await closeClient(client);
  }
}
