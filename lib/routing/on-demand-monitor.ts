import { elapsedMsSince, momentNow, type Moment } from '../postgres';
import { MAX_SAMPLE_AGE_MS } from './eligibility';
import { PROBE_INTERVAL_MS, ServerMonitor, type Answer, type ProbeNeed } from './server-monitor';
import { StallWatch } from './stall-watch';

/** How often a question is asked that a freeze may have spoilt. */
const MAX_ATTEMPTS = 3;

/**
 * Watches a server from a process that is frozen when it has nothing to do: no timer runs in the background, and what a freeze has spoilt counts
 * for nothing. The end of a connection that nobody used says only that it was not used; a question that failed on a connection of before, or while
 * the process stood still, is asked again on a new one.
 */
export class OnDemandMonitor extends ServerMonitor {
  private probedAt: Moment | undefined;
  private running: Promise<void> | undefined;
  private answeredAt: Moment | undefined;

  override get need(): ProbeNeed {
    const { state } = this.health;
    const isOld = !this.answeredAt || elapsedMsSince(this.answeredAt) >= MAX_SAMPLE_AGE_MS;
    if (state === 'unprobed' || (state === 'up' && isOld)) return 'wait';
    return this.isDue ? 'probe' : 'none';
  }

  /** Probes, unless the last probe was a moment ago; resolves when it is done. */
  override start(): Promise<void> {
    if (this.running) return this.running;
    if (!this.isDue) return Promise.resolve();
    this.probedAt = momentNow();
    this.running = this.probeNow().finally(() => (this.running = undefined));
    return this.running;
  }

  private get isDue(): boolean {
    return !this.probedAt || elapsedMsSince(this.probedAt) >= PROBE_INTERVAL_MS;
  }

  protected override probeLater(): void {
    // Whoever needs to know asks.
  }

  protected override ended(): void {
    // It had nothing to say.
  }

  protected override async askOnce(): Promise<Answer> {
    if (this.answeredAt && elapsedMsSince(this.answeredAt) >= MAX_SAMPLE_AGE_MS) void this.disconnect();
    for (let attempt = 1; ; attempt++) {
      const isOld = this.isConnected;
      const watch = new StallWatch();
      try {
        const answer = await super.askOnce();
        this.answeredAt = momentNow();
        return answer;
      } catch (error) {
        if (attempt === MAX_ATTEMPTS || !(isOld || watch.hasStalled)) throw error;
        void this.disconnect();
      } finally {
        watch.end();
      }
    }
  }
}
