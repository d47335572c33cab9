import type { ReplicaLag } from '../postgres';
import type { Credentials, SecretSource } from '../sources/secrets';
import type { StoreTopology, Trust } from '../topology';

/** What a server of a local tier says of itself when it is asked. What its engine does not know is absent. */
export interface ServerAnswer {
  readonly role?: 'primary' | 'replica';
  /** Of a replica whose engine knows, in milliseconds. */
  readonly lagMs?: ReplicaLag;
  /** Of a replica whose engine does not: whether it hears from its primary. */
  readonly link?: 'up' | 'down';
  readonly load?: ServerLoad;
  /** What its data takes in memory. */
  readonly memoryBytes?: number;
}

/** What a server has to do. */
export interface ServerLoad {
  /** Connections of clients, without the one that asked. */
  readonly connections: { readonly used: number; readonly most: number };
  /** Transactions that have ended since the server's statistics began, of a cache commands: of two looks follows how many a second. */
  readonly transactions: number;
  /** How many of these a look adds itself. */
  readonly ofLook: number;
  /** How long those statistics reach back, in milliseconds. */
  readonly overMs: number;
}

/** How to get to one server of a store. */
export interface ServerAsked<K extends StoreTopology['kind']> {
  readonly port: number;
  readonly store: Extract<StoreTopology, { readonly kind: K }>;
  readonly trust: Trust;
  readonly secrets: SecretSource;
  /** The kit's own superuser, on servers of PostgreSQL. */
  readonly supervisor: Credentials;
}

/** Each of connecting and asking, in milliseconds; servers are asked at once. */
export const ASK_MS = 500;
