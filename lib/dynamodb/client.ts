import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';

/** AWS's own client of DynamoDB, which takes and gives plain JavaScript values. */
export type TableClient = DynamoDBDocumentClient;

/** How a client behaves; region and credentials are those of the environment. */
export interface TableClientOptions {
  /** How long a connection may take to be made, in milliseconds. */
  readonly connectTimeoutMs: number;
  /** How long a request may take, in milliseconds. @default - as long as it takes */
  readonly requestTimeoutMs?: number;
}
