import { isPolystoreError, type PolystoreError } from '../../errors';
import type { Session } from '../session';
import { isSignedToken } from '../token-codec';

/** A router, as far as middleware needs it. */
export interface SessionOpener {
  session(token?: string): CarriedSession;
}

/** A session, as far as middleware needs it. */
export type CarriedSession = Pick<Session, 'run' | 'token'>;

/** How a session comes with a request, and goes with its answer. */
export interface SessionMiddlewareOptions {
  /** A cookie for browsers; a header for services that call one another, who pass it on themselves. @default 'cookie' */
  readonly carrier?: 'cookie' | 'header';
  /** Name of the cookie or the header. @default 'polystore-session', as a header 'x-polystore-session' */
  readonly name?: string;
  /** The cookie is always HttpOnly. */
  readonly cookie?: SessionCookieOptions;
  /**
   * What a token does that was changed, or is of another tier or key. `begin`: a new session begins, as for whoever has none. `refuse`: the
   * request fails with TOKEN_INVALID.
   * @default 'begin'
   */
  readonly invalidToken?: 'begin' | 'refuse';
  /** Told of each such token; the error never holds the token. @default - nobody is told */
  readonly onInvalidToken?: (error: PolystoreError<'TOKEN_INVALID'>) => void;
}

export interface SessionCookieOptions {
  /** Only over TLS. Turn it off for tests without TLS, never elsewhere. @default true */
  readonly secure?: boolean;
  /** @default 'Lax' */
  readonly sameSite?: 'Strict' | 'Lax' | 'None';
  /** @default '/' */
  readonly path?: string;
  /** @default - the host that sets it */
  readonly domain?: string;
  /** How long the browser keeps it, in seconds: longer than replicas may lag. @default 3600 */
  readonly maxAgeSeconds?: number;
}

/** A header of an answer. */
export type AnswerHeader = readonly [name: string, value: string];

const DEFAULT_MAX_AGE_S = 3_600;

/** What RFC 6265 allows in the name of a cookie, which is what RFC 9110 allows in that of a header. */
const NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
/** What would end an attribute, and begin one of somebody else's. */
const ENDS_ATTRIBUTE = /[;,\s]/;

/** Reads the token of a request and writes that of its answer, whatever framework carries them. */
export class SessionCarrier {
  readonly carrier: 'cookie' | 'header';
  readonly name: string;
  /** Of a session that has seen nothing. */
  readonly emptyToken: string;
  private readonly attributes: string;

  /** @throws {TypeError} where the router signs no tokens @throws {RangeError} for an option out of its range */
  constructor(
    private readonly router: SessionOpener,
    private readonly options: SessionMiddlewareOptions,
  ) {
    this.emptyToken = router.session().token();
    if (!isSignedToken(this.emptyToken)) {
      throw new TypeError('the router has no tokenKey, so that anyone could forge its sessions: open it with one');
    }
    this.carrier = options.carrier ?? 'cookie';
    this.name = options.name ?? (this.carrier === 'cookie' ? 'polystore-session' : 'x-polystore-session');
    if (!NAME.test(this.name)) throw new RangeError(`name must be one of a ${this.carrier}, got "${this.name}"`);
    this.attributes = attributesOf(options.cookie ?? {});
  }

  /** The session of a request. @throws {PolystoreError} TOKEN_INVALID where the options say so */
  open(headerOf: (name: string) => string | readonly string[] | undefined): OpenedSession {
    const came = this.tokenIn(headerOf(this.carrier === 'cookie' ? 'cookie' : this.name.toLowerCase()));
    try {
      return new OpenedSession(this, this.router.session(came), came);
    } catch (error) {
      if (!isPolystoreError(error, 'TOKEN_INVALID')) throw error;
      this.options.onInvalidToken?.(error);
      if (this.options.invalidToken === 'refuse') throw error;
      return new OpenedSession(this, this.router.session(), undefined);
    }
  }

  headerFor(token: string): AnswerHeader {
    return this.carrier === 'cookie' ? ['set-cookie', `${this.name}=${token}${this.attributes}`] : [this.name, token];
  }

  private tokenIn(header: string | readonly string[] | undefined): string | undefined {
    const text = typeof header === 'string' ? header : header?.join('; ');
    if (text === undefined || text === '') return undefined;
    if (this.carrier === 'header') return text;
    const start = `${this.name}=`;
    const pair = text.split(/;\s*/).find((one) => one.startsWith(start));
    return pair?.slice(start.length) || undefined;
  }
}

/** The session of one request. */
export class OpenedSession {
  constructor(
    private readonly carrier: SessionCarrier,
    private readonly session: CarriedSession,
    /** The token that came with the request. */
    private readonly came: string | undefined,
  ) {}

  run<R>(work: () => R): R {
    return this.session.run(work);
  }

  /** What the answer must carry; undefined where the session has seen nothing that the client's token has not. */
  answerHeader(): AnswerHeader | undefined {
    const token = this.session.token();
    return token === (this.came ?? this.carrier.emptyToken) ? undefined : this.carrier.headerFor(token);
  }
}

function attributesOf({ secure = true, sameSite = 'Lax', path = '/', domain, maxAgeSeconds }: SessionCookieOptions) {
  const maxAge = maxAgeSeconds ?? DEFAULT_MAX_AGE_S;
  if (!Number.isInteger(maxAge) || maxAge < 1) {
    throw new RangeError(`cookie.maxAgeSeconds must be a whole number in [1, ∞), got ${maxAge}`);
  }
  for (const [option, text] of Object.entries({ path, domain })) {
    if (text === undefined || !ENDS_ATTRIBUTE.test(text)) continue;
    throw new RangeError(`cookie.${option} must have no space, comma or semicolon, got "${text}"`);
  }
  if (sameSite === 'None' && !secure)
    throw new RangeError('cookie.sameSite None needs cookie.secure: browsers drop it');
  const attributes = [`Path=${path}`, `Max-Age=${maxAge}`, 'HttpOnly', `SameSite=${sameSite}`];
  if (domain !== undefined) attributes.push(`Domain=${domain}`);
  if (secure) attributes.push('Secure');
  return attributes.map((attribute) => `; ${attribute}`).join('');
}
