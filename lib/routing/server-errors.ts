import { PolystoreError } from '../errors';
import { errorCodeOf } from '../postgres';
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
 * - `committing`: COMMIT was sent; it may have been done
 */
export type Progress = 'unsent' | 'reading' | 'writing' | 'uncommitted' | 'committing';

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
  committing: {
    sent: true,
    retryable: false,
    outcome: 'COMMIT was sent and may have been done',
    next: 'Read what the transaction should have written before you retry.',
  },
};

export function serverUnavailable(
  server: FailedServer,
  progress: Progress,
  cause: unknown,
): PolystoreError<'SERVER_UNAVAILABLE'> {
  const { sent, retryable, outcome, next } = LOST[progress];
  return new PolystoreError(
    'SERVER_UNAVAILABLE',
    `${describe(server)} is unavailable (${errorCodeOf(cause)}): ${outcome}`,
    {
      details: { store: server.store, server: server.name, sent },
      retryable,
      next,
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
      next: 'Retry: new connections go to where its name points now. If it persists, the topology is out of date.',
      cause,
    },
  );
}

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

const describe = ({ store, name, role, endpoint }: FailedServer): string =>
  `store "${store}": ${role} "${name}" at ${endpoint.host}:${endpoint.port}`;
