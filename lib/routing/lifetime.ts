import { PolystoreError } from '../errors';

/** Whether a router is open still; all its handles share one. */
export class Lifetime {
  private ended = false;

  end(): void {
    this.ended = true;
  }

  /** @throws {PolystoreError} HANDLE_CLOSED once the router was closed */
  check(store: string): void {
    if (!this.ended) return;
    throw new PolystoreError('HANDLE_CLOSED', `store "${store}": the router of this handle was closed`, {
      details: { handle: store },
      next: 'Close the router only when nothing uses it any more.',
    });
  }
}
