import { PolystoreError } from '../errors';

/** What a database role logs in with. */
export interface Credentials {
  readonly username: string;
  readonly password: string;
}

/** Finds credentials by the names that a topology gives. */
export interface SecretSource {
  /** @throws {PolystoreError} DOCUMENT_MISSING where no such secret exists, DOCUMENT_INVALID where it holds no credentials */
  read(name: string): Promise<Credentials>;
}

/**
 * Reads `{ username, password }` out of a secret's value; other fields (`host`, `engine`, …) are left.
 * @throws {PolystoreError} DOCUMENT_INVALID, which never quotes the value
 */
export function decodeCredentials(value: unknown, source: string): Credentials {
  if (typeof value === 'object' && value !== null && 'username' in value && 'password' in value) {
    const { username, password } = value;
    if (typeof username === 'string' && typeof password === 'string') return { username, password };
  }
  throw new PolystoreError('DOCUMENT_INVALID', `secret ${source} holds no { username, password }`, {
    details: { document: 'secret', source },
    next: 'Rotate the secret, or deploy the store again.',
  });
}
