import type { DocumentClient } from '../documentdb';

/**
 * A store of kind `documentdb`: MongoDB's own client, connected as the topology says. A session has no part in it: what a replica answers may be older
 * than what was written; who has to read it asks {@link DocumentDbHandle.client}.
 */
export interface DocumentDbHandle {
  readonly kind: 'documentdb';
  readonly store: string;
  /** Name of the database that services have rights in. */
  readonly database: string;
  /**
   * The client that writes, and reads what was written. The same at each call, until a topology has other servers; the router closes it. Its
   * connections log in with what the secret holds by then. What goes wrong is MongoDB's own error.
   * @throws {PolystoreError} ACCESS_REFUSED where the service may only read, HANDLE_CLOSED
   */
  client(): DocumentClient;
  /**
   * A client whose reads are answered by replicas, a little behind; by the primary where there are none.
   * @throws {PolystoreError} ACCESS_REFUSED, HANDLE_CLOSED
   */
  readClient(): DocumentClient;
}
