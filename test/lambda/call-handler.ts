import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';

/** What a call of a handler came to. */
export interface HandlerCall {
  readonly result?: unknown;
  readonly error?: { readonly name: string; readonly message: string };
  /** Lines that the handler logged, parsed from JSON. */
  readonly log: readonly Record<string, unknown>[];
}

/** Tells an answer, which follows what was logged before it, from what is logged. */
const ANSWER = 'answer of the handler ';
const ANSWERED = new RegExp(`^([^]*?)\\n${ANSWER}(.*)\\n`);

const CALLER = `
  const { handler } = require(process.argv[1]);
  const answer = (what) => process.stdout.write('\\n${ANSWER}' + JSON.stringify(what) + '\\n');
  process.on('message', (request) => {
    if (request === 'end') return process.disconnect();
    handler(request.event, { getRemainingTimeInMillis: () => request.remainingMs }).then(
      (result) => answer({ result }),
      ({ name, message }) => answer({ error: { name, message } }),
    );
  });
`;

/**
 * A bundled handler, loaded as the Lambda runtime loads it, in a process with only `env` in its environment: it answers one event after the other, as
 * one of Lambda does. Whoever loads it ends it.
 */
export class LoadedHandler {
  private output = '';
  private heard: () => void = () => undefined;
  private readonly closed: Promise<unknown>;
  private isClosed = false;

  private constructor(private readonly child: ChildProcess) {
    this.closed = once(child, 'close');
    this.closed.then(this.note, this.note);
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      this.output += text;
      this.heard();
    });
  }

  static load(path: string, env: Readonly<Record<string, string>>): LoadedHandler {
    return new LoadedHandler(
      spawn(process.execPath, ['-e', CALLER, path], { env, stdio: ['ignore', 'pipe', 'inherit', 'ipc'] }),
    );
  }

  /** One call at a time. */
  async call(event: unknown, remainingMs = 60_000): Promise<HandlerCall> {
    this.child.send({ event, remainingMs });
    let answered: RegExpExecArray | null;
    while (!(answered = ANSWERED.exec(this.output))) {
      if (this.isClosed) throw new Error(`the handler ended without an answer; it logged: ${this.output}`);
      await new Promise<void>((resolve) => (this.heard = resolve));
    }
    const [all, logged = '', answer = ''] = answered;
    this.output = this.output.slice(all.length);
    const lines = logged.split('\n').filter((line) => line !== '');
    return {
      ...(JSON.parse(answer) as Omit<HandlerCall, 'log'>),
      log: lines.map((line) => JSON.parse(line) as Record<string, unknown>),
    };
  }

  /** Sends no more events; resolves when the process has ended, by itself: nothing that a handler leaves open may hold it. */
  async end(): Promise<void> {
    // By its own hand: of a channel that is closed from here, no 'close' is told.
    if (this.child.connected) this.child.send('end');
    await this.closed;
  }

  private readonly note = (): void => {
    this.isClosed = true;
    this.heard();
  };
}

/** One call of a bundled handler, in a process of its own with only `env` in its environment. */
export async function callHandler(
  path: string,
  event: unknown,
  env: Readonly<Record<string, string>>,
  remainingMs?: number,
): Promise<HandlerCall> {
  const loaded = LoadedHandler.load(path, env);
  try {
    return await loaded.call(event, remainingMs);
  } finally {
    await loaded.end();
  }
}
