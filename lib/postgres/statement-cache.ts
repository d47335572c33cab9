import { LRUCache } from 'lru-cache';
import type { Connection, Query } from 'pg';

/** What is needed of pg's connection beyond its types. */
interface PreparingConnection extends Connection {
  /** Text by name, of the statements that the server has prepared on this connection. */
  readonly parsedStatements: Record<string, string>;
  close(target: { readonly type: 'S'; readonly name: string }): void;
}

/** What is needed of pg's query beyond its types. */
interface NamedQuery extends Query {
  readonly text: unknown;
  readonly values: unknown;
  readonly rows: unknown;
  name: string | undefined;
  handleError(error: unknown, connection: Connection): void;
}

const caches = new WeakMap<Connection, StatementCache>();

/** The statements that are kept prepared on one connection: their names, by their text. Those that were not used for longest make room. */
export class StatementCache {
  private readonly names: LRUCache<string, string>;
  private count = 0;

  constructor(
    private readonly connection: Connection,
    max: number,
  ) {
    this.names = new LRUCache({ max, dispose: (name) => this.close(name) });
    caches.set(connection, this);
  }

  /** Must be called when the statement is sent, not before: what makes room for it is closed at once. */
  nameOf(text: string): string {
    const known = this.names.get(text);
    if (known !== undefined) return known;
    // Never given twice, so that no answer to a statement of before is taken for one to this.
    const name = `polystore_${++this.count}`;
    this.names.set(text, name);
    return name;
  }

  forget(text: string): void {
    this.names.delete(text);
  }

  /** The next statement's Sync ends this, too; to close what is not there is no error. */
  private close(name: string): void {
    const connection = this.connection as PreparingConnection;
    delete connection.parsedStatements[name];
    if (connection.stream.writable) connection.close({ type: 'S', name });
  }
}

/**
 * Has a query take the name that the cache of its connection gives it, where there is a cache, and it has parameters and no name. Text without
 * parameters may be several statements, which can't be prepared.
 */
export function preparedOnce<Q extends Query>(query: Q): Q {
  const named = query as Query as NamedQuery;
  const submit = named.submit.bind(named) as (connection: Connection) => unknown;
  named.submit = (connection: Connection): unknown => {
    const cache = caches.get(connection);
    const { text, values } = named;
    if (cache && !named.name && !named.rows && typeof text === 'string' && Array.isArray(values) && values.length > 0) {
      named.name = cache.nameOf(text);
      const fail = named.handleError.bind(named);
      named.handleError = (error, of) => {
        // One that could not be sent has been closed by pg, which still counts it as prepared.
        if (isOutdated(error) || !isOfServer(error)) cache.forget(text);
        fail(error, of);
      };
    }
    return submit(connection);
  };
  return query;
}

/** What is looked at of an error of the server. */
interface ServerError {
  readonly code?: unknown;
  readonly routine?: unknown;
}

const errorOf = (error: unknown): ServerError => (typeof error === 'object' && error !== null ? error : {});

const isOfServer = (error: unknown): boolean => errorOf(error).routine !== undefined;

/**
 * Whether the server refused a prepared statement for what became of it since: its columns have changed (0A000, which is said of much else, too; the
 * message is translated, the routine is not), or somebody has closed it (26000). Nothing of it was done.
 */
export function isOutdated(error: unknown): boolean {
  const { code, routine } = errorOf(error);
  return code === '26000' || (code === '0A000' && routine === 'RevalidateCachedQuery');
}
