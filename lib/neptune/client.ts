import type { Driver } from 'neo4j-driver';

/** Neo4j's own driver, which speaks Bolt: it is asked in openCypher. */
export type GraphClient = Driver;

/** How a client behaves; defaults are the driver's where none is said. */
export interface GraphClientOptions {
  /** Told to the server. */
  readonly userAgent: string;
  /** How long a connection may take to be made, in milliseconds. */
  readonly connectTimeoutMs: number;
}
