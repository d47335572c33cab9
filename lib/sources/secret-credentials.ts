import type { Credentials, SecretSource } from './secrets';

/** How long what was read counts, in milliseconds: an outage asks for it once a minute at most. */
const FRESH_MS = 60_000;

/**
 * The login of a secret, name and password, for a client that makes connections for as long as it lives: read anew where what is known is old, or was
 * refused. Shared by all its connections.
 */
export class SecretCredentials {
  // Private at run time too, so that no log of an object shows it.
  #known: Credentials;
  #readAtMs = performance.now();
  #reading: Promise<void> | undefined;

  private constructor(
    private readonly secrets: SecretSource,
    private readonly name: string,
    known: Credentials,
  ) {
    this.#known = known;
  }

  /** Reads the secret. @throws {PolystoreError} DOCUMENT_MISSING, DOCUMENT_INVALID */
  static async open(secrets: SecretSource, name: string): Promise<SecretCredentials> {
    return new SecretCredentials(secrets, name, await secrets.read(name));
  }

  /** What to log in with. Never rejects: where nothing can be read, what is known is tried. */
  async read(): Promise<Credentials> {
    if (performance.now() - this.#readAtMs >= FRESH_MS) await this.readAnew();
    return this.#known;
  }

  /** Whether the secret holds something else than what a server refused. */
  async renew({ username, password }: Credentials): Promise<boolean> {
    const isOther = (): boolean => this.#known.username !== username || this.#known.password !== password;
    if (!isOther()) await this.readAnew();
    return isOther();
  }

  private readAnew(): Promise<void> {
    return (this.#reading ??= this.secrets
      .read(this.name)
      .then(
        (found) => void (this.#known = found),
        // The server's answer to what is known says more.
        () => undefined,
      )
      .finally(() => {
        this.#readAtMs = performance.now();
        this.#reading = undefined;
      }));
  }
}
