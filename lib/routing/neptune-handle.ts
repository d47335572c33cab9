import type { GraphClient } from '../neptune';

/**
 * A store of kind `neptune`: Neo4j's own driver, which speaks Bolt to Neptune, connected and signed in as the topology says. A session of the router has
 * no part in it: what a reader answers may be older than what was written; who has to read it asks {@link NeptuneHandle.client}.
 */
export interface NeptuneHandle {
  readonly kind: 'neptune';
  readonly store: string;
  /**
   * The client of whoever takes writes; the same at each call, until a topology has other servers; the router closes it. What goes wrong is the
   * driver's own error.
   * @throws {PolystoreError} ACCESS_REFUSED where the service may only read, HANDLE_CLOSED
   */
  client(): GraphClient;
  /**
   * A client of the readers, a little behind; of the writer where there are none.
   * @throws {PolystoreError} ACCESS_REFUSED, HANDLE_CLOSED
   */
  readClient(): GraphClient;
}
