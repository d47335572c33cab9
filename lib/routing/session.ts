import type { HandleOf, StoreName, TierShape } from './router';
import { inSession } from './in-session';
import type { SessionScope, SessionState } from './session-state';
import type { StoreHandle } from './handles';
import { decodeToken, encodeToken, type TokenCodec } from './token-codec';

/**
 * A unit that reads its own writes, and never less than it has read: a request, a job, a user's visit. Replicas answer it as soon as they have
 * replayed what it has seen; until then the primary does. It lives in one process; its token carries it to the next.
 */
export interface Session<T extends TierShape = TierShape> {
  /**
   * Runs `work` in the session, and returns what it returns: whatever it, and everything that it starts, asks of the router's handles belongs
   * to the session: a client of a pool to the session in which it was checked out.
   */
  run<R>(work: () => R): R;
  /** A store whose handle belongs to the session wherever it is used. @throws {PolystoreError} as the router's own `store` */
  store<Name extends StoreName<T>>(name: Name): HandleOf<T, Name>;
  /** What the session has seen so far, as text for a cookie, a header or a message: some 70 characters for one store. */
  token(): string;
  /** The session has also seen what another one has, as its token says. @throws {PolystoreError} TOKEN_INVALID */
  merge(token: string): void;
}

/** What a session needs of its router. */
export interface SessionHost {
  readonly scope: SessionScope;
  readonly codec: TokenCodec;
  store(name: string): StoreHandle;
}

/** A session of a router whose tier is described by its topology only. */
export class RouterSession implements Session {
  constructor(
    private readonly host: SessionHost,
    readonly state: SessionState,
  ) {}

  run<R>(work: () => R): R {
    return this.host.scope.run(this.state, work);
  }

  store(name: string): StoreHandle {
    return inSession(this.host.store(name), this);
  }

  token(): string {
    return encodeToken(this.state.token, this.host.codec);
  }

  merge(token: string): void {
    this.state.merge(decodeToken(token, this.host.codec));
  }
}
