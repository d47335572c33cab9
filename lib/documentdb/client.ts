import type { Db, MongoClient } from 'mongodb';

/** MongoDB's own client. */
export type DocumentClient = MongoClient;

/** One of the databases of a cluster. */
export type DocumentDatabase = Db;

/** How a client behaves; defaults are MongoDB's where none is said. */
export interface DocumentClientOptions {
  /** Shown in the log of the server. */
  readonly appName: string;
  /** How long a connection may take to be made, and a server to be found, in milliseconds. */
  readonly connectTimeoutMs: number;
  /** How long a server may be silent while it is asked something, in milliseconds. @default - as long as it takes */
  readonly operationTimeoutMs?: number;
}
