import { Client, Query, type ClientConfig, type QueryResult } from 'pg';
import { PolystoreError } from '../errors';
import { isSubmittable } from './routed-pool';
import type { PgStatement } from './send-together';
import { isOutdated, preparedOnce, StatementCache } from './statement-cache';
import { tracedToCaller } from './traced-to-caller';

type Done = (error: Error | null, result?: QueryResult) => void;

/** Part of pg's client that its types don't have. */
interface Queueing {
  /** Statements that wait for their turn. */
  readonly _queryQueue: readonly unknown[];
}

/** The class of connections that keep up to `max` statements prepared, each for itself. */
export function cachingClientOf(max: number): new (config?: string | ClientConfig) => Client {
  return class extends CachingClient {
    protected readonly statements = new StatementCache(this.connection, max);
  };
}

/**
 * A connection on which statements with parameters are prepared once. One whose columns have changed since is prepared again and sent again, where
 * it stands alone; within a transaction, which the server has ended by then, that is an error of its own.
 */
class CachingClient extends Client {
  // pg has a dozen signatures; whoever calls sees those.
  override query = ((statement: unknown, second?: unknown, third?: unknown): unknown => {
    if (isSubmittable(statement) || statement === null || statement === undefined) {
      return super.query(statement as unknown as string, second as unknown[], third as never);
    }
    const own = typeof statement === 'object' ? (statement as { callback?: unknown }).callback : undefined;
    const callback = [third, second, own].find((one) => typeof one === 'function') as Done | undefined;
    const values = Array.isArray(second) ? (second as unknown[]) : undefined;
    if (callback) return this.run(statement as PgStatement, values, callback, 'retry');
    return new Promise<QueryResult>((resolve, reject) => {
      const done: Done = (error, result) =>
        error ? reject(tracedToCaller(error) as Error) : resolve(result as QueryResult);
      this.run(statement as PgStatement, values, done, 'retry');
    });
  }) as Client['query'];

  private run(statement: PgStatement, values: unknown[] | undefined, done: Done, ifOutdated: 'retry' | 'fail'): void {
    const query = preparedOnce(new Query(statement, values));
    const { query_timeout } = statement as { query_timeout?: number };
    const callback: Done = (error, result) => {
      if (!error || !isOutdated(error)) return done(error, result);
      const isAlone = this.getTransactionStatus() === 'I' && (this as unknown as Queueing)._queryQueue.length === 0;
      if (!isAlone || ifOutdated === 'fail') return done(outdated(error));
      this.run(statement, values, done, 'fail');
    };
    super.query(Object.assign(query, { callback, ...(query_timeout !== undefined && { query_timeout }) }));
  }
}

function outdated(cause: unknown): PolystoreError<'STATEMENT_OUTDATED'> {
  return new PolystoreError(
    'STATEMENT_OUTDATED',
    'a statement of the transaction was prepared before its table changed; nothing of the transaction stands',
    {
      details: {},
      retryable: true,
      next: 'Run the whole transaction again: the statement is prepared anew. The option retries of transaction() does so by itself.',
      cause,
    },
  );
}
