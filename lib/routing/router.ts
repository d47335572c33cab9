import type { DirectoryPostgresHandle } from './directory-handles';
import type { Handles, ShardedPostgresHandle, StoreHandle } from './handles';
import type { RouterEvent, RouterListener } from './router-events';
import type { Session } from './session';

/** What a router needs to know of a tier's type to type its handles: the stores and their kinds. */
export interface TierShape {
  readonly stores: Readonly<Record<string, StoreShape>>;
}

/** A store without a strategy, or with one that is not said, finds its keys by a function. */
interface StoreShape {
  readonly kind: string;
  readonly strategy?: { readonly type: string };
}

/** Names of the stores of a tier. */
export type StoreName<T extends TierShape> = Extract<keyof T['stores'], string>;

type HandleOfKind<Kind> = Kind extends keyof Handles ? Handles[Kind] : StoreHandle;

type HandleOfStrategy<Type> = Type extends 'directory' ? DirectoryPostgresHandle : ShardedPostgresHandle;

/** The handle of one store of a tier. */
export type HandleOf<T extends TierShape, Name extends StoreName<T>> = T['stores'][Name] extends {
  readonly kind: 'shardedPostgres';
  readonly strategy?: { readonly type: infer Type };
}
  ? HandleOfStrategy<Type>
  : HandleOfKind<T['stores'][Name]['kind']>;

/** What every router has, whatever its tier. */
export interface RouterCore<T extends TierShape = TierShape> {
  /**
   * A store by name.
   * @throws {PolystoreError} UNKNOWN_STORE, ACCESS_REFUSED where the service does not use it, HANDLE_CLOSED
   */
  store<Name extends StoreName<T>>(name: Name): HandleOf<T, Name>;
  /**
   * A router with the stores and rights of one service. It has pools of its own and is closed with this one, or before.
   * @throws {PolystoreError} UNKNOWN_SERVICE, and what {@link openRouter} throws
   */
  service(name: string): Promise<Router<T>>;
  /**
   * A session that reads its own writes; with the token of an earlier one it goes on where that was.
   * @throws {PolystoreError} TOKEN_INVALID where the token was changed, cut, signed with another key, or is of another tier or stage
   */
  session(token?: string): Session<T>;
  /** Calls `listener` at each event of that name; returns what ends that. Nothing is logged: who listens decides what to do. */
  on<E extends RouterEvent>(name: E, listener: RouterListener<E>): () => void;
  /**
   * Reads the topology again: replicas that came are used, those that went are closed, new shards may get buckets. A store that is new needs a
   * router opened anew.
   * @throws {PolystoreError} DOCUMENT_MISSING, DOCUMENT_INVALID, POOLED_ENDPOINT_MISSING; the one in use stays in use then
   */
  refresh(): Promise<void>;
  /** Waits for running statements, at most five seconds, and closes every connection. May be called again. */
  close(): Promise<void>;
}

/**
 * Finds the right database for each statement. Each store is a property: `router.main` of a tier with a store `main`.
 * A store that the service does not use throws ACCESS_REFUSED when it is touched.
 */
export type Router<T extends TierShape = TierShape> = RouterCore<T> &
  (string extends StoreName<T> ? unknown : { readonly [Name in StoreName<T>]: HandleOf<T, Name> });
