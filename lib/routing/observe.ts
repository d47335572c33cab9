import {
  failureOf,
  isAliveAfter,
  parsePosition,
  parseStartedAt,
  positionStatement,
  resultOf,
  sendAmongQuestions,
  sendTogether,
  STARTED_AT_STATEMENT,
  type KitStatement,
  type Outcome,
  type PgPoolClient,
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

/** A replica that is read from without asking how far it has come behind the answer. */
export interface KnownReplica {
  /** An answer of another server of its name, or of itself before or after another start, does not count. */
  readonly startedAtUs: number;
  /** It is asked before the statement, in the same round trip, whether it has come so far. @default - it is known to have */
  readonly after: bigint | undefined;
}

/** An answer that counts, or why it was thrown away. `position`: how far the server had come, where it was asked. */
export type ReplicaAnswer<R extends QueryResultRow> =
  | { readonly verdict: 'counts'; readonly result: QueryResult<R>; readonly position: PositionReport | undefined }
  | { readonly verdict: 'behind' | 'another'; readonly position: PositionReport | undefined };

/** When the server behind a connection was started: it stays the same one as long as the connection. */
const startedAt = new WeakMap<PgPoolClient, number>();

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
  const sent = [own, positionOf(server)];
  const { outcomes } = await exchange(server, statement, { behind: 1, sent: () => sent, verdict: () => 'counts' });
  return { result: resultOf(outcomes[0]), position: positionIn(server, outcomes[1]) };
}

/**
 * As {@link observe}, where the server has come as far as `lsn`: it is asked before the statement, in the same round trip.
 * @throws {PolystoreError} as {@link observe}
 */
export async function observeAfter<R extends QueryResultRow>(
  server: StoreServer,
  lsn: bigint,
  statement: ObservedStatement,
): Promise<ReplicaAnswer<R>> {
  const own = { text: statement.text, values: statement.values };
  const position = positionOf(server);
  const sent = [position, own, position];
  const { verdict, outcomes } = await exchange(server, statement, {
    behind: 1,
    sent: () => sent,
    verdict: (_client, [before]) => (hasReached(positionIn(server, before), lsn) ? 'counts' : 'behind'),
  });
  if (verdict !== 'counts') return { verdict, position: positionIn(server, outcomes[0]) };
  return { verdict, result: resultOf(outcomes[1]), position: positionIn(server, outcomes[2]) };
}

/**
 * Runs one statement on a replica, and asks nothing behind it. A connection that is new is asked once whose it is, in the same round trip.
 * @throws {PolystoreError} as {@link observe}
 */
export async function readFrom<R extends QueryResultRow>(
  server: StoreServer,
  { startedAtUs, after }: KnownReplica,
  statement: ObservedStatement,
): Promise<ReplicaAnswer<R>> {
  const own = { text: statement.text, values: statement.values };
  const asked = after === undefined ? [own] : [positionOf(server), own];
  const { verdict, outcomes } = await exchange(server, statement, {
    behind: 0,
    sent: (client) => (startedAt.has(client) ? asked : [STARTED_AT_STATEMENT, ...asked]),
    verdict: (client, all) => {
      if (all.length > asked.length) noteStart(client, all[0]);
      if (startedAt.get(client) !== startedAtUs) return 'another';
      return after === undefined || hasReached(positionIn(server, all.at(-2)), after) ? 'counts' : 'behind';
    },
  });
  const position = after === undefined ? undefined : positionIn(server, outcomes.at(-2));
  return verdict === 'counts' ? { verdict, result: resultOf(outcomes.at(-1)), position } : { verdict, position };
}

/** Whether a connection that nobody else uses leads to the server that was started then. Rejects as pg does. */
export async function leadsTo(client: PgPoolClient, startedAtUs: number): Promise<boolean> {
  if (!startedAt.has(client)) {
    const [outcome] = await sendTogether(client, [STARTED_AT_STATEMENT]);
    const failure = failureOf([outcome], 0);
    if (failure !== undefined) throw failure;
    noteStart(client, outcome);
  }
  return startedAt.get(client) === startedAtUs;
}

