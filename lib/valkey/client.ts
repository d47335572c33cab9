import type { Cluster, Redis } from 'iovalkey';

/** iovalkey's own client: of one server, or of shards whose slots it knows. Both have every command. */
export type ValkeyClient = Redis | Cluster;

/** How a client behaves; defaults are iovalkey's where none is said. */
export interface ValkeyOptions {
  /** Shown in CLIENT LIST. */
  readonly connectionName: string;
  /** How long a connection may take to be made, in milliseconds. */
  readonly connectTimeoutMs: number;
  /** How long a command may take, in milliseconds. @default - as long as it takes */
  readonly commandTimeoutMs?: number;
}
