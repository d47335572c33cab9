import { PolystoreError } from '../errors';

/** Whether a router is open still; all its handles share one. */
export class Lifetime {
  private ended = false;

  end(): void {
    this.ended = true;
  }

  /** @param what what was called, for the message @default - the store of that name @throws {PolystoreError} HANDLE_CLOSED once the router was closed */
  check(handle: string, what = `store "${handle}"`): void {
    if (!this.ended) return;
    throw new PolystoreError('HANDLE_CLOSED', `${what}: the router of this handle was closed`, {
      details: { handle },
      next: 'Close the router only when nothing uses it any more.',
    });
  }
}
