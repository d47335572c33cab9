import { stripVTControlCharacters } from 'node:util';
import type { TerminalStream } from './terminal';

const HIDE_CURSOR = '\u001b[?25l';
const SHOW_CURSOR = '\u001b[?25h';
const ERASE_TO_END_OF_LINE = '\u001b[K';
const ERASE_BELOW = '\u001b[J';

/**
 * Text that is shown again and again in the same place. On a terminal each frame is written over the one before in a single write, line by line, so that
 * nothing flickers; the last one stays when it is closed. Elsewhere frames follow one another.
 */
export class LiveScreen {
  private lines = 0;

  constructor(private readonly stream: TerminalStream & { readonly rows?: number }) {}

  show(text: string): void {
    if (this.stream.isTTY !== true) {
      this.stream.write(`${text}\n`);
      return;
    }
    const most = Math.max(1, (this.stream.rows ?? 24) - 1);
    const lines = text
      .trimEnd()
      .split('\n')
      .slice(0, most)
      .map((line) => cut(line, this.stream.columns ?? 80));
    const back = this.lines > 0 ? `\u001b[${this.lines}A` : '';
    const body = lines.map((line) => `${line}${ERASE_TO_END_OF_LINE}\n`).join('');
    this.stream.write(`${HIDE_CURSOR}\r${back}${body}${ERASE_BELOW}`);
    this.lines = lines.length;
  }

  /** Gives the cursor back. */
  close(): void {
    if (this.stream.isTTY === true) this.stream.write(SHOW_CURSOR);
  }
}

/** A line that would wrap would take two, and the next frame would not meet it: it loses its colours and its end. */
function cut(line: string, columns: number): string {
  const plain = stripVTControlCharacters(line);
  return plain.length <= columns ? line : `${plain.slice(0, columns - 1)}…`;
}
