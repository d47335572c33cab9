import {
  errorCodeOf,
  errorGroupOf,
  isAnswer,
  TRANSACTION_ID,
  TRANSACTION_REFERENCE,
  type PgPoolClient,
  type TransactionReference,
} from '../postgres';
import { transactionAborted, unknownOutcome } from './server-errors';
import type { StoreServer } from './store-server';
import { TRANSACTION, traceStatements } from './telemetry';
import { untilAborted } from './until-aborted';

/** A server that does not answer this within two seconds is taken for lost. */
const ROLLBACK = { text: 'rollback', query_timeout: 2_000 };

const IDLE_IN_TRANSACTION = '25P03';

/** Whoever had the connection next would have the transaction, too, and have it committed under his feet. */
function refuseRelease(): never {
  throw new TypeError('the client of a transaction is not to be released: it is given back when the callback is done');
}

/** What {@link runTransaction} runs, and how. */
export interface ServerTransaction<T> {
  /** Of the server; it is given back whatever happens. */
  readonly client: PgPoolClient;
  readonly work: (client: PgPoolClient) => Promise<T>;
  /** The statements that begin it. */
  readonly begin: string;
  readonly signal: AbortSignal | undefined;
}

/**
 * Runs `work` in a transaction: commits when it resolves, rolls back when it rejects. An abort of `signal` before COMMIT cancels what runs
 * on the server and rolls back; COMMIT itself is never interrupted.
 *
 * One round trip more than the statements alone: before COMMIT is sent, the transaction's id is here, so that a lost COMMIT can be asked for.
 * @throws {PolystoreError} SERVER_UNAVAILABLE, PRIMARY_DEMOTED, TRANSACTION_ABORTED, UNKNOWN_OUTCOME, CANCELLED; what `work` throws passes as
 * it is
 */
export function runTransaction<T>(server: StoreServer, transaction: ServerTransaction<T>): Promise<T> {
  if (!server.telemetry.isOn) return runUntold(server, transaction);
  return server.telemetry.around(TRANSACTION, () => runUntold(server, transaction));
}

async function runUntold<T>(server: StoreServer, transaction: ServerTransaction<T>): Promise<T> {
  const { client, begin, work, signal } = transaction;
  const giveBack = client.release;
  client.release = refuseRelease;
  server.outstanding++;
  try {
    // Of what has written nothing there is none: it has no outcome, and may be run again, whatever became of its COMMIT.
    let reference: TransactionReference | undefined;
    let backend: number | undefined;
    let lastWord: unknown;
    const noteLastWord = (error: unknown): void => void (lastWord ??= error);
    client.on('error', noteLastWord);
    try {
      const interrupt = (reason: unknown): Promise<never> => server.interrupt(client, backend, reason);
      const result = await untilAborted(signal, interrupt, async () => {
        await client.query(begin);
        if (signal) backend = await server.backendOf(client);
        const untrace = traceStatements(client, server.telemetry);
        try {
          return await work(client);
        } finally {
          untrace();
        }
      });
      reference = await referenceOf(server, client);
      const { command } = await client.query('commit');
      giveBack.call(client);
      // A transaction in which a statement failed ends its COMMIT with the tag ROLLBACK, and without an error.
      if (command === 'COMMIT') return result;
    } catch (thrown) {
      // The server says between two statements that it ends an idle transaction: the next statement meets only a lost connection.
      const error = errorCodeOf(lastWord) === IDLE_IN_TRANSACTION ? lastWord : thrown;
      const isAlive = await rollBack(client);
      const failure = await endingOf(server, client, { error, reference, isAlive });
      giveBack.call(client, !isAlive || failure !== error);
      throw failure;
    } finally {
      client.off('error', noteLastWord);
    }
    throw transactionAborted(server);
  } finally {
    server.outstanding--;
  }
}

interface Ending {
  readonly error: unknown;
  /** Known once COMMIT is about to be sent. */
  readonly reference: TransactionReference | undefined;
  readonly isAlive: boolean;
}

async function endingOf(server: StoreServer, client: PgPoolClient, ending: Ending): Promise<unknown> {
  const { error, reference, isAlive } = ending;
  const group = errorGroupOf(error);
  if (group === 'unknownOutcome' && reference) return unknownOutcome(server, reference, error);
  // Where `work` met an `unavailable` elsewhere, the connection is alive; where it is not, nothing more can be asked.
  const isOurs = isAlive ? group === 'readOnly' : group === 'unavailable';
  if (!isOurs) return error;
  return reference ? unknownOutcome(server, reference, error) : server.translate(error, 'uncommitted', client);
}

/** Incarnation of the server behind a connection: it lasts as long as the connection, where nobody stands between. */
const incarnations = new WeakMap<PgPoolClient, string>();

/** Undefined where the transaction has written nothing. */
async function referenceOf(server: StoreServer, client: PgPoolClient): Promise<TransactionReference | undefined> {
  const known = incarnations.get(client);
  try {
    const { rows } = await client.query<{ id: string | null; incarnation?: string }>(
      known === undefined ? TRANSACTION_REFERENCE : TRANSACTION_ID,
    );
    const { id, incarnation = known } = rows[0] ?? { id: null };
    if (incarnation !== undefined && server.endpoint.via === 'direct') incarnations.set(client, incarnation);
    return id === null || incarnation === undefined ? undefined : { id, incarnation };
  } catch (error) {
    // A statement of the transaction had failed: COMMIT tells.
    if (isAnswer(error) && errorGroupOf(error) !== 'unavailable') return undefined;
    throw error;
  }
}

/** Rolls back; false where the connection is lost. */
async function rollBack(client: PgPoolClient): Promise<boolean> {
  try {
    await client.query(ROLLBACK);
    return true;
  } catch {
    return false;
  }
}
