/** Who logs in: a role, and a password that stands or that is asked for anew. */
export interface Login {
  readonly username: string;
  readonly password: string | PasswordSource;
}

/** Passwords that change while the process runs: rotated secrets, tokens that live for minutes. */
export interface PasswordSource {
  /** Counts the changes that this source knows of. */
  readonly version: number;
  /** What the next connection logs in with. */
  read(): Promise<string>;
  /**
   * Looks for another password, after one of version `refused` or a later one was refused. Resolves to whether it is worth a second try:
   * whether {@link read} now gives something that has not been tried.
   */
  renew(refused: number): Promise<boolean>;
}

/** invalid_password, and what PAM says on RDS. @see https://www.postgresql.org/docs/17/errcodes-appendix.html */
const REFUSED: ReadonlySet<unknown> = new Set(['28P01', '28000']);

/**
 * Whether a login that failed should be tried once more: the server refused the password, and its source has another. `seen` is the version
 * of the source before the attempt. Never rejects: where the source can't be read, the refusal is what the caller should hear of.
 */
export async function hasOtherPassword(source: PasswordSource, seen: number, failure: unknown): Promise<boolean> {
  if (!isRefusal(failure)) return false;
  return source.renew(seen).catch(() => false);
}

/** Whether a server refused who logs in, or what with. */
export function isRefusal(failure: unknown): boolean {
  return typeof failure === 'object' && failure !== null && 'code' in failure && REFUSED.has(failure.code);
}
