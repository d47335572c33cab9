/** Who logs in, with a password that may change while the process runs. */
export interface ValkeyLogin {
  readonly username: string;
  /** As it is now. */
  readonly password: string;
  /** What it is by then: what a secret holds, or a token that is signed anew. */
  readonly renew: () => Promise<string>;
}

/**
 * How long a password counts that was read, in milliseconds. A cache takes the one before it too until the next rotation, and a token for fifteen minutes:
 * no connection is made with one that is not taken any more.
 */
const FRESH_MS = 60_000;

/**
 * The login of every connection of a client. Asked for before each is made, read anew where what is known is old or was refused: a password that is
 * rotated needs no restart, and an outage asks for it once a minute at most.
 */
export class LiveLogin {
  /** As `AUTH` has it. Always the same array: every connection of a client, made by whichever part of it, says what is in it when it logs in. */
  readonly words: [username: string, password: string];
  private knownAtMs = performance.now();
  private asking: Promise<void> | undefined;

  constructor(private readonly login: ValkeyLogin) {
    this.words = [login.username, login.password];
  }

  /** Resolves when {@link words} are fresh enough to log in with. Never rejects: where nothing can be read, what is known is tried. */
  fresh(): Promise<void> {
    if (performance.now() - this.knownAtMs < FRESH_MS) return Promise.resolve();
    this.asking ??= this.ask().finally(() => (this.asking = undefined));
    return this.asking;
  }

  /** What a server said: one that refuses the login makes the next connection ask for another. */
  heard(error: unknown): void {
    if (error instanceof Error && error.message.startsWith('WRONGPASS')) this.knownAtMs = -Infinity;
  }

  private async ask(): Promise<void> {
    try {
      this.words[1] = await this.login.renew();
    } catch {
      // The server's answer to what is known says more.
    }
    this.knownAtMs = performance.now();
  }
}
