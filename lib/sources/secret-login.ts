import type { Credentials, SecretSource } from './secrets';

/** A database role and where its password comes from: what a connection logs in with. */
export interface RoleLogin<Password> {
  readonly username: string;
  readonly password: Password;
}

/**
 * The login of a secret, read once and again when a server refuses it: a rotated secret needs no restart.
 *
 * The role stays who it was: a rotation that alternates between two roles is not followed.
 * @throws {PolystoreError} DOCUMENT_MISSING, DOCUMENT_INVALID
 */
export async function secretLogin(secrets: SecretSource, name: string): Promise<RoleLogin<SecretPassword>> {
  const credentials = await secrets.read(name);
  return { username: credentials.username, password: new SecretPassword(secrets, name, credentials) };
}

/** The password of a secret, kept between connections. Shared by all connections that log in with it, so that one of them reads it anew for all. */
export class SecretPassword {
  // Private at run time too, so that no log of an object shows it.
  #credentials: Credentials;
  #version = 0;
  #renewing: Promise<boolean> | undefined;

  constructor(
    private readonly secrets: SecretSource,
    private readonly name: string,
    credentials: Credentials,
  ) {
    this.#credentials = credentials;
  }

  get version(): number {
    return this.#version;
  }

  read(): Promise<string> {
    return Promise.resolve(this.#credentials.password);
  }

  renew(refused: number): Promise<boolean> {
    if (refused !== this.#version) return Promise.resolve(true);
    this.#renewing ??= this.readAnew().finally(() => {
      this.#renewing = undefined;
    });
    return this.#renewing;
  }

  private async readAnew(): Promise<boolean> {
    const found = await this.secrets.read(this.name);
    const { username, password } = this.#credentials;
    if (found.username !== username || found.password === password) return false;
    this.#credentials = found;
    this.#version++;
    return true;
  }
}
