import type { Signer, SignerConfig } from '@aws-sdk/rds-signer';
import { notInstalled } from '../errors';
import type { RoleLogin } from './secret-login';

/** Who wants to log in where. */
export interface TokenRequest {
  readonly host: string;
  readonly port: number;
  readonly username: string;
  readonly region: string;
}

/** Signs tokens that a server takes instead of a password. */
export interface TokenSource {
  /** A token for one connection that is opened now. */
  token(request: TokenRequest): Promise<string>;
}

/**
 * Tokens of IAM authentication on RDS and Aurora: signed here, without a call to AWS, and taken by the server for fifteen minutes.
 *
 * The SDK is loaded at the first token: who logs in with passwords need not have it.
 */
export class RdsTokens implements TokenSource {
  /** Kept, since each keeps the credentials that it found. */
  private readonly signers = new Map<string, Signer>();

  /** @param credentials - default: those of the environment */
  constructor(private readonly credentials?: SignerConfig['credentials']) {}

  async token(request: TokenRequest): Promise<string> {
    const { Signer } = await import('@aws-sdk/rds-signer').catch(notInstalled('@aws-sdk/rds-signer'));
    const key = JSON.stringify(Object.values(request));
    let signer = this.signers.get(key);
    if (signer === undefined) {
      const { host: hostname, port, username, region } = request;
      signer = new Signer({
        hostname,
        port,
        username,
        region,
        ...(this.credentials && { credentials: this.credentials }),
      });
      this.signers.set(key, signer);
    }
    return signer.getAuthToken();
  }
}

/** A login with tokens, a fresh one for each connection. */
export function tokenLogin(tokens: TokenSource, request: TokenRequest): RoleLogin<TokenPassword> {
  return { username: request.username, password: new TokenPassword(tokens, request) };
}

/** Tokens as the passwords of one role on one server. */
export class TokenPassword {
  readonly version = 0;

  constructor(
    private readonly tokens: TokenSource,
    private readonly request: TokenRequest,
  ) {}

  read(): Promise<string> {
    return this.tokens.token(this.request);
  }

  /** A token that was refused is refused again: it was fresh. */
  renew(): Promise<boolean> {
    return Promise.resolve(false);
  }
}
