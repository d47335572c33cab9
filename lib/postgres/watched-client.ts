import type { PoolClient, QueryResult } from 'pg';
import { isSubmittable } from './routed-pool';
import {
  failureOf,
  resultOf,
  sendAmongQuestions,
  sendTogether,
  type Outcome,
  type PgStatement,
  type Statement,
} from './send-together';
import { tracedToCaller } from './traced-to-caller';

/** Who follows what is done on a connection that somebody else holds. */
export interface ConnectionObserver {
  /** Asks the server for its position. */
  readonly position: Statement;
  /** The server's answer to `position` behind all that was done so far; undefined where it was not heard. */
  settle(outcome: Outcome): void;
  /** Something was done, behind which the position was not asked yet. */
  hold(): void;
}

type Query = (...parameters: readonly unknown[]) => unknown;
type Callback = (error: Error | null, result?: QueryResult) => void;

/** What ends a transaction: the position is asked in the same round trip. Whatever is not recognised is noticed when it was done. */
const ENDS_TRANSACTION = /^\s*(commit|end|rollback|abort|prepare\s+transaction)\b/i;
/** What must be the first of its transaction, or changes nothing. */
const BEGINS = /^\s*(begin|start|set|show|discard|deallocate)\b/i;

/**
 * Follows a connection that is lent to somebody: behind each statement outside a transaction, and behind each end of one, the server is asked
 * for its position, in the same round trip. Where that can't be seen beforehand, as of a cursor or of a text of several statements, it is asked
 * before the connection is given back.
 */
export class WatchedClient {
  private readonly plain: Query;
  private readonly before: PropertyDescriptor | undefined;
  /** Statements that were sent alone and are not answered. */
  private pending = 0;
  private isPairing = false;
  private readonly waiting: (() => void)[] = [];
  private isHeld = false;
  private whenIdle: (() => void) | undefined;

  constructor(
    private readonly client: PoolClient,
    private readonly observer: ConnectionObserver,
  ) {
    this.plain = client.query.bind(client) as Query;
    this.before = Object.getOwnPropertyDescriptor(client, 'query');
    const value: Query = (...parameters) => this.query(parameters);
    Object.defineProperty(client, 'query', { value, configurable: true, writable: true, enumerable: false });
  }

  /** Leaves the connection as it was. Resolves when the position of all that was done is known, or can't be. */
  async end(isLost: boolean): Promise<void> {
    if (this.isPairing || this.pending > 0) await new Promise<void>((resolve) => (this.whenIdle = resolve));
    if (this.before) Object.defineProperty(this.client, 'query', this.before);
    else delete (this.client as { query?: unknown }).query;
    if (!this.isHeld) return;
    const isAsked = !isLost && this.isOutsideTransaction;
    const [position] = isAsked ? await this.send([this.observer.position]) : [];
    this.settle(position);
  }

  private query(parameters: readonly unknown[]): unknown {
    const [statement] = parameters;
    if (isSubmittable(statement)) {
      // Its end can't be seen.
      this.inTurn(() => {
        this.hold();
        this.plain(...parameters);
      });
      return statement;
    }
    if (statement === null || statement === undefined) return this.plain(...parameters);
    const callback = callbackOf(parameters);
    const answer = new Promise<QueryResult>((resolve, reject) => {
      this.inTurn(() => void this.run(statement as PgStatement, parameters[1]).then(resolve, reject));
    });
    if (!callback) return answer.catch((error: unknown) => Promise.reject(tracedToCaller(error) as Error));
    answer.then(
      (result) => process.nextTick(() => callback(null, result)),
      (error: Error) => process.nextTick(() => callback(error)),
    );
    return undefined;
  }

  /** While two statements are on their way as one, what comes after them waits. */
  private inTurn(work: () => void): void {
    if (this.isPairing) this.waiting.push(work);
    else work();
  }

  private async run(statement: PgStatement, second: unknown): Promise<QueryResult> {
    const values = Array.isArray(second) ? (second as readonly unknown[]) : undefined;
    const text = typeof statement === 'string' ? statement : String(statement.text);
    const isLast = ENDS_TRANSACTION.test(text);
    const isAlone = this.isOutsideTransaction && this.pending === 0 && !BEGINS.test(text);
    const own = withoutCallback(statement);
    if (!isLast && !isAlone) return this.runPlain(own, values);
    this.isPairing = true;
    try {
      const asked = { text: own, values };
      const outcomes = await sendAmongQuestions(this.sender, asked, [asked, this.observer.position]);
      if (this.isOutsideTransaction) {
        const [, position] = outcomes;
        if (position && 'result' in position) this.settle(position);
        else this.hold();
      }
      const failure = failureOf(outcomes, 0);
      if (failure !== undefined) throw failure;
      return resultOf(outcomes[0]);
    } finally {
      this.isPairing = false;
      this.next();
    }
  }

  private async runPlain(statement: PgStatement, values: readonly unknown[] | undefined): Promise<QueryResult> {
    this.pending++;
    try {
      return (await this.plain(statement, values)) as QueryResult;
    } finally {
      this.pending--;
      if (this.isOutsideTransaction) this.hold();
      this.next();
    }
  }

  private next(): void {
    while (!this.isPairing) {
      const work = this.waiting.shift();
      if (!work) break;
      work();
    }
    if (!this.isPairing && this.pending === 0) this.whenIdle?.();
  }

  private send(statements: readonly Statement[]): Promise<readonly Outcome[]> {
    return sendTogether(this.sender, statements);
  }

  private get sender(): Pick<PoolClient, 'query'> {
    return { query: this.plain as PoolClient['query'] };
  }

  private hold(): void {
    if (this.isHeld) return;
    this.isHeld = true;
    this.observer.hold();
  }

  private settle(position: Outcome): void {
    this.isHeld = false;
    this.observer.settle(position);
  }

  private get isOutsideTransaction(): boolean {
    return this.client.getTransactionStatus() === 'I';
  }
}

/** pg takes a callback in three places. */
function callbackOf([statement, values, callback]: readonly unknown[]): Callback | undefined {
  const own = typeof statement === 'object' ? (statement as { callback?: unknown }).callback : undefined;
  return [callback, values, own].find((one) => typeof one === 'function') as Callback | undefined;
}

/** pg writes into the object that it is given, and calls the callback that it finds there. */
const withoutCallback = (statement: PgStatement): PgStatement =>
  typeof statement === 'string'
    ? statement
    : (Object.create(statement, { callback: { value: undefined, writable: true } }) as PgStatement);
