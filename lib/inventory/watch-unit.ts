import type { Watched } from '../watch';

/** A name that AWS gives: of a table of a sharded store, or the id of an elastic cluster. CloudFormation finds it. */
export type GivenName = (store: string, of: 'placement' | 'keyDirectory' | 'elasticCluster') => string;

/** What fails as a whole, so that its alarms are told as one: a store with one primary, a shard, the tables of a sharded store, the kit's functions. */
export interface WatchUnit {
  /** First part of the names of what it has to say: `blog-prod-posts-s0`. */
  readonly name: string;
  /** Absent where it is of no store. */
  readonly store?: string;
  /** Of the name of the stack that tells of it, after tier and stage. */
  readonly stack: readonly string[];
  readonly watched: readonly WatchedIn[];
  /** `repeated`: one of many alike, whose alarms are written once for all of them. @default - it is one of its kind */
  readonly form?: 'repeated';
}

/** One thing with alarms. */
export interface WatchedIn {
  /** Within its stack and sort. */
  readonly id: string;
  readonly watched: Watched;
  /** Of the stack's name, where its alarms are in another than the unit's. */
  readonly stack?: readonly string[];
}
