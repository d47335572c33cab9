import { SEVERAL } from './session-token';

/**
 * A replica that a session has read from without asking how far it had come: until somebody has asked, no other may answer the session.
 * Asking behind every read would cost as much again as the read.
 */
export class ReadMark {
  private running = 0;
  private hasSeen = false;
  private untilMs: number;

  /**
   * @param mark of the replica, see {@link markOf}
   * @param beganAtMs nothing was read from it before, on the clock of `performance.now()`; a replica that was lost since may show less
   */
  private constructor(
    private mark: string,
    readonly beganAtMs: number,
  ) {
    this.untilMs = beganAtMs;
  }

  /** Nothing was read yet. */
  static first(mark: string): ReadMark {
    return new ReadMark(mark, performance.now());
  }

  /** What an earlier part of the session has read. */
  static of(mark: string): ReadMark {
    const read = ReadMark.first(mark);
    read.hasSeen = true;
    return read;
  }

  /** As a token carries it; {@link SEVERAL} of more than one replica. */
  get text(): string {
    return this.mark;
  }

  begin(mark: string): void {
    this.join(mark);
    this.running++;
  }

  end(outcome: 'seen' | 'failed'): void {
    this.running--;
    if (outcome === 'failed') return;
    this.hasSeen = true;
    this.untilMs = performance.now();
  }

  /** Also what was read from another replica counts. */
  join(mark: string): void {
    if (mark !== this.mark) this.mark = SEVERAL;
  }

  /** Whether nothing was read, and nothing is being read. */
  get isEmpty(): boolean {
    return this.running === 0 && !this.hasSeen;
  }

  /** Whether a position that was asked for at `askedAtMs` covers all that was read. */
  isCoveredBy(askedAtMs: number): boolean {
    return this.running === 0 && askedAtMs >= this.untilMs;
  }
}

/**
 * Tells a replica from every other, and from itself before its last start: one that starts again shows less for a moment, and one of the same
 * name may be another server.
 */
export const markOf = (name: string, startedAt: number): string => `${name}@${startedAt.toString(36)}`;
