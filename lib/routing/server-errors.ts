import { isPolystoreError, PolystoreError } from '../errors';
import { errorCodeOf, errorGroupOf, type TransactionReference } from '../postgres';
import type { Endpoint } from '../topology';

/** The server that an error speaks of. */
export interface FailedServer {
  readonly store: string;
  /** Unique in the store. */
  readonly name: string;
  readonly role: 'primary' | 'replica';
  readonly endpoint: Endpoint;
}

/**
 * How far a request had come when its server was lost.
 *
 * - `unsent`: no connection, so nothing was sent
 * - `reading`: a read was sent, which is safe to repeat
 * - `writing`: a write was sent; it may have been done
 * - `uncommitted`: a transaction was open and COMMIT was not sent, so the server rolls it back
 *
 * Of a transaction whose COMMIT was sent, {@link unknownOutcome} speaks.
 */
export type Progress = 'unsent' | 'reading' | 'writing' | 'uncommitted';

const LOST: Readonly<Record<Progress, { sent: boolean; retryable: boolean; outcome: string; next: string }>> = {
  unsent: { sent: false, retryable: true, outcome: 'nothing was sent', next: 'Retry.' },
  reading: { sent: true, retryable: true, outcome: 'the read was lost', next: 'Retry: a read is safe to repeat.' },
  writing: {
    sent: true,
    retryable: false,
    outcome: 'the statement was sent and may have been done',
    next: 'Read what it should have written before you retry.',
  },
  uncommitted: { sent: false, retryable: true, outcome: 'the transaction was not committed', next: 'Retry it whole.' },
};

const UNTRUSTED =
  'See whether the certificate authorities at `trust` of the topology are those of this server, and whether its host is the one that it has a certificate for.';

export function serverUnavailable(
  server: FailedServer,
  progress: Progress,
  cause: unknown,
): PolystoreError<'SERVER_UNAVAILABLE'> {
  const { sent, retryable, outcome, next } = LOST[progress];
  const isUntrusted = errorGroupOf(cause) === 'untrusted';
  return new PolystoreError(
    'SERVER_UNAVAILABLE',
    `${describe(server)} is unavailable (${errorCodeOf(cause)}): ${outcome}`,
    {
      details: { store: server.store, server: server.name, sent },
      retryable,
      next: isUntrusted ? UNTRUSTED : next,
      cause,
    },
  );
}

/** COMMIT was sent, and the connection was lost before its answer. */
export function unknownOutcome(
  server: FailedServer,
  transaction: TransactionReference,
  cause: unknown,
): PolystoreError<'UNKNOWN_OUTCOME'> {
  const { store, name } = server;
  return new PolystoreError(
    'UNKNOWN_OUTCOME',
    `${describe(server)} was lost during COMMIT (${errorCodeOf(cause)}): the transaction stands, or it does not`,
    {
      details: { store, server: name, transaction },
      next: "Ask outcomeOf(error.details.transaction), or read what the transaction should have written; don't just retry.",
      cause,
    },
  );
}

export function poolExhausted(server: FailedServer, max: number, cause: unknown): PolystoreError<'POOL_EXHAUSTED'> {
  return new PolystoreError(
    'POOL_EXHAUSTED',
    `${describe(server)}: all ${max} connections of the pool were busy for too long; nothing was sent`,
    {
      details: { store: server.store, server: server.name, max },
      retryable: true,
      next: 'Give connections back sooner, or open the router with a larger pool.max.',
      cause,
    },
  );
}

export function primaryDemoted(server: FailedServer, cause: unknown): PolystoreError<'PRIMARY_DEMOTED'> {
  return new PolystoreError(
    'PRIMARY_DEMOTED',
    `${describe(server)} is in recovery: it was demoted, and refused the write; nothing was written`,
    {
      details: { store: server.store, server: server.name },
      retryable: true,
      next: 'Retry: the router looks for the new primary. If it persists, the topology is out of date.',
      cause,
    },
  );
}

/** Why nothing was sent: nobody takes writes. */
export const noPrimary = (
  server: FailedServer,
  { isDemoted, reason }: { readonly isDemoted: boolean; readonly reason: unknown },
): PolystoreError<'PRIMARY_DEMOTED'> | PolystoreError<'SERVER_UNAVAILABLE'> =>
  isDemoted ? primaryDemoted(server, reason) : serverUnavailable(server, 'unsent', reason);

export function transactionAborted(server: FailedServer): PolystoreError<'TRANSACTION_ABORTED'> {
  return new PolystoreError(
    'TRANSACTION_ABORTED',
    `${describe(server)} rolled the transaction back at COMMIT: a statement in it had failed and its error was swallowed`,
    {
      details: { store: server.store, server: server.name },
      next: 'Let errors of statements reject the callback, or use a savepoint where one may fail.',
    },
  );
}

/** `reason` is the signal's. Nothing was committed. */
export function cancelled(server: FailedServer, reason: unknown): PolystoreError<'CANCELLED'> {
  return new PolystoreError(
    'CANCELLED',
    `${describe(server)}: the caller's signal aborted the work before it was done; nothing was committed`,
    { details: { store: server.store }, cause: reason },
  );
}

/** Ends what a signal has aborted before anything was sent. */
export const cancelling =
  (server: FailedServer) =>
  (reason: unknown): Promise<never> =>
    Promise.reject(cancelled(server, reason));

/** A primary that is lost or demoted: another server may have taken its place. */
export const isPrimaryLoss = (
  error: unknown,
): error is PolystoreError<'SERVER_UNAVAILABLE'> | PolystoreError<'PRIMARY_DEMOTED'> =>
  isPolystoreError(error, 'SERVER_UNAVAILABLE') || isPolystoreError(error, 'PRIMARY_DEMOTED');

/** Whether a read that nobody could answer may find somebody in a moment. */
export const isLostForNow = (error: unknown): boolean => isPrimaryLoss(error) && error.retryable;

/** Whether another server may answer a read that met this error. */
export const mayAnswerElsewhere = (error: unknown): boolean =>
  isPolystoreError(error, 'SERVER_UNAVAILABLE') ||
  isPolystoreError(error, 'POOL_EXHAUSTED') ||
  errorGroupOf(error) === 'tooManyConnections';

const describe = ({ store, name, role, endpoint }: FailedServer): string =>
  `store "${store}": ${role} "${name}" at ${endpoint.host}:${endpoint.port}`;
