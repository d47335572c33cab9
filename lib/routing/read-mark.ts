/**
 * What a session has read without asking how far the server had come: until somebody has asked, no other replica than the one that it has
 * read from may answer it, and where there were several, or the primary, only the primary. Asking behind every read would cost half as much again
 * as the read.
 */
export class ReadMark {
  private running = 0;
  private hasSeen = false;
  private untilMs = -Infinity;
  private who: string | undefined;

  /** @param replica the one that is read from, see {@link markOf}; undefined where it is the primary */
  constructor(replica: string | undefined) {
    this.who = replica;
  }

  /** What an earlier part of the session has read. */
  static of(replica: string | undefined): ReadMark {
    const mark = new ReadMark(replica);
    mark.join(replica);
    return mark;
  }

  /** The one replica that was read from, as a token carries it; undefined where the primary or several were. */
  get replica(): string | undefined {
    return this.who;
  }

  /** When the session saw something last, on the clock of `performance.now()`. */
  get lastSeenAtMs(): number {
    return this.untilMs;
  }

  begin(replica: string | undefined): void {
    if (replica !== this.who) this.who = undefined;
    this.running++;
  }

  end(outcome: 'seen' | 'failed'): void {
    this.running--;
    if (outcome === 'seen') this.note();
  }

  /** Also what another part of the session has read counts, up to now. */
  join(replica: string | undefined): void {
    if (replica !== this.who) this.who = undefined;
    this.note();
  }

  /** Nobody can say any more how far the replica had come: only the primary surely has it. */
  giveUp(): void {
    this.who = undefined;
  }

  /** Whether nothing was read, and nothing is being read. */
  get isEmpty(): boolean {
    return this.running === 0 && !this.hasSeen;
  }

  /** Whether a position that was asked for at `askedAtMs`, on the clock of `performance.now()`, covers all that was read. */
  isCoveredBy(askedAtMs: number): boolean {
    return this.running === 0 && askedAtMs >= this.untilMs;
  }

  private note(): void {
    this.hasSeen = true;
    this.untilMs = performance.now();
  }
}

/**
 * Tells a replica from every other, and from itself before its last start: one that starts again shows less for a moment, and one of the same
 * name may be another server.
 */
export const markOf = (name: string, startedAtUs: number): string => `${name}@${startedAtUs.toString(36)}`;
