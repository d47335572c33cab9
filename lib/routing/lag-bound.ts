import type { ReplicaLag, ServerState } from '../postgres';

/** A replica that had replayed all before `lsn` was current at `atMs`. */
interface Mark {
  readonly lsn: bigint;
  readonly atMs: number;
}

/** How many marks are kept: of a replica that is late by more probes, every second one. */
const MAX_MARKS = 64;

/**
 * How late one replica is at most, from what it has said at all times: the least of several upper bounds is one. What it served at some time is
 * at most as old now as the time since, so the lag of one that has lost its primary grows from what it was; and once it has replayed what it had
 * received at some time, it is as current as it was then, however old its last commit is.
 */
export class LagBound {
  /** What the replica serves was true at this time, if not later. */
  private currentAsOfMs = -Infinity;
  private lastLsn: bigint | undefined;
  /** Of what it has received and not replayed; the oldest first. */
  private marks: Mark[] = [];

  /** The lag at the time of the answer, in milliseconds. `askedAtMs` is on any monotonic clock. */
  after({ lagMs = 'unknown', position, showsUpTo }: ServerState, askedAtMs: number): ReplicaLag {
    const lsn = position?.lsn;
    if (lsn !== undefined && this.lastLsn !== undefined && lsn < this.lastLsn) this.forget();
    this.lastLsn = lsn;
    if (lagMs !== 'unknown') this.isCurrentAsOf(askedAtMs - lagMs);
    if (lsn !== undefined) {
      for (const mark of this.marks) if (mark.lsn <= lsn) this.isCurrentAsOf(mark.atMs);
      this.marks = this.marks.filter((mark) => mark.lsn > lsn);
    }
    // Of one without a primary nobody knows what it should have received.
    if (lagMs !== 'unknown' && lsn !== undefined && showsUpTo && showsUpTo.lsn > lsn) {
      this.mark({ lsn: showsUpTo.lsn, atMs: askedAtMs });
    }
    return this.currentAsOfMs === -Infinity ? 'unknown' : Math.round(askedAtMs - this.currentAsOfMs);
  }

  /** One that has gone back is another one: it was restored, or built anew. */
  private forget(): void {
    this.currentAsOfMs = -Infinity;
    this.marks = [];
  }

  private isCurrentAsOf(ms: number): void {
    this.currentAsOfMs = Math.max(this.currentAsOfMs, ms);
  }

  private mark(mark: Mark): void {
    this.marks.push(mark);
    if (this.marks.length > MAX_MARKS) this.marks = this.marks.filter((_, index) => index % 2 === 0);
  }
}
