import { elapsedMsSince, momentNow } from '../postgres';

/** In milliseconds. */
const BEAT_INTERVAL_MS = 50;

/** Between two beats that are further apart, in milliseconds, the process stood still: it was frozen, or too busy to listen. */
const STALL_MS = 300;

/** Tells afterwards whether this process stood still meanwhile, so that what it was waiting for may have come and gone unheard. */
export class StallWatch {
  private lastBeat = momentNow();
  private sawStall = false;
  private readonly timer = setInterval(() => this.beat(), BEAT_INTERVAL_MS).unref();

  /** Whether it stood still so far. */
  get hasStalled(): boolean {
    this.beat();
    return this.sawStall;
  }

  end(): void {
    clearInterval(this.timer);
  }

  private beat(): void {
    if (elapsedMsSince(this.lastBeat) >= STALL_MS) this.sawStall = true;
    this.lastBeat = momentNow();
  }
}
