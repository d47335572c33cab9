import pc from 'picocolors';

/** Colours text, or leaves it alone where the stream is no terminal. */
export interface Painter {
  readonly bold: (text: string) => string;
  readonly dim: (text: string) => string;
  readonly green: (text: string) => string;
  readonly red: (text: string) => string;
  readonly yellow: (text: string) => string;
}

/** The subset of a stream that is written to. */
export interface TerminalStream {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

/** Colours only on a terminal, and never where `NO_COLOR` is set (https://no-color.org). */
export const painterFor = (stream: TerminalStream, env: NodeJS.ProcessEnv = process.env): Painter =>
  pc.createColors(stream.isTTY === true && !env['NO_COLOR'] && env['TERM'] !== 'dumb');

/** `1.9 s`, `340 ms`. */
export const formatDuration = (ms: number): string =>
  ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`;

/** Width of the step's name and of its detail, so that durations stand in one column. */
const NAME_WIDTH = 7;
const DETAIL_WIDTH = 50;

/**
 * Steps of a command, a line each. On a terminal the running step shows what it does now and is then replaced by its outcome;
 * elsewhere only outcomes are written.
 */
export class Steps {
  private readonly painter: Painter;

  constructor(
    private readonly stream: TerminalStream,
    painter: Painter = painterFor(stream),
  ) {
    this.painter = painter;
  }

  /**
   * Runs one step. `work` may report what it does now; it returns the detail that the finished line shows.
   * A step that throws shows a cross, and the error goes on.
   */
  async run<T>(name: string, work: (now: (text: string) => void) => Promise<StepResult<T>>): Promise<T> {
    const started = performance.now();
    const now = (text: string): void =>
      this.show(`${this.painter.dim('…')} ${name.padEnd(NAME_WIDTH)} ${this.painter.dim(text.slice(0, this.room()))}`);
    now('');
    try {
      const { value, detail, isGood } = await work(now);
      const took = formatDuration(performance.now() - started);
      this.line(isGood === false ? 'red' : 'green', name, `${detail.padEnd(DETAIL_WIDTH)} ${this.painter.dim(took)}`);
      return value;
    } catch (error) {
      this.line('red', name, 'failed');
      throw error;
    }
  }

  /** Shows on a terminal what `work` does now, and leaves nothing of it: what the command prints says how it ended. */
  async during<T>(work: (now: (text: string) => void) => Promise<T>): Promise<T> {
    const { dim } = this.painter;
    try {
      return await work((text) => this.show(`${dim('…')} ${dim(text.slice(0, this.room()))}`));
    } finally {
      this.clear();
    }
  }

  /** The line of something that has ended already. */
  outcome(name: string, detail: string, { isGood }: { readonly isGood: boolean }): void {
    this.line(isGood ? 'green' : 'red', name, detail);
  }

  /** A line of its own below the steps. */
  note(text: string): void {
    this.clear();
    this.stream.write(`${text}\n`);
  }

  private line(outcome: 'green' | 'red', name: string, text: string): void {
    this.note(`${this.painter[outcome](outcome === 'green' ? '✓' : '✗')} ${name.padEnd(NAME_WIDTH)} ${text}`.trimEnd());
  }

  private show(text: string): void {
    if (!this.stream.isTTY) return;
    this.clear();
    this.stream.write(text);
  }

  /** Characters for what a step does: a line that wraps would leave its beginning behind. */
  private room(): number {
    return Math.max(0, (this.stream.columns ?? 80) - NAME_WIDTH - '…  '.length - 1);
  }

  private clear(): void {
    if (this.stream.isTTY) this.stream.write('\r\u001b[2K');
  }
}

export interface StepResult<T> {
  readonly value: T;
  /** What the finished line says. */
  readonly detail: string;
  /** False where the step ended but what it looked at is bad. @default true */
  readonly isGood?: boolean;
}
