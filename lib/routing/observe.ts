import {
  failureOf,
  isAliveAfter,
  parsePosition,
  positionStatement,
  resultOf,
  sendAmongQuestions,
  type KitStatement,
  type Outcome,
  type PgStatement,
  type PositionReport,
  type QueryResult,
  type QueryResultRow,
  type Statement,
} from '../postgres';
import type { Access } from '../topology';
import { isReusableAfter, type StoreServer } from './store-server';
import { untilAborted } from './until-aborted';

/** A statement of a session. */
export interface ObservedStatement {
  readonly access: Access;
  readonly text: PgStatement;
  readonly values: readonly unknown[] | undefined;
  readonly signal: AbortSignal | undefined;
}

/** What a server answered, and how far it had come behind the answer; undefined where it can't tell. */
export interface Observed<R extends QueryResultRow> {
  readonly result: QueryResult<R>;
  readonly position: PositionReport | undefined;
}

/** A server that had not come as far as was asked, so that its answer was thrown away. */
export interface Behind {
  readonly result: undefined;
  readonly position: PositionReport | undefined;
}

/**
 * Runs one statement, and learns in the same round trip how far the server had come behind it: behind the commit of a write, behind what a
 * read has seen.
 * @throws {PolystoreError} CANCELLED, and as {@link StoreServer.query}
 */
export async function observe<R extends QueryResultRow>(
  server: StoreServer,
  statement: ObservedStatement,
): Promise<Observed<R>> {
  const own = { text: statement.text, values: statement.values };
  const [answer, position] = await exchange(server, statement, own, [own, positionOf(server)]);
  return { result: resultOf(answer), position: positionIn(server, position) };
}

/**
 * As {@link observe}, where the server has come as far as `lsn`: it is asked before the statement, in the same round trip.
 * @throws {PolystoreError} as {@link observe}
 */
export async function observeAfter<R extends QueryResultRow>(
  server: StoreServer,
  lsn: bigint,
  statement: ObservedStatement,
): Promise<Observed<R> | Behind> {
  const own = { text: statement.text, values: statement.values };
  const position = positionOf(server);
  const [first, answer, last] = await exchange(server, statement, own, [position, own, position]);
  const before = positionIn(server, first);
  if (!before || before.lsn < lsn) return { result: undefined, position: before };
  return { result: resultOf(answer), position: positionIn(server, last) };
}

/** What a server says of its position; undefined where it can't tell, or was not heard. */
export const positionIn = ({ engine }: StoreServer, outcome: Outcome): PositionReport | undefined =>
  outcome && 'result' in outcome ? parsePosition(engine, outcome.result.rows) : undefined;

/** The statement that asks a server for its position. */
export const positionOf = ({ engine, endpoint }: StoreServer): KitStatement => positionStatement(engine, endpoint.via);

/** Sends statements in one round trip; rejects where `own` was not answered with a result. */
function exchange(
  server: StoreServer,
  statement: ObservedStatement,
  own: Statement,
  sent: readonly Statement[],
): Promise<readonly Outcome[]> {
  if (!server.telemetry.isOn) return exchangeNow(server, statement, own, sent);
  return server.telemetry.around(own.text, () => exchangeNow(server, statement, own, sent));
}

async function exchangeNow(
  server: StoreServer,
  { access, values, signal }: ObservedStatement,
  own: Statement,
  sent: readonly Statement[],
): Promise<readonly Outcome[]> {
  server.outstanding++;
  try {
    const client = await server.checkout(signal);
    let isReusable = false;
    try {
      const cancel = (reason: unknown): Promise<never> =>
        server.interrupt(client, server.knownBackendOf(client), reason);
      const outcomes = await untilAborted(signal, cancel, () => sendAmongQuestions(client, own, sent));
      const failure = failureOf(outcomes, sent.indexOf(own));
      isReusable = isAliveAfter(outcomes) && (failure === undefined || isReusableAfter(failure, values));
      if (failure === undefined) return outcomes;
      throw await server.translate(failure, access === 'read' ? 'reading' : 'writing', client);
    } finally {
      client.release(!isReusable);
    }
  } finally {
    server.outstanding--;
  }
}
