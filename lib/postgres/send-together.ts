import { Query, type Connection, type PoolClient, type QueryConfig, type QueryResult, type QueryResultRow } from 'pg';
import { errorGroupOf } from './error-group';
import { LeanQuery } from './lean-query';
import { isOutdated, preparedOnce } from './statement-cache';

/** What pg takes for a statement: its text, or an object that says more about it. */
export type PgStatement = string | QueryConfig;

/** One statement of several that are sent at once. */
export interface Statement {
  /** As an object where it is a caller's own, with all that pg takes there. */
  readonly text: PgStatement;
  readonly values?: readonly unknown[] | undefined;
  /** A prepared statement of this name is made once a connection. @default - none is made */
  readonly name?: string;
  /** `array`: a row is an array, in the order of its columns; of texts where the statement is prepared. @default - an object */
  readonly rowMode?: 'array';
}

/** A statement of the kit's own. */
export interface KitStatement extends Statement {
  readonly text: string;
  readonly values?: unknown[];
}

/** What became of one statement; `undefined` where the connection was lost before it was answered. */
export type Outcome = { readonly result: QueryResult } | { readonly error: unknown } | undefined;

const SQLSTATE = /^[0-9A-Z]{5}$/;

/** Whether the server itself refused a statement, so that the connection is alive and what was sent behind it is answered too. */
export function isAnswer(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'code' in error && SQLSTATE.test(String(error.code));
}

/** pg takes a callback with the text; its types know only the rest. */
interface CallbackConfig extends QueryConfig {
  readonly callback: (error: Error | null | undefined, result: QueryResult) => void;
}

/** Connections on which a statement waits for the answer to the one before. */
const inTurn = new WeakSet<Connection>();

/**
 * From now on {@link sendTogether} costs a round trip a statement on this connection. For pools between: what they do with a statement that is
 * there before the last one is answered, and may belong on another connection to the server, is not ours to rely on.
 */
export function sendInTurn({ connection }: PoolClient): void {
  inTurn.add(connection);
}

/**
 * Sends statements one behind the other in one round trip, each in a transaction of its own, and resolves with what became of each. Whoever
 * calls owns the connection until then, and must close it where an outcome is missing.
 *
 * It needs more than a text with semicolons, which is a single transaction: what reads the position of the log behind a write would read
 * it before the write is committed.
 */
export function sendTogether(
  client: Pick<PoolClient, 'query'>,
  statements: readonly Statement[],
): Promise<readonly Outcome[]> {
  // What pg throws, as for a text that is no text, rejects.
  return new Promise((resolve) => sendAll(client, statements, resolve));
}

/**
 * As {@link sendTogether}, for a statement of somebody's own between questions of the kit's, outside a transaction. Where it was prepared before its
 * table changed, all are sent once more: nothing of it was done.
 */
export async function sendAmongQuestions(
  client: Pick<PoolClient, 'query'>,
  own: Statement,
  statements: readonly Statement[],
): Promise<readonly Outcome[]> {
  const outcomes = await sendTogether(client, statements);
  const outcome = outcomes[statements.indexOf(own)];
  const isToRepeat = outcome && 'error' in outcome && isOutdated(outcome.error) && isAliveAfter(outcomes);
  return isToRepeat ? sendTogether(client, statements) : outcomes;
}

function sendAll(
  client: Pick<PoolClient, 'query'>,
  statements: readonly Statement[],
  done: (outcomes: readonly Outcome[]) => void,
): void {
  const outcomes: Outcome[] = statements.map(() => undefined);
  let isDone = false;
  const finish = (): void => {
    if (isDone) return;
    isDone = true;
    done(outcomes);
  };
  const settle = (index: number, outcome: NonNullable<Outcome>): void => {
    if (isDone) return;
    outcomes[index] = outcome;
    const isAlive = 'result' in outcome || isAnswer(outcome.error);
    const next = queries[index + 1];
    // The next one's messages are on their way already: all that is left is to tell pg whose the next answers are.
    if (isAlive && next) client.query(next);
    else finish();
  };
  const queries = statements.map((statement, index) =>
    queryOf(statement, (error, result) => settle(index, error ? { error } : { result })),
  );
  const [first, ...others] = queries;
  if (!first) return finish();
  const submits = queries.map((query): ((connection: Connection) => unknown) => query.submit.bind(query));
  first.submit = (connection: Connection): unknown => {
    if (inTurn.has(connection)) return submits[0]?.(connection);
    connection.stream.cork();
    try {
      for (const [index, submit] of submits.entries()) {
        // What pg can't even send ends its turn; nothing behind it is sent.
        const failure: unknown = submit(connection);
        if (!(failure instanceof Error)) continue;
        if (index === 0) return failure;
        settle(index, { error: failure });
        break;
      }
    } finally {
      connection.stream.uncork();
    }
    return null;
  };
  for (const [index, query] of others.entries()) {
    query.submit = (connection: Connection): unknown =>
      inTurn.has(connection) ? submits[index + 1]?.(connection) : null;
  }
  client.query(first);
}

/** Of a statement that was answered with a result: its own type of row is its caller's to know. */
export const resultOf = <R extends QueryResultRow>(outcome: Outcome): QueryResult<R> =>
  (outcome as { readonly result: QueryResult }).result as QueryResult<R>;

/** Whether the connection is of use still: whether the last statement was answered, and not by its end. */
export function isAliveAfter(outcomes: readonly Outcome[]): boolean {
  const last = outcomes.at(-1);
  return (
    last !== undefined && ('result' in last || (isAnswer(last.error) && errorGroupOf(last.error) !== 'unavailable'))
  );
}

/** Why the statement at `index` was not answered with a result; undefined where it was. */
export function failureOf(outcomes: readonly Outcome[], index: number): unknown {
  const outcome = outcomes[index];
  if (outcome && 'result' in outcome) return undefined;
  if (outcome) return outcome.error;
  // The connection was lost before its turn.
  const lost = outcomes.find((other) => other && 'error' in other && !isAnswer(other.error));
  return lost && 'error' in lost ? lost.error : new Error('Connection terminated');
}

function queryOf({ text, values, name, rowMode }: Statement, callback: CallbackConfig['callback']): Query | LeanQuery {
  if (typeof text !== 'string') {
    const { query_timeout } = text as { query_timeout?: number };
    // pg reads the time limit of a query from the query itself.
    const query = preparedOnce(new Query(text, values as unknown[]));
    return Object.assign(query, { callback, ...(query_timeout && { query_timeout }) });
  }
  if (name !== undefined && rowMode === 'array' && values === undefined) {
    return new LeanQuery(text, name, (error, result) => callback(error, result as QueryResult));
  }
  const config: CallbackConfig = {
    text,
    ...(values && { values: values as unknown[] }),
    ...(name !== undefined && { name }),
    ...(rowMode !== undefined && { rowMode }),
    callback,
  };
  return preparedOnce(new Query(config));
}
