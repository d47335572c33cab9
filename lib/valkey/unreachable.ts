import type { Command } from 'iovalkey';
import type { ValkeyClient } from './client';

/** Why a command was not done: no server answered, or none lets this login in. */
export interface Unreachable {
  readonly because: 'silence' | 'login';
  /** What a server said last, or what kept the client from it. */
  readonly cause: Error;
  /** Whether it may have been done before the connection was lost. */
  readonly sent: boolean;
}

/** What whoever sent a command is told where no server takes it. */
export type TellUnreachable = (unreachable: Unreachable) => Error;

/** How a client stands with its servers. */
export class Reach {
  /** Nobody was there, and it has not begun to try again. */
  isAway = false;
  private last: Error | undefined;

  /** What was said beside answers: why it is not connected. */
  hear(error: unknown): void {
    const { message } = error as { readonly message?: unknown };
    // That a connection is closed says nothing of why, which was heard before.
    if (typeof message === 'string' && !CLOSED.test(message)) this.last = error as Error;
  }

  /** Why a command was not done; undefined where a server answered, or whoever made the client has closed it. */
  whyNot(error: Error): Omit<Unreachable, 'sent'> | undefined {
    if (LOGIN_REFUSED.test(error.message)) return { because: 'login', cause: error };
    const isUntaken = this.isAway || error.message === NOBODY_THERE || error.name === GIVEN_UP;
    if (!isUntaken) return undefined;
    const cause = this.last ?? error;
    return { because: LOGIN_REFUSED.test(cause.message) ? 'login' : 'silence', cause };
  }
}

const CLOSED = /^Connection is closed/;
const LOGIN_REFUSED = /^(WRONGPASS|NOAUTH)\b/;
/** iovalkey's words where a cluster was tried in vain. */
const NOBODY_THERE = 'None of startup nodes is available';
/** iovalkey's name of what a command meets that waited for one server in vain. */
const GIVEN_UP = 'MaxRetriesPerRequestError';

/** What a client sends every command by, be it of one server or of a cluster. */
interface Sender {
  readonly status: string;
  sendCommand: (command: Command, ...rest: never[]) => unknown;
  on(event: 'close' | 'ready', listener: () => void): unknown;
}

export interface UntakenOptions {
  readonly reach: Reach;
  /** So often is one server tried before what waits for it is given up. @default - the client does it: of a cluster, whose servers have no such queues */
  readonly attempts?: number;
  /** What commands reject with that no server takes. @default - the cause */
  readonly tell?: TellUnreachable;
}

/**
 * Ends what no server takes. iovalkey itself would keep a command waiting that was on its way when its connection was lost, as long as the next
 * one is refused; and it would send it again after all, which is no good where it was done.
 */
export function endUntaken(
  client: ValkeyClient,
  { reach, attempts, tell = ({ cause }) => cause }: UntakenOptions,
): void {
  const sender: Sender = client;
  const send = sender.sendCommand.bind(client);
  /** By whether they may have left the process. */
  const waiting = new Map<Command, boolean>();
  const watch = (command: Command): void => {
    const { resolve, reject } = command;
    command.resolve = (value) => {
      waiting.delete(command);
      resolve.call(command, value);
    };
    command.reject = (error) => {
      const sent = waiting.get(command) ?? false;
      waiting.delete(command);
      const why = reach.whyNot(error);
      reject.call(command, why === undefined ? error : tell({ ...why, sent }));
    };
  };
  // What waited for a connection is sent again by the same way.
  sender.sendCommand = (command, ...rest) => {
    if (command.isResolved) return command.promise;
    // The login is the client's own: it tells by it whether it is let in.
    if (command.name === 'auth') return send(command, ...rest);
    if (!waiting.has(command)) watch(command);
    waiting.set(command, waiting.get(command) === true || sender.status === 'ready');
    // One that was closed meanwhile would keep it waiting.
    if (reach.isAway) command.reject(new Error(NOBODY_THERE));
    else send(command, ...rest);
    return command.promise;
  };
  if (attempts === undefined) return;
  let losses = 0;
  sender.on('ready', () => (losses = 0));
  sender.on('close', () => {
    losses += 1;
    if (losses % attempts !== 0) return;
    const givenUp = Object.assign(new Error('given up'), { name: GIVEN_UP });
    for (const command of waiting.keys()) command.reject(givenUp);
  });
}
