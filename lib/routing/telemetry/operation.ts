import type { PgStatement } from '../../postgres';

/** What a whole transaction is called, whose statements have names of their own. */
export const TRANSACTION = 'TRANSACTION';

/** First words of statements. Any other word, as of a text that is no SQL, might be somebody's secret. */
const COMMANDS: ReadonlySet<string> = new Set(
  (
    'ABORT ALTER ANALYZE BEGIN CALL CHECKPOINT CLOSE CLUSTER COMMENT COMMIT COPY CREATE DEALLOCATE DECLARE DELETE DISCARD DO DROP END EXECUTE EXPLAIN FETCH ' +
    'GRANT IMPORT INSERT LISTEN LOAD LOCK MERGE MOVE NOTIFY PREPARE REASSIGN REFRESH REINDEX RELEASE RESET REVOKE ROLLBACK SAVEPOINT ' +
    'SECURITY SELECT SET SHOW START TABLE TRUNCATE UNLISTEN UPDATE VACUUM VALUES WITH'
  ).split(' '),
);

/** Behind comments and brackets, as tools put them before a statement. */
const FIRST_WORD = /^(?:\s|\(|--[^\n]*\n|\/\*[\s\S]*?\*\/)*([a-z]+)/i;

/** The command of a statement: `SELECT`; undefined where it has none that is known. Nothing else of its text is ever told. */
export function operationOf(statement: PgStatement): string | undefined {
  const text: unknown = typeof statement === 'string' ? statement : statement.text;
  if (typeof text !== 'string') return undefined;
  const word = FIRST_WORD.exec(text)?.[1]?.toUpperCase();
  return word !== undefined && COMMANDS.has(word) ? word : undefined;
}
