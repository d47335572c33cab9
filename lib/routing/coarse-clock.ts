/** How late the clock may be, in milliseconds. */
const RESOLUTION_MS = 100;

/** A monotonic clock that is read at most ten times a second, for what is asked more often than the time matters. */
export class CoarseClock {
  private readMs: number | undefined;

  /** Milliseconds on the clock of `performance.now()`, at most 100 late. */
  nowMs(): number {
    return this.readMs ?? this.read();
  }

  private read(): number {
    const now = performance.now();
    this.readMs = now;
    setTimeout(() => (this.readMs = undefined), RESOLUTION_MS).unref();
    return now;
  }
}