/**
 * How far a server has come; undefined where another answers by its name than was started at `startedAtUs`.
 * @param startedAtUs @default - whoever answers
 * @throws {PolystoreError} as {@link observe}
 */
export async function askPosition(
  server: StoreServer,
  startedAtUs: number | undefined,
): Promise<PositionReport | undefined> {
  const client = await server.checkout();
  try {
    const isSame = startedAtUs === undefined || (await leadsTo(client, startedAtUs));
    const [outcome] = isSame ? await sendTogether(client, [positionOf(server)]) : [];
    client.release(!isSame || !isAliveAfter([outcome]));
    return positionIn(server, outcome);
  } catch (error) {
    client.release(true);
    throw await server.translate(error, 'reading', undefined);
  }
}

/** What a server says of its position; undefined where it can't tell, or was not heard. */
export const positionIn = ({ engine }: StoreServer, outcome: Outcome): PositionReport | undefined =>
  outcome && 'result' in outcome ? parsePosition(engine, outcome.result.rows) : undefined;

/** The statement that asks a server for its position. */
export const positionOf = ({ engine, endpoint }: StoreServer): KitStatement => positionStatement(engine, endpoint.via);

const hasReached = (position: PositionReport | undefined, lsn: bigint): boolean =>
  position !== undefined && position.lsn >= lsn;

function noteStart(client: PgPoolClient, outcome: Outcome): void {
  if (outcome && 'result' in outcome) startedAt.set(client, parseStartedAt(outcome.result.rows));
}

type Verdict = ReplicaAnswer<QueryResultRow>['verdict'];

/** Statements of one round trip. */
interface Exchange {
  /** How many are sent behind the caller's own. */
  readonly behind: number;
  sent(client: PgPoolClient): readonly Statement[];
  /** Whether the answers count; a failure of the caller's statement counts only where they do. */
  verdict(client: PgPoolClient, outcomes: readonly Outcome[]): Verdict;
}

interface Exchanged {
  readonly verdict: Verdict;
  readonly outcomes: readonly Outcome[];
}

/** Sends statements in one round trip; rejects where the caller's own counts and was not answered with a result. */
function exchange(server: StoreServer, statement: ObservedStatement, plan: Exchange): Promise<Exchanged> {
  if (!server.telemetry.isOn) return exchangeNow(server, statement, plan);
  return server.telemetry.around(statement.text, () => exchangeNow(server, statement, plan));
}

async function exchangeNow(
  server: StoreServer,
  { access, values, signal }: ObservedStatement,
  plan: Exchange,
): Promise<Exchanged> {
  server.outstanding++;
  try {
    const client = await server.checkout(signal);
    let isReusable = false;
    try {
      const cancel = (reason: unknown): Promise<never> =>
        server.interrupt(client, server.knownBackendOf(client), reason);
      const sent = plan.sent(client);
      const own = sent[sent.length - 1 - plan.behind] as Statement;
      const outcomes = await untilAborted(signal, cancel, () => sendAmongQuestions(client, own, sent));
      const judged = judge(client, values, outcomes, plan);
      isReusable = judged.isReusable;
      if (judged.failure === undefined) return judged.exchanged;
      throw await server.translate(judged.failure, access === 'read' ? 'reading' : 'writing', client);
    } finally {
      client.release(!isReusable);
    }
  } finally {
    server.outstanding--;
  }
}

/** What came of an exchange, and whether its connection is of use to others. */
function judge(
  client: PgPoolClient,
  values: readonly unknown[] | undefined,
  outcomes: readonly Outcome[],
  plan: Exchange,
): { readonly exchanged: Exchanged; readonly failure: unknown; readonly isReusable: boolean } {
  const failure = failureOf(outcomes, outcomes.length - 1 - plan.behind);
  const isAlive = isAliveAfter(outcomes);
  const verdict = isAlive || failure === undefined ? plan.verdict(client, outcomes) : 'counts';
  const isReusable = isAlive && verdict !== 'another' && (failure === undefined || isReusableAfter(failure, values));
  return { exchanged: { verdict, outcomes }, failure: verdict === 'counts' ? failure : undefined, isReusable };
}
