import type { TableClient } from '../dynamodb';

/**
 * A store of kind `dynamodb`: AWS's own document client, and the name of the table. A session has no part in it: a read that must see what was
 * just written says `ConsistentRead: true`.
 */
export interface DynamoDbHandle {
  readonly kind: 'dynamodb';
  readonly store: string;
  /** `TableName` of every request. */
  readonly table: string;
  /**
   * The client that reads and writes; the same at each call, and the router ends it. What goes wrong is the SDK's own error.
   * @throws {PolystoreError} ACCESS_REFUSED where the service may only read, HANDLE_CLOSED
   */
  client(): TableClient;
  /**
   * A client that reads; a request of another sort is refused with ACCESS_REFUSED, and is not sent.
   * @throws {PolystoreError} ACCESS_REFUSED, HANDLE_CLOSED
   */
  readClient(): TableClient;
}
