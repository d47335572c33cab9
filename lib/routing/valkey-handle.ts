import type { ValkeyClient } from '../valkey';

/**
 * A store of kind `valkey`: iovalkey's own client, connected as the topology says. A session has no part in it: what a replica answers may be
 * older than what was written; who has to read it asks {@link ValkeyHandle.client}.
 */
export interface ValkeyHandle {
  readonly kind: 'valkey';
  readonly store: string;
  /** Whether keys are spread over slots, so that one command may only name keys of one: `{user:7}:cart` and `{user:7}:seen` are. */
  readonly spreadsKeys: boolean;
  /**
   * The client that writes, and reads what was written. The same at each call, until a topology has other servers; the router ends it. A command
   * that no server takes, or that none lets in with this login, rejects with SERVER_UNAVAILABLE after one more attempt; all else that goes wrong is
   * iovalkey's own error.
   * @throws {PolystoreError} ACCESS_REFUSED where the service may only read, HANDLE_CLOSED
   */
  client(): ValkeyClient;
  /**
   * A client whose reads are answered by replicas, a little behind; by the primary where there are none.
   * @throws {PolystoreError} ACCESS_REFUSED, HANDLE_CLOSED
   */
  readClient(): ValkeyClient;
}
