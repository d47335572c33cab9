import type { ServerState } from '../postgres';

/** Who is told what a monitor sees. */
export interface MonitorListener {
  /** Each answer; `askedAtMs` is on the clock of `performance.now()`. */
  answered(state: ServerState, askedAtMs: number): void;
  /** The server was left, is tried, or is back. */
  turned(state: 'open' | 'halfOpen' | 'closed', reason: string | undefined): void;
}
